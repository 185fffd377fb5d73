// Proves with the real engine that the shipped stacks are deployed in one pass, have no later changes, change a tag in place and are
// destroyed. Doesn't prove that Azure accepts them: the local Azure does, and its rules are tested against their sources.
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

/** Resources that Azure keeps after a stack is deleted: soft-deleted vaults and workspaces. */
const kept = /\/deleted(vaults|workspaces)\//;

describe.each(["dev", "prod"])("the stack %s", (stack) => {
  test("comes up in one pass", async () => {
    const { code, output } = await sandbox.run("up", stack);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/Resources:\n {4}\+ \d+ created\n/) });
  });

  test("shows no change in a second preview", async () => {
    expect(await sandbox.run("preview", stack, { args: ["--expect-no-changes", "--diff"] })).toMatchObject({ code: 0 });
  });

  test("shows no change in a refresh", async () => {
    const { code, output } = await sandbox.run("refresh", stack, { args: ["--expect-no-changes", "--diff"] });
    expect({ code, output }).toMatchObject({ code: 0 });
  });

  test("changes a tag in place: only updates, as previewed, nothing created, replaced or deleted", async () => {
    const before = sandbox.resources();
    const stackFile = sandbox.edit(stack, [[["moor:platform", "tags", "owner"], "somebody-else"]]);
    const planned = await sandbox.run("preview", stack, { stackFile });
    const { code, output } = await sandbox.run("up", stack, { stackFile });
    expect({ code, output }).toMatchObject({ code: 0 });
    const [, updated, unchanged] = /Resources:\n {4}~ (\d+) updated\n {4}(\d+) unchanged\n/.exec(output)!;
    expect(planned.output).toContain(`Resources:\n    ~ ${updated} to update\n    ${unchanged} unchanged\n`);
    expect(sandbox.resources()).toEqual(before);
    expect(await sandbox.run("preview", stack, { stackFile, args: ["--expect-no-changes"] })).toMatchObject({ code: 0 });
  });

  test("leaves only soft-deleted names", async () => {
    if (stack === "prod") {
      expect(await sandbox.run("destroy", stack)).toMatchObject({ code: 1, output: expect.stringContaining("protected") });
      await sandbox.pulumiQuietly(["state", "unprotect", "--all", "--yes", "--stack", stack]);
    }
    const { code, output } = await sandbox.run("destroy", stack);
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(sandbox.resources().filter((id) => !kept.test(id))).toEqual([]);
  });
});

test("a destroyed stack comes up again: a new suffix gives it names that no soft-deleted vault or workspace holds", async () => {
  expect(await sandbox.run("up", "dev")).toMatchObject({ code: 0 });
});
