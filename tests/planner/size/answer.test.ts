// Proves the price of tokens, the limit, the runner-up and the cheaper checkpoint of an answer. Does not prove the speed that prices depend on.
import { modelFromTable } from "../../../planner/fit/model";
import { answerOf, mostRequests } from "../../../planner/size/answer";
import { cheaperCheckpoint, checkpointsInTable } from "../../../planner/size/checkpoints";
import { compare, type FitInput, fit as fitModel } from "../../../planner/size/fit";

const inputOf = (id: string, more: Partial<Omit<FitInput, "model">> = {}) => ({
  ...{ model: modelFromTable(id)!, region: "swedencentral", maxModelLen: 8192 },
  ...more,
});
const ask = (id: string, more: Partial<Omit<FitInput, "model">> = {}) => {
  const input = inputOf(id, more);
  return answerOf(input, fitModel(input));
};

test("the price of a million tokens is the price of the time in which the planned requests are answered", () => {
  const input = inputOf("Qwen/Qwen3-8B", { concurrency: 16 });
  const answer = answerOf(input, fitModel(input))!;
  const best = compare(input).tried.find(({ candidate }) => !candidate.problem)!;
  const { speed, basis } = best.candidate.contract!;
  const tokensPerHour = (3600 / speed.answerSeconds) * 16 * 8192;
  expect(answer.best).toMatchObject({ size: "Standard_NC64as_T4_v3", usdPerHour: 4.603 });
  expect(answer.best.tokenPrice.all).toBeCloseTo((4.603 * 1e6) / tokensPerHour, 10);
  expect(answer.best.tokenPrice.answers! / answer.best.tokenPrice.all).toBeCloseTo(8192 / basis.outputTokens, 10);
});

test("the runner-up is the next more expensive size that fits, and the next cheaper size doesn't fit", () => {
  const input = inputOf("Qwen/Qwen3-14B");
  const answer = answerOf(input, fitModel(input))!;
  const prices = [answer.best, answer.runnerUp!].map(({ usdPerHour }) => usdPerHour);
  const fitting = compare(input).tried.filter(({ candidate }) => !candidate.problem);
  expect(prices).toEqual(fitting.slice(0, 2).map(({ usdPerHour }) => usdPerHour));
  expect(answer.nextCheaper).toEqual({ size: "Standard_NV36ads_A10_v5", code: "MOOR108", reason: expect.stringMatching(/GiB too much/) });
  expect(answer.cheapestPerToken!.tokenPrice.all).toBeLessThan(answer.runnerUp!.tokenPrice.all);
});

test("with one specified size there is no runner-up, and without an Azure size there is no answer", () => {
  expect(ask("Qwen/Qwen3-14B", { instanceType: "Standard_NC24ads_A100_v4" })).toMatchObject({
    ...{ best: { size: "Standard_NC24ads_A100_v4" }, runnerUp: null, cheapestPerToken: null },
  });
  expect(ask("Qwen/Qwen3-14B", { gpu: { visibleGiB: 79.18 } })).toBeUndefined();
  expect(ask("Qwen/Qwen3-14B", { instanceType: "Standard_NC4as_T4_v3" })).toBeUndefined();
});

test.each([
  // A large model with little memory left for the cache.
  ["Qwen/Qwen3-32B", { concurrency: 16, maxModelLen: 16_384 }, "memory"],
  // A long answer on a GPU with a large cache.
  ["Qwen/Qwen3-0.6B", { maxModelLen: 8192, outputTokens: 7000, instanceType: "Standard_NC4as_T4_v3" }, "timeout"],
] as const)("%s with %j is limited by %s", (id, more, by) => {
  const { limit } = ask(id, more)!.best;
  expect(limit.by).toBe(by);
  expect(limit.by === "memory").toBe(limit.memoryRequests! <= limit.timeoutRequests);
  expect(limit.timeoutRequests).toBeLessThanOrEqual(mostRequests);
  expect(limit.timeShare).toBeGreaterThanOrEqual(0.5);
  expect(limit.timeShare).toBeLessThanOrEqual(1);
});

test("more requests within the timeout are not possible: one more exceeds it", () => {
  const input = inputOf("Qwen/Qwen3-32B", { concurrency: 16, maxModelLen: 16_384 });
  const { timeoutRequests } = answerOf(input, fitModel(input))!.best.limit;
  const codeAt = (concurrency: number) =>
    fitModel({ ...input, concurrency, maxNumSeqs: 16, instanceType: "Standard_NC96ads_A100_v4" }).refusal?.code;
  const most = answerOf(
    { ...input, instanceType: "Standard_NC96ads_A100_v4" },
    fitModel({ ...input, instanceType: "Standard_NC96ads_A100_v4" }),
  )!;
  expect(timeoutRequests).toBeGreaterThan(16);
  expect(codeAt(most.best.limit.timeoutRequests + 1)).toBeDefined();
});

describe("a cheaper checkpoint", () => {
  const cheaper = (id: string, more: Partial<Omit<FitInput, "model">> = {}) => {
    const input = inputOf(id, more);
    return cheaperCheckpoint(input, fitModel(input), checkpointsInTable(input.model));
  };

  test("is named if it has a much lower price for the same load", () => {
    const found = cheaper("Qwen/Qwen3-14B", { concurrency: 1 })!;
    expect(found).toMatchObject({ id: "Qwen/Qwen3-14B-AWQ", quantization: "awq", size: "Standard_NC4as_T4_v3" });
    expect(found.priceRatio).toBeCloseTo(found.usdPerHour / 4.603, 10);
    expect(cheaper("Qwen/Qwen3-14B", { concurrency: 32 })).toBeUndefined();
  });

  test("is not named for a quantized model, a GPU by numbers, or a model without one in the table", () => {
    expect(cheaper("Qwen/Qwen3-14B-AWQ")).toBeUndefined();
    expect(cheaper("Qwen/Qwen3-14B", { gpu: { visibleGiB: 79.18 } })).toBeUndefined();
    expect(cheaper("microsoft/phi-4")).toBeUndefined();
  });

  test("is named without a ratio if the model itself fits no size", () => {
    const input = inputOf("Qwen/Qwen3-14B", { instanceType: "Standard_NC4as_T4_v3", maxModelLen: 4096 });
    const found = cheaperCheckpoint(input, fitModel(input), checkpointsInTable(input.model));
    expect(found).toMatchObject({ id: "Qwen/Qwen3-14B-AWQ", priceRatio: null });
  });
});
