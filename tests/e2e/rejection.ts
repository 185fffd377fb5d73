import type { Change, Sandbox } from "./sandbox";

export const main = ["moor:endpoints", "chat", "deployments", "main"];

/** Expects an `up` with these changes to report a code for each of these keys and to create nothing. */
export async function expectRejection(sandbox: Sandbox, changes: readonly Change[], paths: readonly string[]): Promise<void> {
  const stackFile = sandbox.edit("dev", changes);
  const { code, output } = await sandbox.run("up", "dev", { stackFile });
  expect(code).not.toBe(0);
  for (const path of paths)
    expect(output).toMatch(new RegExp(`MOOR\\d{3}.*${path.replaceAll(".", "\\.")}|${path.replaceAll(".", "\\.")}.*MOOR\\d{3}`));
  expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(output).not.toContain("hf_plain_text");
  expect(sandbox.resources()).toEqual([]);
}
