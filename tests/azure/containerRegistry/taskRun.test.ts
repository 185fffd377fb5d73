// Proves which requests run a task and what an error shows. Doesn't prove that Azure runs a task.
import { runTask, type TaskRunOptions } from "../../../azure/containerRegistry";
import { armClient, type ScriptedResponse, serveScript } from "../fakeArm";

const registryId = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/cr";
const taskId = `${registryId}/tasks/moor-1`;
const run = (runId: string, status: string, createTime: string, more: object = {}) => ({
  properties: { runId, status, createTime, ...more },
});
const list = (...runs: object[]): ScriptedResponse => ({ status: 200, body: { value: runs } });
const version = "api-version=2019-06-01-preview";
const listed = `GET ${registryId}/runs?${version}&$filter=TaskName%20eq%20%27moor-1%27`;

async function start(script: readonly ScriptedResponse[], options: Partial<TaskRunOptions> = {}) {
  const azure = await serveScript(script);
  const reported: string[] = [];
  try {
    const result = await runTask(armClient(), taskId, { report: (line) => reported.push(line), ...options }).catch((error: Error) => error);
    return { result, calls: azure.calls, reported };
  } finally {
    await azure.close();
  }
}

test("schedules a run and waits for it", async () => {
  const { result, calls, reported } = await start([
    list(run("ca1", "Failed", "2026-01-01T00:00:00Z")),
    { status: 200, body: run("ca2", "Queued", "2026-01-02T00:00:00Z") },
    { status: 200, body: run("ca2", "Running", "2026-01-02T00:00:00Z") },
    { status: 200, body: run("ca2", "Succeeded", "2026-01-02T00:00:00Z") },
  ]);
  expect(result).toBe("ca2");
  const poll = `GET ${registryId}/runs/ca2?${version}`;
  expect(calls).toEqual([listed, `POST ${registryId}/scheduleRun?${version}`, poll, poll]);
  expect(reported).toEqual(["Run ca2 of the task started."]);
});

test("a run that succeeded is not repeated, unless its image is absent", async () => {
  const done = list(run("ca1", "Succeeded", "2026-01-01T00:00:00Z"));
  expect(await start([done])).toEqual({ result: "ca1", calls: [listed], reported: [] });
  const again = { status: 200, body: run("ca2", "Succeeded", "2026-01-02T00:00:00Z") };
  expect((await start([done, again], { isAbsent: true })).result).toBe("ca2");
});

test("waits for a run of a killed program instead of starting a second one", async () => {
  const { result, calls } = await start([
    list(run("ca1", "Running", "2026-01-01T00:00:00Z")),
    { status: 200, body: run("ca1", "Succeeded", "2026-01-01T00:00:00Z") },
  ]);
  expect([result, calls.length]).toEqual(["ca1", 2]);
});

describe("A run that fails", () => {
  const failed = run("ca1", "Failed", "2026-01-01T00:00:00Z", { runErrorMessage: "failed during run, err: exit status 1" });
  const before = [list(), { status: 200, body: failed }, { status: 200, body: failed }];
  test("is an error with the end of its log, and without the signed URL", async () => {
    const log = Array.from({ length: 30 }, (_, line) => `line ${line + 1}`).join("\n");
    const { result, calls } = await start([
      ...before,
      {
        status: 200,
        body: {
          get logLink() {
            return `${process.env.MOOR_ARM_URL}/log?sig=planted`;
          },
        },
      },
      { status: 200, body: `${log}\n` },
    ]);
    const lines = (result as Error).message.split("\n");
    expect(lines.slice(0, 3)).toEqual([
      "Run ca1 of the task ended with the status Failed. failed during run, err: exit status 1",
      "The end of its log:",
      "  line 11",
    ]);
    expect(lines.at(-1)).toBe("  line 30");
    expect((result as Error).message).not.toContain("planted");
    expect(calls.at(-2)).toBe(`POST ${registryId}/runs/ca1/listLogSasUrl?${version}`);
  });
  test.each<[string, ScriptedResponse[]]>([
    ["Azure returns no URL", [{ status: 403 }]],
    ["the URL is no URL", [{ status: 200, body: { logLink: "planted" } }]],
  ])("names the command that shows the log if %s", async (_, script) => {
    const { result } = await start([...before, ...script]);
    expect((result as Error).message).toContain("az acr task logs --registry cr --run-id ca1");
    expect((result as Error).message).not.toContain("planted");
  });
});

test("a run that doesn't end in time is an error", async () => {
  const { result } = await start(
    [list(run("ca1", "Queued", "2026-01-01T00:00:00Z")), { status: 200, body: run("ca1", "Queued", "2026-01-01T00:00:00Z") }],
    { limitSeconds: 0 },
  );
  expect(result).toMatchObject({ name: "TaskRunError", runId: "ca1", message: expect.stringContaining("still Queued after 0 s") });
});
