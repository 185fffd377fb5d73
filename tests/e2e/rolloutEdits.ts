/** Changes of the deployments in the dev stack: the preview that a reviewer reads, and the run that applies it. */
import type { Change, Run, Sandbox } from "./sandbox";

export const deployments = ["moor:endpoints", "chat", "deployments"];
export const vllm = {
  model: "Qwen/Qwen2.5-0.5B-Instruct",
  revision: "c".repeat(40),
  source: "hub",
  servedName: "chat",
  context: "8k",
  concurrencyPerInstance: 8,
  flags: { dtype: "half" },
};

export const candidate = (weight: number): Change => [
  [...deployments, "candidate"],
  { vllm, size: "Standard_NC4as_T4_v3", instances: 1, weight },
];
export const weight = (value: number): Change => [[...deployments, "main", "weight"], value];

export function preview(sandbox: Sandbox, changes: readonly Change[]): Promise<Run> {
  return sandbox.run("preview", "dev", { stackFile: sandbox.edit("dev", changes) });
}

/** Applies a change, and expects no change in the next preview. */
export async function carryOut(sandbox: Sandbox, changes: readonly Change[]): Promise<string> {
  const stackFile = sandbox.edit("dev", changes);
  const { code, output } = await sandbox.run("up", "dev", { stackFile });
  expect({ code, output }).toMatchObject({ code: 0 });
  const after = await sandbox.run("preview", "dev", { stackFile, args: ["--expect-no-changes", "--diff"] });
  expect(after).toMatchObject({ code: 0 });
  return output;
}
