/**
 * After a run was killed, updates the state to match Azure, so that `pulumi up` converges. It creates and deletes nothing in Azure. The command
 * then removes the scripts that a killed `mirror` left: operations/mirror/script.
 */
import { stackTag } from "../../planner/tags";
import { type Checkpoint, exportState, importState } from "../checkpoint";
import type { StackPulumi } from "../stackPulumi";
import { releaseLock } from "./lock";
import {
  type Candidate,
  candidatesOf,
  type PlannedStep,
  subscriptionOf,
  type Unidentified,
  unidentifiedBegun,
  unidentifiedPlanned,
} from "./missing";
import type { RecoverOptions } from "./options";
import {
  foreign,
  newResources,
  type RepairedState,
  repairFailedDeployments,
  withCandidates,
  withoutEmptyComponents,
  withSentInputs,
} from "./state";
import { unidentifiedReport } from "./unidentified";

/** The result of a recovery. */
export interface Recovered extends Pick<RepairedState, "recreated" | "updatedAgain"> {
  /** IDs of the resources that were found in Azure and added to the state. */
  readonly adopted: readonly string[];
  /** Resources that can exist but could not be looked up. */
  readonly unidentified: readonly Unidentified[];
  /** Whether the state already matched Azure and a preview planned no changes. */
  readonly upToDate: boolean;
}

/** Maximum number of rounds. Each round finds resources whose IDs depend on those of the previous round. */
const mostRounds = 20;

/**
 * Updates the state of a stack to match Azure.
 * @throws Error if a run on the stack can still be active, if a preview fails, or if another stack created a resource that this stack would
 * create
 */
export async function recover(pulumi: StackPulumi, options: RecoverOptions = {}): Promise<Recovered> {
  const begun: Unidentified[] = [];
  try {
    const found = await adoptAll(pulumi, options, begun);
    const { recreated, updatedAgain } = await repairFailed(pulumi);
    const isChanged = found.adopted.length + recreated.length + updatedAgain.length > 0;
    return { ...found, recreated, updatedAgain, upToDate: found.upToDate && !isChanged };
  } catch (error) {
    // The state no longer contains the pending operations of the killed run, so a second attempt could not report them.
    if (begun.length > 0) options.report?.(unidentifiedReport(pulumi, begun));
    throw error;
  }
}

/**
 * Adds to the state the resources of the program that already exist in Azure: first those in the pending operations of the killed engine,
 * then those that the program would create, because a provider that dies takes its pending operations with it. A resource whose ID depends
 * on a missing one is added one round later.
 * @param begun Receives the resources in pending operations that can't be looked up.
 */
async function adoptAll(
  pulumi: StackPulumi,
  options: RecoverOptions,
  begun: Unidentified[],
): Promise<Pick<Recovered, "adopted" | "unidentified" | "upToDate">> {
  const adopted: string[] = [];
  for (let round = 0; round < mostRounds; round++) {
    let before = await exportState(pulumi);
    // The first import removes the pending operations, so the state is read before it. It is read again at each attempt, because a run
    // that ends while this one waits for its state lock changes the state.
    const takeLock = async () => {
      before = await exportState(pulumi);
      await importState(pulumi, before);
    };
    if (round === 0) await releaseLock(pulumi, takeLock, options);
    const subscriptionId = subscriptionOf(before, pulumi.environment);
    begun.push(...unidentifiedBegun(before, subscriptionId));
    const { steps, isComplete } = await plannedSteps(pulumi);
    const candidates = candidatesOf(before, steps, subscriptionId);
    const after = await adopt(pulumi, before, candidates);
    const others = foreign(after, candidates, pulumi.stack);
    for (const { urn } of others) await pulumi.must(["state", "delete", urn, "--yes"]);
    if (others.length > 0) {
      const list = others.map(({ id }) => id).join("\n  ");
      throw new Error(
        `Another stack created resources that this stack would create (tag ${stackTag}):\n  ${list}\nRename the resources of one of the stacks.`,
      );
    }
    const fresh = newResources(before, after);
    adopted.push(...fresh);
    if (fresh.length > 0) continue;
    const planned = unidentifiedPlanned(before, steps).filter(({ resource }) => begun.every((one) => one.resource.urn !== resource.urn));
    const unidentified = [...begun, ...planned];
    const upToDate = isComplete && unidentified.length === 0 && steps.every(({ op }) => unchanging.includes(op));
    return { adopted, unidentified, upToDate };
  }
  throw new Error(`\`recover\` still finds new resources after ${mostRounds} rounds. Run \`pulumi refresh\` and check its output.`);
}

async function repairFailed(pulumi: StackPulumi): Promise<RepairedState> {
  const repaired = repairFailedDeployments(await exportState(pulumi));
  if (repaired.recreated.length + repaired.updatedAgain.length > 0) await importState(pulumi, repaired.checkpoint);
  return repaired;
}

/**
 * Recovery publishes no image, so it doesn't require a machine that reaches the registry. It writes nothing to Azure, so findings don't prevent
 * it: the next preview and update report them.
 */
const unchecked = { MOOR_PUBLICATION: "unchecked", MOOR_FINDINGS: "unchecked" } as const;

/** Operations of a preview that change nothing. */
const unchanging: readonly string[] = ["same", "read", "refresh"];

interface PlannedSteps {
  readonly steps: readonly PlannedStep[];
  /** Whether the preview succeeded. */
  readonly isComplete: boolean;
}

/** The steps of a preview. A preview that fails can still contain them, unless the program failed before it registered resources. */
async function plannedSteps(pulumi: StackPulumi): Promise<PlannedSteps> {
  const { code, output, errors } = await pulumi.run(["preview", "--json", "--suppress-outputs"], unchecked);
  const preview = readPreview(output);
  const steps = preview?.steps ?? [];
  const isComplete = code === 0;
  if (preview !== undefined && (isComplete || steps.some(({ urn }) => urn.includes("::azure-native:")))) return { steps, isComplete };
  const messages = preview?.diagnostics?.filter(({ severity }) => severity === "error").map(({ message }) => message) ?? [];
  const reason = messages.length > 0 ? messages.join("") : `${output}${errors}`;
  throw new Error(
    `\`pulumi preview\` failed, so the missing resources are unknown:\n${reason.trimEnd()}\nFix the error and run the command again.`,
  );
}

interface Preview {
  readonly steps?: PlannedStep[];
  readonly diagnostics?: readonly { readonly message: string; readonly severity: string }[];
}

function readPreview(output: string): Preview | undefined {
  try {
    return JSON.parse(output) as Preview;
  } catch {
    return undefined;
  }
}

/** Adds the candidates to the state and refreshes: the engine reads each by its ID, keeps those that exist and removes the others. */
async function adopt(pulumi: StackPulumi, checkpoint: Checkpoint, candidates: readonly Candidate[]): Promise<Checkpoint> {
  await importState(pulumi, withCandidates(checkpoint, candidates));
  await pulumi.must(["refresh", "--yes", "--skip-preview", "--suppress-outputs"]);
  const refreshed = withoutEmptyComponents(withSentInputs(await exportState(pulumi), candidates), candidates);
  await importState(pulumi, refreshed);
  return refreshed;
}
