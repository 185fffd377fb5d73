// Does not prove Azure's behavior where rules.ts states that it is not documented.
import { once } from "node:events";
import { type IncomingMessage, request as openRequest, type RequestListener, type ServerResponse } from "node:http";
import { type DeploymentView, type ScoringProxyOptions, startScoringProxy } from "../../../azure-local/scoringProxy";
import { type Exchange, relay } from "../../../azure-local/scoringProxy/relay";
import { call, deployment, directoryOf, endpoint, open, signal, startContainer, text } from "./support";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A scoring proxy with one container, which the test provides, for all deployments. */
async function serve(listener: RequestListener, options: Partial<ScoringProxyOptions> = {}) {
  const container = await startContainer(listener);
  closers.push(container.close);
  const proxy = await startScoringProxy({ directory: directoryOf(endpoint()), backends: { "*": container.url }, ...options });
  closers.push(() => proxy.close());
  return proxy;
}

describe("routing", () => {
  test("scoring route / forwards method, sub-path, query, headers and body, and neither key nor host", async () => {
    const seen = signal<{ request: IncomingMessage; body: string }>();
    const { url } = await serve(async (request, response) => {
      seen.give({ request, body: await text(request) });
      response.setHeader("x-model", "yes").end("pong");
    });
    const answer = await call(`${url}/chat/v1/a//b?x=%2F`, {
      method: "PUT",
      body: "ping",
      headers: { "x-caller": "me", "x-ms-client-request-id": "mine-1", "x-request-id": "not-kept" },
    });
    const { request, body } = await seen.promise;
    expect([request.method, request.url, body]).toEqual(["PUT", "/v1/a//b?x=%2F", "ping"]);
    expect(request.headers).toMatchObject({
      "x-caller": "me",
      "x-ms-client-request-id": "mine-1",
      "x-request-id": answer.headers["x-request-id"],
    });
    expect(request.headers.authorization).toBeUndefined();
    expect(request.headers.host).not.toBe(new URL(url).host);
    expect(answer).toMatchObject({ status: 200, body: "pong" });
    expect(answer.headers).toMatchObject({ "x-model": "yes", "azureml-model-deployment": "main", "x-ms-client-request-id": "mine-1" });
    expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f]{8}-/);
  });

  test.each<[what: string, headers: Record<string, string>, publicAccess: boolean, status: number]>([
    ["without public access admits callers by default", {}, false, 200],
    ["without public access admits callers from inside", { "x-azure-local-network": "inside" }, false, 200],
    ["without public access refuses callers from outside", { "x-azure-local-network": "outside" }, false, 403],
    [
      "without public access refuses callers from outside before it checks the key",
      { "x-azure-local-network": "outside", authorization: "" },
      false,
      403,
    ],
    ["with public access admits callers from outside", { "x-azure-local-network": "outside" }, true, 200],
  ])("an endpoint %s", async (_, headers, publicAccess, status) => {
    const asked: IncomingMessage[] = [];
    const listener: RequestListener = (request, response) => {
      asked.push(request);
      response.end();
    };
    const { url } = await serve(listener, { directory: directoryOf(endpoint({ publicAccess })) });
    const answer = await call(`${url}/chat/x`, { headers });
    expect(answer.status).toBe(status);
    expect(answer.headers["ms-azureml-model-error-statuscode"]).toBeUndefined();
    expect(asked.map((request) => request.headers["x-azure-local-network"])).toEqual(status === 200 ? [undefined] : []);
  });

  test("the status for a refused network can be changed", async () => {
    const { url } = await serve(() => {}, { rules: { networkRefusedStatus: 404 } });
    expect((await call(`${url}/chat/x`, { headers: { "x-azure-local-network": "outside" } })).status).toBe(404);
  });

  test("dot segments in a path are not resolved", async () => {
    const { url } = await serve((request, response) => response.end(request.url));
    const { hostname, port } = new URL(url);
    const headers = { authorization: "Bearer first-key" };
    const request = openRequest({ hostname, port, path: "/chat/a/../%2e/b", headers, agent: false }).end();
    const [answer] = (await once(request, "response")) as [IncomingMessage];
    expect(await text(answer)).toBe("/a/../%2e/b");
  });

  test("the key is forwarded to the container only if the rule is on", async () => {
    const listener: RequestListener = (request, response) => response.end(request.headers.authorization ?? "none");
    const { url } = await serve(listener, { rules: { forwardAuthorization: true } });
    expect((await call(`${url}/chat/x`)).body).toBe("Bearer first-key");
  });

  test("Azure's host name finds the endpoint of that region", async () => {
    const { url } = await serve((request, response) => response.end(request.url));
    const at = (region: string) => call(`${url}/v1/models`, { headers: { host: `chat.${region}.inference.ml.azure.com` } });
    expect(await at("swedencentral")).toMatchObject({ status: 200, body: "/v1/models" });
    expect(await at("westeurope")).toMatchObject({ status: 404, body: "no_endpoint\nThe endpoint chat does not exist in westeurope.\n" });
  });

  test("with another scoring route only that path is forwarded, unless the rule is off", async () => {
    const directory = directoryOf(endpoint({ deployments: [deployment("main", { scoring: { path: "/score", port: 5001 } })] }));
    const listener: RequestListener = (request, response) => response.end(request.url);
    const strict = await serve(listener, { directory });
    expect(await call(`${strict.url}/chat/score?a=1`)).toMatchObject({ status: 200, body: "/score?a=1" });
    expect(await call(`${strict.url}/chat/score/more`)).toMatchObject({ status: 404 });
    expect(await call(`${strict.url}/chat/`)).toMatchObject({
      status: 404,
      body: "no_such_path\nDeployment main accepts requests to /score, not to /.\n",
    });
    const loose = await serve(listener, { directory, rules: { onlyScoringPath: false } });
    expect(await call(`${loose.url}/chat/other`)).toMatchObject({ status: 200, body: "/other" });
  });

  test.each([
    ["an unknown endpoint", "/missing/x", {}, 404, "no_endpoint"],
    ["no endpoint", "/", {}, 404, "no_endpoint"],
    ["a wrong key", "/chat/x", { authorization: "Bearer wrong" }, 401, "key_auth_access_denied"],
    ["an unknown deployment in the header", "/chat/x", { "azureml-model-deployment": "gone" }, 404, "no_valid_deployment"],
  ])("%s never reaches the container", async (_, path, headers, status, code) => {
    let requests = 0;
    const { url } = await serve((_request, response) => {
      requests += 1;
      response.end();
    });
    const answer = await call(url + path, { method: "POST", body: "x".repeat(100_000), headers });
    expect(answer.status).toBe(status);
    expect(answer.body.split("\n")[0]).toBe(code);
    expect(answer.headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(answer.headers["x-request-id"]).toBeDefined();
    expect(requests).toBe(0);
  });

  test("an unreachable directory is reported with 500", async () => {
    const directory = { find: () => Promise.reject(new Error("ARM returned 503")) };
    const { url } = await serve(() => {}, { directory });
    expect(await call(`${url}/chat/x`)).toMatchObject({
      status: 500,
      body: "internal_error\nThe scoring proxy failed: ARM returned 503.\n",
    });
  });

  test("a change in the directory applies from the next request", async () => {
    let view = endpoint({ deployments: [deployment("main"), deployment("next")] });
    const { url } = await serve((_request, response) => response.end(), { directory: { find: async () => view } });
    expect((await call(`${url}/chat/x`)).headers["azureml-model-deployment"]).toBe("main");
    view = { ...view, traffic: { next: 100 } };
    expect((await call(`${url}/chat/x`)).headers["azureml-model-deployment"]).toBe("next");
  });
});

test("after an in-place update, a stand-in with the new values answers", async () => {
  let view = endpoint();
  const proxy = await startScoringProxy({ directory: { find: async () => view } });
  closers.push(() => proxy.close());
  const models = async () => JSON.parse((await call(`${proxy.url}/chat/v1/models`)).body).data.map(({ id }: { id: string }) => id);
  expect(await models()).toEqual(["tiny"]);
  view = endpoint({ deployments: [deployment("main", { models: ["large"] })] });
  expect(await models()).toEqual(["large"]);
});

describe("mirroring", () => {
  const mirrored = endpoint({ mirrorTraffic: { shadow: 50 }, deployments: [deployment("main"), deployment("shadow")] });

  async function serveTwo(shadowListener: RequestListener, draws: number[]) {
    const main = await startContainer(async (request, response) => response.end(`main got ${await text(request)}`));
    const shadow = await startContainer(shadowListener);
    closers.push(main.close, shadow.close);
    const backends = { "chat/main": main.url, "chat/shadow": shadow.url };
    const proxy = await startScoringProxy({ directory: directoryOf(mirrored), backends, random: () => draws.shift()! });
    closers.push(() => proxy.close());
    return proxy;
  }

  test("the mirror receives the same body, and its failure does not affect the caller", async () => {
    const copied = signal<string>();
    const listener: RequestListener = async (request, response) => {
      copied.give(`${request.method} ${request.url} ${await text(request)}`);
      response.writeHead(500).end();
    };
    const { url } = await serveTwo(listener, [0, 0.49]);
    const answer = await call(`${url}/chat/x`, { method: "POST", body: "hello" });
    expect(answer).toMatchObject({ status: 200, body: "main got hello" });
    expect(await copied.promise).toBe("POST /x hello");
  });

  test("a mirror that hangs does not delay the answer, and is aborted when the scoring proxy closes after its timeout", async () => {
    const aborted = signal();
    const arrived = signal();
    const main = await startContainer((_request, response) => response.end("main"));
    const shadow = await startContainer((request) => {
      request.socket.once("close", () => aborted.give());
      arrived.give();
    });
    closers.push(main.close, shadow.close);
    const backends = { "chat/main": main.url, "chat/shadow": shadow.url };
    const proxy = await startScoringProxy({ directory: directoryOf(mirrored), backends, random: () => 0, drain: 20 });
    expect((await call(`${proxy.url}/chat/x`)).body).toBe("main");
    await arrived.promise;
    await proxy.close();
    await aborted.promise;
  });

  test("a request is not mirrored with a draw above the percentage, nor with the header", async () => {
    let copies = 0;
    const { url } = await serveTwo(
      (_request, response) => {
        copies += 1;
        response.end();
      },
      [0, 0.5],
    );
    await call(`${url}/chat/x`);
    await call(`${url}/chat/x`, { headers: { "azureml-model-deployment": "main" } });
    expect(copies).toBe(0);
  });
});

describe("limits", () => {
  test("a request above 2 × concurrency × instances is answered with 429, and after an answer the next one is admitted", async () => {
    const waiting: ServerResponse[] = [];
    const full = signal();
    const listener: RequestListener = (_request, response) => {
      waiting.push(response);
      if (waiting.length === 4) full.give();
    };
    const directory = directoryOf(endpoint({ deployments: [deployment("main", { maxConcurrentRequestsPerInstance: 1, instances: 2 })] }));
    const { url } = await serve(listener, { directory });
    const admittedCalls = Array.from({ length: 4 }, () => call(`${url}/chat/x`));
    await full.promise;
    const refused = await call(`${url}/chat/x`);
    expect(refused.status).toBe(429);
    expect(refused.headers).toMatchObject({
      "ms-azureml-model-error-reason": "too_many_pending_request",
      "azureml-model-deployment": "main",
    });
    expect(refused.body).toContain("accepts at most 4 requests");
    expect(waiting).toHaveLength(4);
    for (const response of waiting.splice(0)) response.end();
    expect((await Promise.all(admittedCalls)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const next = call(`${url}/chat/x`);
    while (waiting.length === 0) await new Promise(setImmediate);
    waiting[0]!.end();
    expect((await next).status).toBe(200);
  });

  const impatient = directoryOf(endpoint({ deployments: [deployment("main", { requestTimeout: 0.05 })] }));

  test("if a container never answers, the caller receives 408 after requestTimeout and the request is canceled", async () => {
    const cancelled = signal();
    const { url } = await serve((request) => void request.socket.once("close", () => cancelled.give()), { directory: impatient });
    const answer = await call(`${url}/chat/x`);
    expect(answer).toMatchObject({ status: 408, body: "request_timeout\nThe response took longer than requestTimeout (0.05 s).\n" });
    await cancelled.promise;
  });

  test("a stream longer than requestTimeout is aborted", async () => {
    const { url } = await serve((_request, response) => void response.write("begun"), { directory: impatient });
    const answer = await open(`${url}/chat/x`);
    expect(answer.statusCode).toBe(200);
    await expect(text(answer)).rejects.toThrow("aborted");
  });

  test("with the rule off, a stream that began in time continues after requestTimeout", async () => {
    const listener: RequestListener = (_request, response) => {
      response.write("begun, ");
      setTimeout(() => response.end("ended"), 120);
    };
    const { url } = await serve(listener, { directory: impatient, rules: { timeoutBoundsWholeAnswer: false } });
    expect((await call(`${url}/chat/x`)).body).toBe("begun, ended");
  });
});

describe("an in-flight request of a deployment", () => {
  const stream: RequestListener = (_request, response) => {
    response.write("begun, ");
    setTimeout(() => response.end("ended"), 1_500);
  };
  /** Changes the deployment as given as soon as the stream has begun. */
  const streamWhile = async (deletion: Partial<DeploymentView> | undefined, rules = {}) => {
    let deployments = [deployment("main", { createdAt: 1 })];
    const { url } = await serve(stream, { directory: { find: async () => endpoint({ deployments }) }, rules });
    const answer = await open(`${url}/chat/x`);
    deployments = deletion === undefined ? [] : [deployment("main", { createdAt: 1, ...deletion })];
    return text(answer);
  };

  test.each([
    ["being deleted", { state: "Deleting" }],
    ["gone", undefined],
    ["replaced by another deployment with its name", { createdAt: 2 }],
  ])("is aborted when the deployment is %s", async (_, deletion) => {
    await expect(streamWhile(deletion)).rejects.toThrow("aborted");
  });

  test("continues when the deployment is only changed, and always with the rule off", async () => {
    expect(await Promise.all([streamWhile({ state: "Updating" }), streamWhile(undefined, { deletionCutsOff: false })])).toEqual([
      "begun, ended",
      "begun, ended",
    ]);
  });
});

describe("errors of the model", () => {
  test.each([201, 302, 400, 404, 422, 500, 503])("the container's status %d becomes 424 with its body and content type", async (status) => {
    const { url } = await serve((_request, response) =>
      response.writeHead(status, { "content-type": "application/json" }).end('{"why":1}'),
    );
    const answer = await call(`${url}/chat/x`);
    expect(answer).toMatchObject({ status: 424, body: '{"why":1}' });
    expect(answer.headers).toMatchObject({
      "content-type": "application/json",
      "ms-azureml-model-error-statuscode": String(status),
      "ms-azureml-model-error-reason": "model_error",
      "azureml-model-deployment": "main",
    });
  });

  test("a container that closes the connection before it answers is reported with 424", async () => {
    const { url } = await serve((request) => void request.socket.destroy());
    const answer = await call(`${url}/chat/x`);
    expect(answer.status).toBe(424);
    expect(answer.headers["ms-azureml-model-error-reason"]).toBe("model_not_ready");
  });

  test("an unreachable container is reported with 424", async () => {
    const gone = await startContainer(() => {});
    await gone.close();
    const { url } = await serve(() => {}, { backends: { "*": gone.url } });
    const answer = await call(`${url}/chat/x`);
    expect(answer).toMatchObject({
      status: 424,
      body: "model_not_ready\nThe container did not respond: the readiness probe of main on /health fails.\n",
    });
  });

  test("if a container breaks off during its answer, the caller's connection is closed too", async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { "content-length": 100 });
      response.write("half", () => response.destroy());
    });
    const answer = await open(`${url}/chat/x`);
    await expect(text(answer)).rejects.toThrow("aborted");
  });
});

describe("streaming", () => {
  test("each chunk reaches the caller before the container writes the next", async () => {
    const received = [signal(), signal(), signal()];
    const listener: RequestListener = async (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      for (const [index, { promise }] of received.entries()) {
        response.write(`data: ${index}\n\n`);
        // Waits for the caller: a scoring proxy that buffers would hang here.
        await promise;
      }
      response.end();
    };
    const { url } = await serve(listener);
    const answer = await open(`${url}/chat/x`);
    const chunks: string[] = [];
    for await (const chunk of answer) {
      received[chunks.length]!.give();
      chunks.push(String(chunk));
    }
    expect(chunks).toEqual(["data: 0\n\n", "data: 1\n\n", "data: 2\n\n"]);
    expect(answer.headers["content-type"]).toBe("text/event-stream");
  });

  test("headers reach the caller before the first chunk", async () => {
    const open1 = signal();
    const { url } = await serve(async (_request, response) => {
      response.writeHead(200).flushHeaders();
      await open1.promise;
      response.end("late");
    });
    const answer = await open(`${url}/chat/x`);
    open1.give();
    expect(await text(answer)).toBe("late");
  });

  test("the container reads a request body while the caller still sends it", async () => {
    const half = signal<string>();
    const { url } = await serve(async (request, response) => {
      for await (const chunk of request) half.give(String(chunk));
      response.end("done");
    });
    const request = openRequest(`${url}/chat/x`, { method: "POST", headers: { authorization: "Bearer first-key" }, agent: false });
    request.write("first half");
    expect(await half.promise).toBe("first half");
    request.end("second half");
    const [answer] = (await once(request, "response")) as [IncomingMessage];
    expect(await text(answer)).toBe("done");
  });

  test("when a caller disconnects during the answer, the request to the container is canceled and no longer counts", async () => {
    const cancelled = signal();
    const directory = directoryOf(endpoint({ deployments: [deployment("main", { maxConcurrentRequestsPerInstance: 1 })] }));
    const { url } = await serve(
      (request, response) => {
        if (request.url === "/quick") return void response.end("quick");
        request.socket.once("close", () => cancelled.give());
        response.write("begun");
      },
      { directory },
    );
    const [first, second] = await Promise.all([open(`${url}/chat/x`), open(`${url}/chat/x`)]);
    expect((await call(`${url}/chat/quick`)).status).toBe(429);
    first!.destroy();
    await cancelled.promise;
    expect((await call(`${url}/chat/quick`)).body).toBe("quick");
    second!.destroy();
  });
});

test("nothing is sent if the caller disconnected while the container was looked up", async () => {
  let requests = 0;
  const container = await startContainer((_request, response) => {
    requests += 1;
    response.end();
  });
  closers.push(container.close);
  const gone = { request: { method: "GET" }, response: { destroyed: true } } as unknown as Exchange;
  await relay({ ...gone, url: container.url, path: "/x", headers: {}, requestTimeout: 5, timeoutBoundsWholeAnswer: true });
  expect(await call(`${container.url}/health`)).toMatchObject({ status: 200 });
  expect(requests).toBe(0);
});

describe("closing", () => {
  test("an in-flight request is answered, a new one is not accepted", async () => {
    const arrived = signal();
    const finish = signal();
    const proxy = await serve(async (_request, response) => {
      response.write("begun, ");
      arrived.give();
      await finish.promise;
      response.end("ended");
    });
    const inFlight = call(`${proxy.url}/chat/x`);
    await arrived.promise;
    const { url } = proxy;
    const closed = proxy.close();
    await expect(call(`${url}/chat/x`)).rejects.toThrow("ECONNREFUSED");
    finish.give();
    expect((await inFlight).body).toBe("begun, ended");
    await closed;
  });

  test("requests still in flight after the timeout are aborted", async () => {
    const proxy = await serve((_request, response) => void response.write("begun"), { drain: 20 });
    const answer = await open(`${proxy.url}/chat/x`);
    const body = text(answer);
    const failed = expect(body).rejects.toThrow("aborted");
    await Promise.all([proxy.close(), proxy.close()]);
    await failed;
  });

  test("an idle connection does not delay it", async () => {
    const proxy = await serve((_request, response) => response.end("ok"), { drain: 60_000 });
    const answer = await fetch(`${proxy.url}/chat/x`, { headers: { authorization: "Bearer first-key" } });
    expect(await answer.text()).toBe("ok");
    await proxy.close();
  });

  test("a port in use is an error", async () => {
    const proxy = await serve(() => {});
    await expect(startScoringProxy({ directory: directoryOf(), port: proxy.port })).rejects.toThrow("EADDRINUSE");
  });
});
