// Proves which requests injected faults affect, and the resulting state. Does not prove that Azure fails only in these ways, nor that a
// client handles them: other tests run the whole program with faults.
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { createInterface } from "node:readline";
import { type Fault, startArm } from "../../../azure-local/arm";
import { Caller, type Parsed } from "./client";
import { bodies, buildPlatform, paths } from "./platform";

const group = (name: string) => `/resourceGroups/${name}`;
const BODY = { location: "swedencentral" };

let caller: Caller;
afterEach(() => caller.stop());

async function startWith(faults: readonly Fault[]): Promise<void> {
  caller = await Caller.start({ faults });
}

/** Status or outcome of a request. */
async function status(method: string, below: string, body?: unknown): Promise<number | "broken"> {
  try {
    return (await caller.send(method, below, body)).status;
  } catch {
    return "broken";
  }
}

function setByHttp(faults: unknown): Promise<Response> {
  return fetch(`${caller.arm.url}/faults`, { method: "PUT", body: JSON.stringify(faults) });
}

describe("a fault affects", () => {
  test("only the n-th write; reads don't count", async () => {
    await startWith([{ effect: "refuse", method: "write", nth: 2, status: 503, code: "ServerBusy" }]);
    expect(await status("PUT", group("a"), BODY)).toBe(201);
    expect(await status("GET", group("a"))).toBe(200);
    const answer = await caller.put(group("b"), BODY);
    expect([answer.status, answer.body.error.code]).toEqual([503, "ServerBusy"]);
    expect(await status("GET", group("b"))).toBe(404);
    expect(await status("PUT", group("b"), BODY)).toBe(201);
  });

  test("only requests with the type and the method", async () => {
    await startWith([{ effect: "refuse", method: "PUT", type: "microsoft.operationalinsights/workspaces" }]);
    expect(await status("PUT", group("rg"), BODY)).toBe(201);
    expect(await status("GET", paths.logs)).toBe(404);
    expect(await status("PUT", paths.logs, bodies(caller).logs)).toBe(500);
    expect(caller.arm.faultReport().matched).toEqual([1]);
  });

  test("only requests with the path in any case, and of several the selected one", async () => {
    await startWith([]);
    caller.arm.setFaults([{ effect: "refuse", method: "PUT", path: caller.id(group("B")), nth: 2, status: 403 }]);
    expect([await status("PUT", group("a"), BODY), await status("PUT", group("b"), BODY)]).toEqual([201, 201]);
    expect(await status("GET", group("b"))).toBe(200);
    expect([await status("PUT", group("b"), BODY), await status("PUT", group("b"), BODY)]).toEqual([403, 200]);
    expect(caller.arm.faultReport().matched).toEqual([3]);
  });

  test("a list by the listed type, an action by the type that has it, a poll by its own type", async () => {
    caller = await Caller.start();
    await buildPlatform(caller);
    const workspaces = "Microsoft.MachineLearningServices/workspaces";
    const faults = [`${workspaces}/onlineEndpoints`, workspaces, "Microsoft.MachineLearningServices/operationsStatus"];
    caller.arm.setFaults(faults.map((type) => ({ effect: "refuse", type, times: 0 })));
    await caller.get(`${paths.workspace}/onlineEndpoints`);
    await caller.post(`${paths.endpoint}/listKeys`);
    await caller.post(`${paths.workspace}/provisionManagedNetwork`);
    await caller.outcome(await caller.put(paths.endpoint, bodies(caller).endpoint));
    expect(caller.arm.faultReport().matched).toEqual([3, 1, 1]);
  });

  test("repetitions of the failed request too, but not requests in between", async () => {
    await startWith([{ effect: "refuse", method: "PUT", times: 3 }]);
    expect(await status("PUT", group("a"), BODY)).toBe(500);
    expect(await status("PUT", group("b"), BODY)).toBe(201);
    expect([await status("PUT", group("a"), BODY), await status("PUT", group("a"), BODY)]).toEqual([500, 500]);
    expect(await status("PUT", group("a"), BODY)).toBe(201);
  });

  test("each request until the faults are cleared", async () => {
    await startWith([{ effect: "refuse", strikes: "all", times: "until cleared", status: 503 }]);
    expect([await status("PUT", group("a"), BODY), await status("GET", group("b")), await status("PUT", group("a"), BODY)]).toEqual([
      503, 503, 503,
    ]);
    caller.arm.setFaults([]);
    expect(await status("PUT", group("a"), BODY)).toBe(201);
  });

  test("no request with times 0, which counts the requests of a run", async () => {
    await startWith([{ effect: "refuse", method: "PUT", times: 0 }]);
    await buildPlatform(caller);
    const { matched, writes, calls, strikes } = caller.arm.faultReport();
    const puts = caller.arm.requests().filter(({ method }) => method === "PUT").length;
    expect([matched, writes, calls, strikes]).toEqual([[puts], puts, caller.arm.requests().length, []]);
    expect(puts).toBe(17);
  });

  test("no read-only actions as writes", async () => {
    caller = await Caller.start();
    await buildPlatform(caller);
    caller.arm.setFaults([]);
    await caller.post(`${paths.endpoint}/listKeys`);
    await caller.post(`${paths.deployment}/getLogs`);
    await caller.post(`${paths.workspace}/provisionManagedNetwork`);
    expect(caller.arm.faultReport()).toEqual({ calls: 3, writes: 1, matched: [], strikes: [] });
  });

  test("no requests of internal services, which are not counted either", async () => {
    caller = await Caller.start({ internalToken: "internal", faults: [{ effect: "refuse", times: "until cleared", strikes: "all" }] });
    const url = `${caller.arm.url}${caller.id(group("a"))}?api-version=2024-03-01`;
    expect((await fetch(url, { headers: { authorization: "Bearer internal" } })).status).toBe(404);
    expect((await fetch(url, { headers: { authorization: "Bearer other" } })).status).toBe(500);
    expect(caller.arm.faultReport().calls).toBe(1);
  });
});

describe("random faults", () => {
  async function struck(seed: number, order: readonly string[]): Promise<string[]> {
    caller.arm.setFaults([{ effect: "refuse", method: "PUT", rate: 0.3, seed }]);
    for (const name of order) await status("PUT", group(name), BODY);
    return caller.arm.faultReport().strikes.map(({ call }) => String(call));
  }

  test("affect the same requests with the same seed, other ones with another seed, at about the rate", async () => {
    caller = await Caller.start();
    const names = Array.from({ length: 60 }, (_, index) => `g${index}`);
    const first = await struck(7, names);
    expect(await struck(7, [...names].reverse())).toEqual(first);
    expect(await struck(8, names)).not.toEqual(first);
    expect(first.length).toBeGreaterThan(9);
    expect(first.length).toBeLessThan(27);
  });
});

describe("the resulting state", () => {
  test("a request with a dropped connection takes effect, unless applied is false", async () => {
    await startWith([
      { effect: "drop", method: "PUT", nth: 1 },
      { effect: "drop", method: "PUT", nth: 2, applied: false },
    ]);
    expect(await status("PUT", group("a"), BODY)).toBe("broken");
    expect(await status("PUT", group("b"), BODY)).toBe("broken");
    expect([await status("GET", group("a")), await status("GET", group("b"))]).toEqual([200, 404]);
    const dropped = caller.arm.requests().filter(({ method }) => method === "PUT");
    expect(dropped.map(({ status: seen, error }) => [seen, error])).toEqual([
      [0, "(drop)"],
      [0, "(drop)"],
    ]);
  });

  test("a hanging request is never answered and has no effect; other requests are answered meanwhile", async () => {
    await startWith([{ effect: "hang", method: "PUT" }]);
    const url = `${caller.arm.url}${caller.id(group("a"))}?api-version=2024-03-01`;
    const hanging = fetch(url, { method: "PUT", body: JSON.stringify(BODY), signal: AbortSignal.timeout(150) });
    expect(await status("PUT", group("b"), BODY)).toBe(201);
    await expect(hanging).rejects.toThrow("timeout");
    expect(await status("GET", group("a"))).toBe(404);
  });

  test("a partly successful create is answered with 201, ends as Failed, and the resource exists", async () => {
    caller = await Caller.start();
    await buildPlatform(caller);
    caller.arm.setFaults([
      {
        effect: "failOperation",
        method: "PUT",
        type: "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments",
        code: "InternalServerError",
      },
    ]);
    const second = paths.deployment.replace("main-1", "main-2");
    const answer = await caller.put(second, bodies(caller).deployment);
    expect(answer.status).toBe(201);
    expect(answer.body.properties.provisioningState).toBe("Creating");
    const ended = await caller.outcome(answer);
    expect([ended.status, ended.error.code]).toEqual(["Failed", "InternalServerError"]);
    expect((await caller.get(second)).body.properties.provisioningState).toBe("Failed");
    expect(await status("DELETE", second)).toBe(202);
  });

  test("so does a create that normally has no operation", async () => {
    await startWith([{ effect: "failOperation", type: "Microsoft.Resources/resourceGroups" }]);
    const answer = await caller.put(group("a"), BODY);
    expect(answer.status).toBe(201);
    expect((await caller.outcome(answer)).status).toBe("Failed");
    expect((await caller.get(group("a"))).body.properties.provisioningState).toBe("Failed");
  });

  test("a failed delete leaves the resource in the state Failed, and the next delete succeeds", async () => {
    caller = await Caller.start();
    await buildPlatform(caller);
    caller.arm.setFaults([{ effect: "failOperation", method: "DELETE" }]);
    expect((await caller.outcome(await caller.delete(paths.deployment))).status).toBe("Failed");
    expect((await caller.get(paths.deployment)).body.properties.provisioningState).toBe("Failed");
    expect((await caller.outcome(await caller.delete(paths.deployment))).status).toBe("Succeeded");
    expect(await status("GET", paths.deployment)).toBe(404);
  });

  test("a template fails through the resource that it writes", async () => {
    await startWith([{ effect: "failOperation", type: "Microsoft.Resources/deployments", code: "InternalServerError" }]);
    await caller.made(group("rg"), BODY);
    const template = {
      $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
      contentVersion: "1.0.0.0",
      resources: [
        { type: "Microsoft.ManagedIdentity/userAssignedIdentities", apiVersion: "2023-01-31", name: "endpoint", location: "swedencentral" },
      ],
    };
    const below = "/resourceGroups/rg/providers/Microsoft.Resources/deployments/traffic";
    const answer = await caller.put(below, { properties: { mode: "Incremental", template } });
    expect(answer.status).toBe(201);
    const ended = await caller.outcome(answer);
    expect([ended.status, ended.error.code, ended.error.details[0].code]).toEqual(["Failed", "DeploymentFailed", "InternalServerError"]);
    expect((await caller.get(below)).body.properties.provisioningState).toBe("Failed");
  });
});

describe("a crash", () => {
  test("leaves the written state and answers no requests, until the next simulator uses the folder", async () => {
    await startWith([{ effect: "crash", method: "PUT", nth: 2 }]);
    expect(await status("PUT", group("a"), BODY)).toBe(201);
    expect(await status("PUT", group("b"), BODY)).toBe("broken");
    await caller.arm.crashed;
    expect(await status("GET", group("a"))).toBe("broken");
    await caller.arm.close();
    const { port } = caller.arm;
    caller = await Caller.start({ home: caller.home, port });
    expect(caller.arm.port).toBe(port);
    expect([await status("GET", group("a")), await status("GET", group("b"))]).toEqual([200, 200]);
  });

  test("before the request took effect leaves no change", async () => {
    await startWith([{ effect: "crash", method: "PUT", applied: false }]);
    expect(await status("PUT", group("a"), BODY)).toBe("broken");
    await caller.arm.crashed;
    caller = await Caller.start({ home: caller.home });
    expect(await status("GET", group("a"))).toBe(404);
  });

  test("of the process kills it: a simulator in a separate process ends, and its lock is taken over", async () => {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "arm-"));
    const child = spawn(process.execPath, ["-r", "ts-node/register/transpile-only", path.join(__dirname, "ownProcess.ts"), home], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
    const [url] = (await createInterface(child.stdout)[Symbol.asyncIterator]().next()).value.split(" ");
    await fetch(`${url}/faults`, { method: "PUT", body: JSON.stringify([{ effect: "crash", nth: 2 } satisfies Fault]) });
    const put = (name: string) =>
      fetch(`${url}/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/${name}?api-version=2024-03-01`, {
        method: "PUT",
        body: JSON.stringify(BODY),
      });
    expect((await put("a")).status).toBe(201);
    await expect(put("b")).rejects.toThrow("fetch failed");
    expect(await ended).toBe("SIGKILL");
    caller = await Caller.start({ home });
    expect([await status("GET", group("a")), await status("GET", group("b"))]).toEqual([200, 200]);
  });
});

describe("from another process", () => {
  test("faults are set and the report is read over HTTP, and these requests are not counted", async () => {
    await startWith([]);
    expect((await setByHttp([{ effect: "refuse", method: "PUT", status: 409, code: "Conflict", message: "not now" }])).status).toBe(200);
    const { error } = (await caller.put(group("a"), BODY)).body;
    expect(error).toEqual({ code: "Conflict", message: "not now" });
    const report = (await (await fetch(`${caller.arm.url}/faults`)).json()) as Parsed;
    expect(report).toEqual({
      calls: 1,
      writes: 1,
      matched: [1],
      strikes: [{ effect: "refuse", call: 1, method: "PUT", path: caller.id(group("a")) }],
    });
    expect(caller.arm.requests()).toHaveLength(1);
  });

  test.each([
    ["an unknown effect", [{ effect: "explode" }], "Fault 0.effect: "],
    ["an unknown field", [{ effect: "hang", count: 2 }], 'Fault 0: Unrecognized key: "count"'],
    ["a value that is not a list", { effect: "hang" }, "Faults: "],
    ["a request number below 1", [{ effect: "hang", nth: 0 }], "Fault 0.nth: "],
  ])("%s is rejected, and the previous faults stay set", async (_what, faults, message) => {
    await startWith([{ effect: "refuse", status: 418 }]);
    const answer = await setByHttp(faults);
    expect(answer.status).toBe(400);
    const { error } = (await answer.json()) as Parsed;
    expect(error.code).toBe("InvalidFault");
    expect(error.message).toContain(message);
    expect(await status("GET", group("a"))).toBe(418);
  });
});

test("faults in the options are validated too", async () => {
  caller = await Caller.start();
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "arm-"));
  await expect(startArm({ home, faults: [{ effect: "hang", rate: 2 }] })).rejects.toThrow("Fault 0.rate: ");
  expect(fs.existsSync(path.join(home, "lock"))).toBe(false);
  fs.rmSync(home, { recursive: true });
});
