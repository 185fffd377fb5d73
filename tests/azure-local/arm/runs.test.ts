// Proves tasks of a registry, which of their runs a closed registry admits, and how runs are followed, listed, canceled and continued after a
// restart. Doesn't prove what the commands of a task do: they are a function of the test. Doesn't prove Azure's durations.
import * as fs from "node:fs";
import * as path from "node:path";
import type { ArmOptions } from "../../../azure-local/arm";
import type { Registries, TaskRunRequest, TaskRunResult } from "../../../azure-local/registry/registries";
import { type Answer, Caller, type Parsed } from "./client";
import { bodies, paths } from "./platform";
import { but } from "./rejections/rejectedRequest";
import { encoded, TASK, taskBody } from "./rejections/tasks";

const DIGEST = `sha256:${"e".repeat(64)}`;
const VERSION = "2019-06-01-preview";
const RUN = { type: "TaskRunRequest", taskId: "publish-vllm" };

type Execute = (run: TaskRunRequest) => Promise<TaskRunResult>;

const succeeded: TaskRunResult = { succeeded: true, log: "pushed\n", images: [{ repository: "moor/vllm", tag: "1", digest: DIGEST }] };

/** Registries that run tasks by this function and do nothing else. */
function running(runTask: Execute): Registries {
  const unused = () => Promise.reject(new Error("not used"));
  return { runTask, manifest: async () => undefined, putManifest: unused, importImage: unused };
}

let callers: Caller[] = [];
afterEach(async () => {
  for (const caller of callers) await caller.stop();
  callers = [];
});

async function started(runTask: Execute = async () => succeeded, options: Partial<ArmOptions> = {}): Promise<Caller> {
  const caller = await Caller.start({ registries: running(runTask), ...options });
  callers.push(caller);
  for (const name of ["group", "registry"] as const) await caller.made(paths[name], bodies(caller)[name]);
  return caller;
}

/** Sets properties of the registry at the version that has all of them. */
async function registry(caller: Caller, properties: object): Promise<void> {
  const body = { ...bodies(caller).registry, properties: { publicNetworkAccess: "Disabled", ...properties } };
  await caller.outcome(await caller.send("PUT", paths.registry, body, "2025-11-01"));
}

/** A registry that admits the runs of its tasks, and a task. */
async function withTask(caller: Caller): Promise<Parsed> {
  await registry(caller, { networkRuleBypassAllowedForTasks: true });
  return caller.made(TASK, taskBody);
}

function schedule(caller: Caller, body: unknown = RUN, apiVersion = VERSION): Promise<Answer> {
  return caller.send("POST", `${paths.registry}/scheduleRun`, body, apiVersion);
}

function run(caller: Caller, runId: string, apiVersion = VERSION): Promise<Answer> {
  return caller.send("GET", `${paths.registry}/runs/${runId}`, undefined, apiVersion);
}

/** Waits until the run has ended, and returns its properties and log. */
async function ended(caller: Caller, answer: Answer): Promise<{ properties: Parsed; log: string }> {
  const { runId } = answer.body.properties;
  caller.clock.advance(60);
  for (;;) {
    await new Promise(setImmediate);
    const { properties } = (await run(caller, runId)).body;
    if (!["Queued", "Running"].includes(properties.status)) return { properties, log: await logOf(caller, runId) };
    caller.clock.advance(60);
  }
}

async function link(caller: Caller, runId: string): Promise<string> {
  return (await caller.send("POST", `${paths.registry}/runs/${runId}/listLogSasUrl`, undefined, VERSION)).body.logLink;
}

async function logOf(caller: Caller, runId: string): Promise<string> {
  return (await fetch(await link(caller, runId))).text();
}

describe("a task", () => {
  test("has a principal of its own, its credentials and defaults, and keeps the principal when it is changed", async () => {
    const caller = await started();
    const created = await withTask(caller);
    expect(created.identity).toEqual({
      type: "SystemAssigned",
      principalId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      tenantId: caller.arm.tenantId,
    });
    expect(created.properties).toEqual({
      ...taskBody.properties,
      status: "Enabled",
      agentConfiguration: { cpu: 2 },
      creationDate: expect.any(String),
      provisioningState: "Succeeded",
    });
    const changed = await caller.send("PATCH", TASK, { properties: { step: { encodedTaskContent: encoded("steps: [{cmd: az}]") } } });
    expect([changed.status, changed.body.identity.principalId]).toEqual([200, created.identity.principalId]);
    expect(changed.body.properties.step.encodedTaskContent).toBe(encoded("steps: [{cmd: az}]"));
    expect((await caller.delete(TASK)).status).toBe(200);
    expect((await caller.get(TASK)).status).toBe(404);
  });

  test.each([
    ["timeout", 299],
    ["timeout", 28_801],
    ["timeout", "7200"],
    ["platform", { os: 1 }],
    ["step", { type: "Encoded" }],
  ])("with the property %s %j is rejected", async (property, value) => {
    const caller = await started();
    expect((await caller.put(TASK, but(taskBody, `properties/${property}`, value))).body.error.code).toBe("InvalidRequestContent");
  });

  test.each(["abcd", "a".repeat(51), "with.dot"])("with the name %s is rejected", async (name) => {
    const caller = await started();
    expect((await caller.put(`${paths.registry}/tasks/${name}`, taskBody)).status).toBe(400);
  });
});

describe("a run", () => {
  test("is queued, runs and succeeds, with the images that it pushed", async () => {
    let finish = () => {};
    const calls: TaskRunRequest[] = [];
    const caller = await started((call) => {
      calls.push(call);
      return new Promise((resolve) => (finish = () => resolve(succeeded)));
    });
    const { principalId } = (await withTask(caller)).identity;
    const answer = await schedule(caller);
    expect([answer.status, answer.headers.get("location"), answer.body.properties.status]).toEqual([200, null, "Queued"]);
    expect(answer.body).toMatchObject({
      id: caller.id(`${paths.registry}/runs/ca1`),
      name: "ca1",
      properties: { runId: "ca1", task: "publish-vllm" },
    });
    caller.clock.advance(5);
    expect((await run(caller, "ca1")).body.properties.status).toBe("Running");
    expect(calls).toEqual([
      {
        registryId: caller.id(paths.registry),
        loginServer: "registry01.azurecr.io",
        steps: expect.objectContaining({ steps: [{ cmd: "az python /work/publish.py" }] }),
        principalId,
        admitted: true,
      },
    ]);
    finish();
    await new Promise(setImmediate);
    caller.clock.advance(24);
    expect((await run(caller, "ca1")).body.properties.status).toBe("Running");
    const { properties, log } = await ended(caller, answer);
    expect(properties).toMatchObject({
      status: "Succeeded",
      runType: "QuickRun",
      platform: { os: "Linux", architecture: "amd64" },
      outputImages: [{ registry: "registry01.azurecr.io", repository: "moor/vllm", tag: "1", digest: DIGEST }],
      createTime: expect.any(String),
      startTime: expect.any(String),
      finishTime: expect.any(String),
    });
    expect(log).toBe("pushed\nRun ID: ca1 was successful after 30s\n");
  });

  test("that fails has Azure's message and a log, and no images", async () => {
    const caller = await started(async () => ({ ...succeeded, succeeded: false, log: "Traceback" }));
    await withTask(caller);
    const { properties, log } = await ended(caller, await schedule(caller));
    expect([properties.status, properties.runErrorMessage, properties.outputImages]).toEqual([
      "Failed",
      "failed during run, err: exit status 1",
      undefined,
    ]);
    expect(log).toBe("Traceback\nRun ID: ca1 failed after 30s. Error: failed during run, err: exit status 1\n");
  });

  test("fails if the local Azure can't run its commands", async () => {
    const caller = await started(() => Promise.reject(new Error("python3 is missing")));
    await withTask(caller);
    expect((await ended(caller, await schedule(caller))).log).toContain("The local Azure could not run the task: python3 is missing");
  });

  test.each([
    ["source code", { contextPath: "https://example.com/repository.git" }, "must be /dev/null"],
    ["values", { values: [{ name: "tag", value: "1" }] }, "write them to the task file"],
  ])("with %s fails, because the local Azure would ignore it", async (_case, step, text) => {
    const caller = await started();
    await withTask(caller);
    await caller.send("PATCH", TASK, { properties: { step } });
    const { properties, log } = await ended(caller, await schedule(caller));
    expect([properties.status, log]).toEqual(["Failed", expect.stringContaining(text)]);
  });

  test("is started by the ARM ID of its task too, at both versions, and is listed by task, newest first", async () => {
    const caller = await started();
    await withTask(caller);
    await caller.made(`${paths.registry}/tasks/other`, taskBody);
    await schedule(caller, { ...RUN, taskId: caller.id(TASK).toUpperCase().replace("/SUBSCRIPTIONS/", "/subscriptions/") });
    await schedule(caller, { ...RUN, taskId: "other" }, "2025-03-01-preview");
    await schedule(caller);
    const list = async (query: string) => {
      const { body } = await caller.send("GET", `${paths.registry}/runs${query}`, undefined, VERSION);
      return body.value?.map(({ name }: Parsed) => name) ?? body.error.code;
    };
    expect(await list("")).toEqual(["ca3", "ca2", "ca1"]);
    expect(await list("?$filter=TaskName eq 'publish-vllm'")).toEqual(["ca3", "ca1"]);
    expect(await list("?$filter=taskname eq 'publish-vllm'&$top=1")).toEqual(["ca3"]);
    expect(await list("?$filter=TaskName eq 'other' and Status eq 'Queued'")).toEqual(["ca2"]);
    expect(await list("?$filter=Status eq 'Failed'")).toEqual([]);
    expect(await list("?$filter=contains(TaskName,'o')")).toBe("InvalidFilterInQueryString");
  });

  test("can be canceled while it is active, and its result is then ignored", async () => {
    let finish = () => {};
    const caller = await started(() => new Promise((resolve) => (finish = () => resolve(succeeded))));
    await withTask(caller);
    const { runId } = (await schedule(caller)).body.properties;
    const cancel = () => caller.send("POST", `${paths.registry}/runs/${runId}/cancel`, undefined, VERSION);
    expect((await cancel()).status).toBe(200);
    finish();
    await new Promise(setImmediate);
    expect((await run(caller, runId)).body.properties.status).toBe("Canceled");
    expect((await cancel()).status).toBe(409);
  });

  test("that a killed simulator had started is repeated by the next one, even if its task was deleted", async () => {
    const first = await started(() => new Promise(() => {}));
    await withTask(first);
    const answer = await schedule(first);
    await first.delete(TASK);
    const second = await first.fork({ registries: running(async () => succeeded) });
    callers.push(second);
    expect((await ended(second, answer)).properties.status).toBe("Succeeded");
  });

  test("is removed with its registry", async () => {
    const caller = await started();
    await withTask(caller);
    await schedule(caller);
    await caller.outcome(await caller.delete(paths.registry));
    expect((await run(caller, "ca1")).status).toBe(404);
    await registry(caller, {});
    expect((await run(caller, "ca1")).status).toBe(404);
  });

  test("needs an existing task of the registry, no overrides, and a valid body and version", async () => {
    const caller = await started();
    await withTask(caller);
    const rejected = async (body: unknown, apiVersion?: string) => {
      const answer = await schedule(caller, body, apiVersion);
      return `${answer.status} ${answer.body.error.code}`;
    };
    expect(await rejected({ ...RUN, taskId: "missing" })).toBe("404 ResourceNotFound");
    expect(await rejected({ ...RUN, taskId: caller.id(paths.registry) })).toBe("404 ResourceNotFound");
    expect(await rejected({ ...RUN, overrideTaskStepProperties: { values: [] } })).toBe("400 InvalidParameters");
    expect(await rejected({ type: "TaskRunRequest" })).toBe("400 InvalidRequestContent");
    expect(await rejected({ ...RUN, extra: 1 })).toBe("400 InvalidRequestContent");
    expect(await rejected({ type: "Unknown" })).toBe("400 InvalidRequestContent");
    expect(await rejected(RUN, "2025-11-01")).toBe("400 NoRegisteredProviderFound");
    expect((await caller.send("PUT", `${paths.registry}/runs/ca9`, {}, VERSION)).status).toBe(405);
    expect((await run(caller, "ca9")).status).toBe(404);
  });
});

describe("a closed registry", () => {
  const LOGIN = "failed to login, ran out of retries";
  const EXCHANGE = "failed to get ACR refresh token, exchange API response code: 403 Forbidden";
  const allowed = { networkRuleBypassAllowedForTasks: true };
  const credentials = (value: unknown) => but(taskBody, "properties/credentials", value);
  const identity = { "registry01.azurecr.io": { identity: paths.identity } };

  test.each([
    ["without the network bypass of tasks", {}, taskBody, EXCHANGE],
    ["without trusted services", { ...allowed, networkRuleBypassOptions: "None" }, taskBody, EXCHANGE],
    ["with the default login", allowed, credentials(undefined), LOGIN],
    [
      "with credentials for another registry",
      allowed,
      credentials({ customRegistries: { "x.azurecr.io": { identity: "[system]" } } }),
      LOGIN,
    ],
    ["with a user-assigned identity", allowed, credentials({ customRegistries: identity }), EXCHANGE],
  ])("refuses a task %s before its first step", async (_case, properties, body, text) => {
    const caller = await started(() => Promise.reject(new Error("must not run")));
    await registry(caller, properties);
    await caller.made(TASK, body);
    const { properties: ending, log } = await ended(caller, await schedule(caller));
    expect([ending.status, log]).toEqual(["Failed", expect.stringContaining(text)]);
    expect(log).not.toContain("must not run");
  });

  test("admits a task whose default login uses its own identity, which only 2025-03-01-preview has", async () => {
    const caller = await started();
    await registry(caller, allowed);
    const body = credentials({ sourceRegistry: { identity: "[system]" } });
    expect((await caller.send("PUT", TASK, body, VERSION)).body.error.message).toContain("credentials.sourceRegistry.identity");
    await caller.outcome(await caller.send("PUT", TASK, body, "2025-03-01-preview"));
    expect((await ended(caller, await schedule(caller))).properties.status).toBe("Succeeded");
  });

  test("refuses a task when only its default network rule is closed", async () => {
    const caller = await started();
    await registry(caller, { publicNetworkAccess: "Enabled", networkRuleSet: { defaultAction: "Deny" } });
    await caller.made(TASK, taskBody);
    expect((await ended(caller, await schedule(caller))).log).toContain(EXCHANGE);
  });

  test("refuses quick builds and runs, which an open registry admits", async () => {
    const quick = { platform: { os: "Linux" }, type: "EncodedTaskRunRequest", encodedTaskContent: encoded("steps: [{cmd: az}]") };
    const build = { type: "DockerBuildRequest", dockerFilePath: "Dockerfile", platform: { os: "Linux" } };
    const identities: unknown[] = [];
    const caller = await started(async ({ principalId }) => {
      identities.push(principalId);
      return succeeded;
    });
    await registry(caller, allowed);
    for (const request of [quick, build]) expect((await ended(caller, await schedule(caller, request))).log).toContain(LOGIN);
    await registry(caller, { publicNetworkAccess: "Enabled" });
    expect((await ended(caller, await schedule(caller, quick))).properties.status).toBe("Succeeded");
    expect(identities).toEqual([undefined]);
    const { properties, log } = await ended(caller, await schedule(caller, build));
    expect([properties.runType, log]).toEqual(["QuickBuild", expect.stringContaining("The local Azure runs only EncodedTask steps")]);
  });
});

describe("the link to a log", () => {
  test("needs no credentials, expires after an hour, and is only valid for its own run", async () => {
    const caller = await started();
    await withTask(caller);
    for (const answer of [await schedule(caller), await schedule(caller)]) await ended(caller, answer);
    const url = await link(caller, "ca1");
    const status = async (address: string) => (await fetch(address)).status;
    expect(await status(url)).toBe(200);
    expect(await status(url.replace("/runs/ca1/", "/runs/ca2/"))).toBe(403);
    expect(await status(url.replace(/se=[^&]+/, "se=2999-01-01T00%3A00%3A00Z"))).toBe(403);
    expect(await status(url.replace(/sig=[^&]+/, ""))).toBe(403);
    expect(await status(url.split("?")[0]!)).toBe(403);
    caller.clock.advance(3600);
    expect(await status(url)).toBe(403);
  });

  test("is not in the log of requests, and the task's file is neither there nor in the state after the run", async () => {
    const caller = await started();
    await withTask(caller);
    await ended(caller, await schedule(caller));
    const signature = new URL(await link(caller, "ca1")).searchParams.get("sig")!;
    await logOf(caller, "ca1");
    const paths = caller.arm.requests().map(({ path: one }) => one);
    expect(paths.filter((one) => one.includes("rawtext.log"))).toEqual([]);
    expect(JSON.stringify(caller.arm.requests())).not.toContain(signature);
    expect(JSON.stringify(caller.arm.requests())).not.toContain(taskBody.properties.step.encodedTaskContent);
    const secrets = fs.readFileSync(path.join(caller.home, "secrets.jsonl"), "utf8").trim().split("\n").at(-1)!;
    expect(secrets).not.toContain("encodedTaskContent");
  });
});

describe("faults", () => {
  const type = "Microsoft.ContainerRegistry/registries";

  test("refuse and fail the start of a run and a task; reads of runs and logs are not writes", async () => {
    const caller = await started();
    await withTask(caller);
    caller.arm.setFaults([{ effect: "refuse", method: "POST", type, status: 503, code: "ServiceUnavailable" }]);
    expect((await schedule(caller)).status).toBe(503);
    caller.arm.setFaults([
      { effect: "failOperation", method: "write", path: caller.id(`${paths.registry}/scheduleRun`), message: "Broken" },
    ]);
    expect((await ended(caller, await schedule(caller))).log).toContain("Broken");
    expect(caller.arm.faultReport().writes).toBe(1);
    caller.arm.setFaults([{ effect: "failOperation", method: "PUT", type: `${type}/tasks`, code: "Broken" }]);
    expect((await caller.outcome(await caller.put(TASK, taskBody))).error.code).toBe("Broken");
    expect((await caller.get(TASK)).body.properties.provisioningState).toBe("Failed");
  });

  test.each([true, false])("a crash at the start of a run, applied %s, leaves the run to the next simulator or no run", async (applied) => {
    const first = await started(() => new Promise(() => {}));
    await withTask(first);
    first.arm.setFaults([{ effect: "crash", method: "POST", type, applied }]);
    await expect(schedule(first)).rejects.toThrow();
    await first.arm.crashed;
    const second = await Caller.start({ home: first.home, clock: first.clock, registries: running(async () => succeeded) });
    callers = [second];
    const { body } = await second.send("GET", `${paths.registry}/runs`, undefined, VERSION);
    expect(body.value).toHaveLength(applied ? 1 : 0);
    if (applied)
      expect((await ended(second, { ...first, status: 200, headers: new Headers(), body: body.value[0] })).properties.status).toBe(
        "Succeeded",
      );
  });
});
