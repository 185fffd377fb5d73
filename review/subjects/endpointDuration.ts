/**
 * The duration of a run at one endpoint. Azure runs one operation of an endpoint at a time: deployments are created or updated one after the
 * other, then the traffic is written, in-flight requests end, and deployments are deleted. Endpoints run in parallel.
 */
import { durations, type Minutes } from "../../facts/durations";
import type { ResourceChange, StackChange } from "../change";
import { creationMinutes, inParallel, inSequence, requestTimeoutOf, times } from "../minutes";
import type { EndpointPair } from "../shares";

export interface Branch {
  readonly name: string;
  readonly minutes: Minutes;
  readonly parts: readonly { readonly what: string; readonly minutes: Minutes }[];
  /** What takes most of the time, in a few words. */
  readonly reasons: readonly string[];
}

type Part = Branch["parts"][number];

/** Number of steps in which Azure updates the instances of a deployment: a fifth each. Source: Azure docs, how-to-deploy-online-endpoints. */
const updateSteps = 5;

/** @param platform What the endpoint waits for. */
export function endpointBranch(pair: EndpointPair, { changes }: StackChange, platform: Minutes): Branch {
  const { key, before, after } = pair;
  const named = (name: string) => changes.find((one) => one.name === `${key}-${name}` && one.kind !== "same");
  const deploymentsOf = (names: readonly { readonly name: string }[]) => names.flatMap(({ name }) => named(`${name}-deployment`) ?? []);
  const [previous, current] = [deploymentsOf(before?.deployments ?? []), deploymentsOf(after?.deployments ?? [])];
  const created = current.filter(({ kind }) => kind === "create" || kind === "replace");
  const updated = current.flatMap((one) => update(one));
  const deleted = previous.filter(({ kind }) => kind === "delete");
  const roles = changes.some(({ name, kind, type }) => kind === "create" && type === roleAssignmentType && name.startsWith(`${key}-`));
  const endpoint = named("endpoint");
  const preparation: Part[] =
    endpoint?.kind === "create" || endpoint?.kind === "replace" ? [{ what: "endpoint", minutes: durations.endpoint }] : [];
  const waits: Part[] = roles && created.length > 0 ? [{ what: "role assignments, in parallel", minutes: durations.rolePropagation }] : [];
  const operations: Part[] = [
    ...created.map((one) => ({ what: deploymentName(key, one), minutes: creationMinutes(one.after!) })),
    ...updated.map(({ change, minutes }) => ({ what: `update of ${deploymentName(key, change)}`, minutes })),
    ...(after !== undefined && named("traffic-write") !== undefined ? trafficParts(pair) : []),
    ...(after === undefined ? [{ what: "deletion of the endpoint", minutes: durations.deletion }] : deletions(pair, deleted)),
  ];
  const start = inParallel([inSequence([platform, ...preparation.map(({ minutes }) => minutes)]), ...waits.map(({ minutes }) => minutes)]);
  const parts = [...preparation, ...waits, ...operations];
  return {
    name: key,
    minutes: parts.length === 0 ? { min: 0, max: 0 } : inSequence([start, ...operations.map(({ minutes }) => minutes)]),
    parts: parts.map(({ what, minutes: { min, max } }) => ({ what, minutes: { min, max } })),
    reasons: [
      ...counted(created.length, (count) =>
        count === 1 ? `1 new deployment of ${key}` : `${count} new deployments of ${key} one after the other`,
      ),
      ...counted(updated.length, (count) => `${count} ${count === 1 ? "update" : "updates"} of deployments of ${key}`),
    ],
  };
}

const roleAssignmentType = "Microsoft.Authorization/roleAssignments";

function counted(count: number, text: (count: number) => string): string[] {
  return count === 0 ? [] : [text(count)];
}

function deploymentName(key: string, { name }: ResourceChange): string {
  return name.slice(key.length + 1, -"-deployment".length);
}

/** A changed number of instances starts instances. Other properties restart all of them, in steps. Tags restart none. */
function update(change: ResourceChange): { readonly change: ResourceChange; readonly minutes: Minutes }[] {
  const { kind, after, step } = change;
  if (kind !== "update" || after === undefined) return [];
  const changes = (prefix: string) =>
    step.changed.some((path) => path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`));
  const creation = creationMinutes(after);
  if (changes("properties")) {
    const capacity = Number((after.body.sku as { readonly capacity?: unknown } | undefined)?.capacity ?? 1);
    const steps = Math.max(1, Math.min(updateSteps, Number.isFinite(capacity) ? capacity : updateSteps));
    return [{ change, minutes: times(steps, creation) }];
  }
  return changes("sku") ? [{ change, minutes: { min: durations.others.min, max: creation.max } }] : [];
}

/** Before a write, deployments whose weight increases are scaled out, if the previous ones have more instances. */
function trafficParts({ before, after }: EndpointPair): Part[] {
  const gaining = (after?.deployments ?? []).filter(
    ({ name, scale }) => scale !== undefined && before?.traffic[name] !== undefined && (after?.traffic[name] ?? 0) > before.traffic[name],
  );
  const returning = (after?.deployments ?? []).filter(
    ({ name, scale }) =>
      scale !== undefined &&
      before?.traffic[name] === undefined &&
      (after?.traffic[name] ?? 0) > 0 &&
      before?.deployments.some((one) => one.name === name),
  );
  const longest = inParallel([...gaining, ...returning].map(({ resource }) => creationMinutes(resource)));
  return [
    ...(longest.max > 0 ? [{ what: "more instances, if required", minutes: { min: 0, max: longest.max } }] : []),
    { what: "update of the endpoint", minutes: durations.traffic },
  ];
}

/** In-flight requests end before a deployment that had traffic is deleted: the longest request timeout of the endpoint's deployments. */
function deletions({ before, after }: EndpointPair, deleted: readonly ResourceChange[]): Part[] {
  if (deleted.length === 0) return [];
  const served = (before?.deployments ?? []).some(
    ({ name, resource }) => deleted.some((one) => one.name === resource.name) && (before?.traffic[name] ?? 0) > 0,
  );
  const drain = Math.max(0, ...(after?.deployments ?? []).map(({ resource }) => requestTimeoutOf(resource))) / 60;
  return [
    ...(served ? [{ what: "end of the last requests", minutes: { min: drain, max: drain } }] : []),
    { what: deleted.length === 1 ? "deletion" : `${deleted.length} deletions`, minutes: times(deleted.length, durations.deletion) },
  ];
}
