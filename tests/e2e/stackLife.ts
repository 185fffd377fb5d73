/** The life of a shipped stack with the real engine, from the first `up` to `destroy`. */
import type { Sandbox } from "./sandbox";

/** Azure keeps the names of deleted vaults and workspaces during the days of soft delete. */
const kept = /\/deleted(vaults|workspaces)\//;

/** Declares the tests of a shipped stack's life. */
export function describeLife(stack: "dev" | "prod", opened: () => Sandbox): void {
  let sandbox: Sandbox;
  beforeAll(() => {
    sandbox = opened();
  });

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

  test("takes a changed tag in place: updates only, as the preview says, nothing created, replaced or deleted", async () => {
    const before = sandbox.resources();
    const stackFile = sandbox.edit(stack, [[["moor:platform", "tags", "owner"], "another-team"]]);
    const planned = await sandbox.run("preview", stack, { stackFile });
    const { code, output } = await sandbox.run("up", stack, { stackFile });
    expect({ code, output }).toMatchObject({ code: 0 });
    const [, updated, unchanged] = /Resources:\n {4}~ (\d+) updated\n {4}(\d+) unchanged\n/.exec(output)!;
    expect(planned.output).toContain(`Resources:\n    ~ ${updated} to update\n    ${unchanged} unchanged\n`);
    expect(sandbox.resources()).toEqual(before);
    expect(await sandbox.run("preview", stack, { stackFile, args: ["--expect-no-changes"] })).toMatchObject({ code: 0 });
  });

  test("leaves nothing behind but soft-deleted names", async () => {
    if (stack === "prod") {
      expect(await sandbox.run("destroy", stack)).toMatchObject({ code: 1, output: expect.stringContaining("protected") });
      await sandbox.pulumiQuietly(["state", "unprotect", "--all", "--yes", "--stack", stack]);
    }
    const { code, output } = await sandbox.run("destroy", stack);
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(sandbox.resources().filter((id) => !kept.test(id))).toEqual([]);
  });
}
