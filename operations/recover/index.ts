/**
 * After a run that was killed, brings the state back to what Azure has, so that `pulumi up` converges. It creates and deletes nothing in
 * Azure.
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
import { foreign, type Mended, mendFailed, newResources, withCandidates, withoutEmptyComponents, withSentInputs } from "./state";
import { unidentifiedReport } from "./unidentified";

/** What a recovery has found and done. */
export interface Recovered extends Pick<Mended, "anew" | "again"> {
  /** Ids of the resources that were found in Azure and taken into the state. */
  readonly adopted: readonly string[];
  /** Resources that may exist and that could not be looked up. */
  readonly unidentified: readonly Unidentified[];
}

/** Rounds after which something is wrong: each finds what the round before made known. */
const mostRounds = 20;

/**
 * Brings the state of a stack back to what Azure has.
 * @throws Error when a run on the stack may be alive, when a preview fails, or when another stack has made what this one would make
 */
export async function recover(pulumi: StackPulumi, options: RecoverOptions = {}): Promise<Recovered> {
  const begun: Unidentified[] = [];
  try {
    const found = await adoptAll(pulumi, options, begun);
    const { anew, again } = await putFailedRight(pulumi);
    return { ...found, anew, again };
  } catch (error) {
    // The state has lost the killed run's notes by now, so that a second try could not tell of them.
    if (begun.length > 0) options.report?.(unidentifiedReport(pulumi, begun));
    throw error;
  }
}

/**
 * Takes into the state what the program makes and Azure has already. What the killed engine noted as begun comes first; then whatever the
 * program would create, because a provider that dies takes its note along. A resource whose id depends on one that is still missing comes a
 * round later.
 * @param begun Takes in what the killed engine noted as begun and what can't be looked up.
 */
async function adoptAll(
  pulumi: StackPulumi,
  options: RecoverOptions,
  begun: Unidentified[],
): Promise<Pick<Recovered, "adopted" | "unidentified">> {
  const adopted: string[] = [];
  for (let round = 0; round < mostRounds; round++) {
    let before = await exportState(pulumi);
    // The first import drops what the killed engine had noted as begun, so that is read before. It is read anew at each try: a run that
    // ends while its lock is waited for has the last word on the state.
    const takeLock = async () => {
      before = await exportState(pulumi);
      await importState(pulumi, before);
    };
    if (round === 0) await releaseLock(pulumi, takeLock, options);
    const subscriptionId = subscriptionOf(before, pulumi.environment);
    begun.push(...unidentifiedBegun(before, subscriptionId));
    const steps = await plannedSteps(pulumi);
    const candidates = candidatesOf(before, steps, subscriptionId);
    const after = await adopt(pulumi, before, candidates);
    const mistaken = foreign(after, candidates, pulumi.stack);
    for (const { urn } of mistaken) await pulumi.must(["state", "delete", urn, "--yes"]);
    if (mistaken.length > 0) {
      const list = mistaken.map(({ id }) => id).join("\n  ");
      throw new Error(
        `Azure has resources that this stack would make but that another made (tag ${stackTag}):\n  ${list}\nRename one side.`,
      );
    }
    const fresh = newResources(before, after);
    adopted.push(...fresh);
    if (fresh.length > 0) continue;
    const planned = unidentifiedPlanned(before, steps).filter(({ resource }) => begun.every((one) => one.resource.urn !== resource.urn));
    return { adopted, unidentified: [...begun, ...planned] };
  }
  throw new Error(`Still finding resources after ${mostRounds} rounds: run \`pulumi refresh\` and look at what it says.`);
}

async function putFailedRight(pulumi: StackPulumi): Promise<Mended> {
  const mended = mendFailed(await exportState(pulumi));
  if (mended.anew.length + mended.again.length > 0) await importState(pulumi, mended.checkpoint);
  return mended;
}

/** What the program would create now; a preview that is refused still shows it, but not one whose program ended before it began. */
async function plannedSteps(pulumi: StackPulumi): Promise<PlannedStep[]> {
  const { code, output, errors } = await pulumi.run(["preview", "--json", "--suppress-outputs"]);
  const preview = readPreview(output);
  const steps = preview?.steps ?? [];
  if (preview !== undefined && (code === 0 || steps.some(({ urn }) => urn.includes("::azure-native:")))) return steps;
  const said = preview?.diagnostics?.filter(({ severity }) => severity === "error").map(({ message }) => message) ?? [];
  const reason = said.length > 0 ? said.join("") : `${output}${errors}`;
  throw new Error(`pulumi preview failed, so it isn't known what is missing:\n${reason.trimEnd()}\nMend that and run the command again.`);
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

/** Puts the candidates into the state and refreshes: the engine reads each by its id, keeps those that exist and drops the others. */
async function adopt(pulumi: StackPulumi, checkpoint: Checkpoint, candidates: readonly Candidate[]): Promise<Checkpoint> {
  await importState(pulumi, withCandidates(checkpoint, candidates));
  await pulumi.must(["refresh", "--yes", "--skip-preview", "--suppress-outputs"]);
  const refreshed = withoutEmptyComponents(withSentInputs(await exportState(pulumi), candidates), candidates);
  await importState(pulumi, refreshed);
  return refreshed;
}
