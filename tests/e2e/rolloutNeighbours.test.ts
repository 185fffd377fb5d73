// Proves with the real engine that two stacks that share a workspace and serve the same model from the same image have no name conflicts,
// and that one can be deleted without a change to the other. Both are in one local Azure; nothing is proved about two subscriptions.
import { quick } from "./quick";
import { serving } from "./rolloutSupport";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = quick(await openSandbox());
});
afterAll(() => sandbox.close());

test("Two stacks in one workspace are created, changed and deleted independently.", async () => {
  expect(await sandbox.run("up", "dev")).toMatchObject({ code: 0 });
  const first = await serving(sandbox);
  const owned = await sandbox.resources();
  const idOf = (type: RegExp) => owned.find((id) => type.test(id))!;
  const workspaceId = idOf(/\/microsoft\.machinelearningservices\/workspaces\/[^/]+$/);
  const stackFile = sandbox.edit("dev", [
    [["moor:platform", "workspace"], workspaceId],
    [["moor:platform", "network"], { create: { addressSpace: "10.42.0.0/22" } }],
  ]);
  const second = await sandbox.run("up", "team", { stackFile });
  expect(second).toEqual({ code: 0, output: expect.any(String) });
  expect(await sandbox.run("preview", "team", { stackFile, args: ["--expect-no-changes"] })).toMatchObject({ code: 0 });
  expect(await sandbox.run("preview", "dev", { args: ["--expect-no-changes"] })).toMatchObject({ code: 0 });
  expect(await serving(sandbox, "chat-dev")).toEqual(first);
  const destroyed = await sandbox.run("destroy", "team", { stackFile });
  expect(destroyed).toMatchObject({ code: 0 });
  expect(await serving(sandbox, "chat-dev")).toEqual(first);
  expect(await sandbox.run("preview", "dev", { args: ["--expect-no-changes"] })).toMatchObject({ code: 0 });
});
