/** The stacks that `npm run review` previews, in Azure or in the local Azure. */
import { approvalInputs } from "../../operations/deploy";
import { type PreviewSource, previewStack } from "../../operations/review";
import { requireStackFile, root } from "../stackFiles";
import { installedEngine, stackPulumi } from "../stackPulumi";

/** Sources of previews, until they are closed. */
export interface OpenSources {
  readonly sources: readonly PreviewSource[];
  close(): Promise<void>;
}

/**
 * Stacks in Azure, with the installed Pulumi.
 * @throws Error if it isn't installed
 */
export async function realStacks(stacks: readonly string[]): Promise<OpenSources> {
  const engine = installedEngine();
  await stackPulumi(engine, "", false).must(["version"]);
  const sources = stacks.map((stack) => ({
    stack,
    preview: (signal: AbortSignal) => previewStack(stackPulumi(engine, stack, false, signal)),
    inputs: () => approvalInputs(stackPulumi(engine, stack, false), root),
  }));
  return { sources, close: async () => {} };
}

/** Stacks in the local Azure. They share one session, because a process that runs the local Azure waits for all that use it. */
export async function localStacks(stacks: readonly string[]): Promise<OpenSources> {
  // Loaded only here, so that a review of stacks in Azure doesn't load the simulator.
  const { openSession } = require("../local/session") as typeof import("../local/session");
  const { prepareStack } = require("../local/stackFile") as typeof import("../local/stackFile");
  const session = await openSession((line) => console.error(line));
  // Stacks are prepared one after the other, because they share the project folder.
  let prepared: Promise<unknown> = Promise.resolve();
  const prepare = (stack: string): Promise<string> => {
    const result = prepared.then(() => prepareStack(session, stack, requireStackFile(stack)));
    prepared = result.catch(() => {});
    return result;
  };
  const pulumi = async (stack: string, signal?: AbortSignal) => {
    const configFile = await prepare(stack);
    const engine = { command: session.engine.command, environment: session.environment, configFile };
    return stackPulumi(engine, stack, true, signal);
  };
  const sources = stacks.map((stack) => ({
    stack,
    preview: async (signal: AbortSignal) => previewStack(await pulumi(stack, signal)),
    inputs: async () => approvalInputs(await pulumi(stack), root),
  }));
  return { sources, close: () => session.close() };
}
