// Does not prove when Azure's probes run, nor how Azure distributes requests to instances: here a deployment is one container.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { startScoringProxy } from "../../../azure-local/scoringProxy";
import { call, deployment, directoryOf, endpoint, open, probe, signal, startContainer, text } from "./support";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const chat = { method: "POST", body: JSON.stringify({ model: "tiny", messages: [{ role: "user", content: "hi" }] }) };

test("while the weights load, requests are answered with 424; after the readiness probe succeeded, by the container", async () => {
  let now = 0;
  const directory = directoryOf(endpoint({ deployments: [deployment("main", { startUp: 74, createdAt: 0 })] }));
  const proxy = await startScoringProxy({ directory, speed: 1, now: () => now });
  closers.push(() => proxy.close());
  const statusAt = async (seconds: number) => {
    now = seconds * 1000;
    return (await call(`${proxy.url}/chat/v1/models`)).status;
  };
  expect([await statusAt(0), await statusAt(79.9), await statusAt(80)]).toEqual([424, 424, 200]);
});

test("a deployment whose liveness probe fails too early never answers, and the error states why, also with the header", async () => {
  const hopeless = deployment("main", { startUp: 617, createdAt: 0 });
  const patient = deployment("patient", { startUp: 617, createdAt: 0, liveness: { ...probe, initialDelay: 600 } });
  const directory = directoryOf(endpoint({ deployments: [hopeless, patient] }));
  const proxy = await startScoringProxy({ directory });
  closers.push(() => proxy.close());
  const answer = await call(`${proxy.url}/chat/v1/models`);
  expect(answer.status).toBe(424);
  expect(answer.headers["ms-azureml-model-error-reason"]).toBe("model_not_ready");
  expect(answer.body).toContain("the liveness probe of main restarts its container after 300 s, but its start takes 617 s");
  expect((await call(`${proxy.url}/chat/v1/models`, { headers: { "azureml-model-deployment": "patient" } })).status).toBe(200);
});

test("a container that becomes unhealthy is restarted by its liveness probe, and answers again", async () => {
  const quick = { ...probe, period: 0.001, failureThreshold: 2 };
  const main = deployment("main", { liveness: quick, readiness: { ...quick, failureThreshold: 100 } });
  const proxy = await startScoringProxy({
    directory: directoryOf(endpoint({ deployments: [main] })),
    faults: { "*": { kind: "sick", every: 2 } },
  });
  closers.push(() => proxy.close());
  const statuses: number[] = [];
  let restarts = 0;
  for (let time = 0; time < 7; time++) {
    const answer = await call(`${proxy.url}/chat/v1/chat/completions`, chat);
    statuses.push(answer.status);
    if (answer.body.includes("the liveness probe of main on /health fails; its container is restarted")) restarts++;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  // Two answers, of which the second makes it unhealthy; one more until the second failure; a restart; then the same again.
  expect(statuses).toEqual([200, 200, 200, 424, 200, 200, 200]);
  expect(restarts).toBe(1);
});

test("a real server that is dead is not restarted, and serves again when its probe succeeds", async () => {
  let health = 200;
  const server = createServer((_request, response) => void response.writeHead(health).end("here"));
  await once(server.listen(0, "127.0.0.1"), "listening");
  closers.push(async () => void server.close());
  const quick = { ...probe, period: 0.001, failureThreshold: 1 };
  const main = deployment("main", { liveness: quick, readiness: quick });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxy = await startScoringProxy({ directory: directoryOf(endpoint({ deployments: [main] })), backends: { "*": url } });
  closers.push(() => proxy.close());
  const statusWith = async (status: number) => {
    health = status;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return (await call(`${proxy.url}/chat/x`)).status;
  };
  expect([await statusWith(200), await statusWith(503), await statusWith(503), await statusWith(200)]).toEqual([200, 424, 424, 200]);
});

test("a stream continues when its deployment is deleted meanwhile", async () => {
  const begun = signal();
  const finish = signal();
  const container = await startContainer(async (_request, response) => {
    response.write("begun, ");
    begun.give();
    await finish.promise;
    response.end("ended");
  });
  closers.push(container.close);
  let view = endpoint();
  const proxy = await startScoringProxy({ directory: { find: async () => view }, backends: { "*": container.url } });
  closers.push(() => proxy.close());
  const answer = await open(`${proxy.url}/chat/x`);
  await begun.promise;
  view = endpoint({ deployments: [], traffic: {} });
  expect((await call(`${proxy.url}/chat/x`)).status).toBe(404);
  finish.give();
  expect(await text(answer)).toBe("begun, ended");
});

describe("bandwidth and rates", () => {
  const half = Buffer.alloc(25_000, "x");

  async function serve(limits: object, rules: object = {}) {
    const container = await startContainer(async (request, response) => {
      await text(request);
      if (request.url === "/sized") response.writeHead(200, { "content-length": 2 * half.length });
      response.write(half);
      response.end(half);
    });
    closers.push(container.close);
    // The clock stands still, so that the delays don't depend on the speed of the machine.
    const directory = directoryOf(endpoint());
    const proxy = await startScoringProxy({ directory, backends: { "*": container.url }, limits, rules, now: () => 0 });
    closers.push(() => proxy.close());
    return `${proxy.url}/chat`;
  }

  async function fetchWithTrailers(url: string, body?: string) {
    const answer = await open(url, { method: "POST", body });
    const length = (await text(answer)).length;
    return { length, contentLength: answer.headers["content-length"], trailers: answer.trailers };
  }

  const request = "ms-azureml-bandwidth-request-delay-ms";
  const response = "ms-azureml-bandwidth-response-delay-ms";

  test("an answer within the bandwidth keeps its length, and one without a length reports no delay in its trailers", async () => {
    const url = await serve({});
    expect(await fetchWithTrailers(`${url}/sized`)).toEqual({ length: 50_000, contentLength: "50000", trailers: {} });
    expect(await fetchWithTrailers(`${url}/chunked`)).toMatchObject({ length: 50_000, trailers: { [request]: "0", [response]: "0" } });
  });

  test("bytes above the bandwidth are delayed, and trailers report the delay", async () => {
    const url = await serve({ bytesPerSecond: 200_000 });
    for (let time = 0; time < 4; time++) expect((await fetchWithTrailers(`${url}/sized`)).trailers).toEqual({});
    const begun = performance.now();
    const { length, contentLength, trailers } = await fetchWithTrailers(`${url}/sized`, "y".repeat(20_000));
    const elapsed = performance.now() - begun;
    expect({ length, contentLength }).toEqual({ length: 50_000, contentLength: undefined });
    // 70,000 bytes above a burst of 200,000, at 200,000 per second. The container has the whole request before its delay.
    expect(Number(trailers[request])).toBeGreaterThanOrEqual(100);
    expect(Number(trailers[response])).toBeGreaterThanOrEqual(350);
    expect(elapsed).toBeGreaterThan(340);
  });

  test("mirrored requests count", async () => {
    const container = await startContainer(async (request, response) => response.end((await text(request)).slice(0, 1)));
    closers.push(container.close);
    const mirrored = endpoint({ mirrorTraffic: { shadow: 50 }, deployments: [deployment("main"), deployment("shadow")] });
    const delayOf = async (draw: number) => {
      const backends = { "*": container.url };
      const limits = { bytesPerSecond: 100_000 };
      const proxy = await startScoringProxy({ directory: directoryOf(mirrored), backends, limits, random: () => draw, now: () => 0 });
      closers.push(() => proxy.close());
      const { trailers } = await fetchWithTrailers(`${proxy.url}/chat/x`, "y".repeat(60_000));
      return Number(trailers[request] ?? 0);
    };
    expect(await delayOf(0.99)).toBe(0);
    expect(await delayOf(0)).toBeGreaterThan(100);
  });

  test("a rule switches each off", async () => {
    const url = await serve({ bytesPerSecond: 1, requestsPerSecond: 0 }, { limitBandwidth: false, limitRates: false });
    expect(await fetchWithTrailers(`${url}/chunked`)).toEqual({ length: 50_000, contentLength: undefined, trailers: {} });
  });

  test("a request above the rate is answered with 429 and the limit", async () => {
    const url = await serve({ requestsPerSecond: 1 });
    expect((await call(`${url}/x`)).status).toBe(200);
    expect(await call(`${url}/x`)).toMatchObject({
      status: 429,
      body: "rate_limit_exceeded\nThe endpoint allows 1 requests per second.\n",
    });
  });
});
