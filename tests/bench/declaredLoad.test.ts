// Proves that the declared load passes the scoring proxy under the derived contract, and mostly fails under the settings of a public sample,
// with a responder of the planned speed and both in one run. Does not prove that a real server is as fast as planned, nor that vLLM's own
// queue behaves like the responder, which has none.
import { compareContracts } from "../../bench/declaredLoad";

test("the declared load meets no 408, 424 or 429 with the derived contract, and little else with the sample's", async () => {
  const load = { model: "Qwen/Qwen3-8B", contextTokens: 16_384, concurrency: 16 };
  const { derived, sample } = await compareContracts({ ...load, speedup: 40, requestsEach: 1 });
  expect(derived).toEqual({
    settings: { requestTimeout: 100, maxConcurrentRequestsPerInstance: 16 },
    statuses: { 200: 16 },
    passed: 1,
  });
  expect(sample).toEqual({
    settings: { requestTimeout: 10, maxConcurrentRequestsPerInstance: 1 },
    statuses: { 408: 2, 429: 14 },
    passed: 0,
  });
});
