/** vCPUs of Azure Machine Learning's quota by family and region: before the run, at its peak, and after it. */
import { isInstanceType, type Size, sizes } from "../../facts/sizes";
import { type DeclaredQuota, type FamilyNeed, type FamilyQuota, type QuotaDeployment, quotaNeeds } from "../../planner/quota/cores";
import type { StackChange } from "../change";
import type { DeploymentView, EndpointView } from "../endpoints";
import { type Notice, noticeLength, type Section } from "../section";
import { endpointPairs } from "../shares";
import { shortened, summaryOf } from "../summaries";

/** vCPUs of one family in one region, at the maximum number of instances and with Azure's reserve for upgrades. */
interface FamilyChange {
  readonly region: string;
  readonly family: string;
  readonly before: number;
  /** While the previous deployments run next to the new ones. At least `before` and `after`. */
  readonly peak: number;
  readonly after: number;
  /** The quota that `moor:quota` declares. @default - not declared */
  readonly quota?: FamilyQuota;
}

export function quota(change: StackChange): Section {
  const { before, peak, after } = usage(change);
  const declared = declaredQuota(change.preview.config["moor:quota"]);
  const all = familyChanges({ before: quotaNeeds(before), peak: quotaNeeds(peak, declared), after: quotaNeeds(after) });
  const changed = all.filter((one) => one.before !== one.after || one.peak !== one.after);
  const hasRegions = new Set(all.map(({ region }) => region)).size > 1;
  const bySeverity = [...changed].sort((a, b) => excess(b) - excess(a));
  if (!change.preview.isComplete) return differences(bySeverity);
  const unknown = [...new Set(peak.map(({ instanceType }) => instanceType).filter((size) => !isInstanceType(size)))];
  return {
    summary: summaryOf(bySeverity.map((one) => summaryText(one, hasRegions))),
    notices: bySeverity.flatMap(noticesOf),
    details: [
      ...changed.map(detailText),
      ...(changed.length === 0 || unknown.length === 0
        ? []
        : [`Not included, because the table of sizes doesn't contain them: ${unknown.join(", ")}.`]),
    ],
    data: changed,
  };
}

/** Without the unchanged resources, totals are unknown and can't be compared with the declared quota. */
function differences(changed: readonly FamilyChange[]): Section {
  const growing = changed.filter(({ before, peak }) => peak > before);
  const text = (one: FamilyChange) => {
    const during = one.peak > Math.max(one.before, one.after) ? ` (${signed(one.peak - one.before)} during the rollout)` : "";
    return `${one.family}: ${signed(one.after - one.before)} vCPUs${during}, total unknown`;
  };
  const missing = "The preview omits the unchanged resources, so the totals are unknown.";
  return {
    summary: summaryOf(changed.map(text)),
    notices: growing.map(({ region, family, before, peak }) => ({
      severity: "look",
      text: shortened(`Quota of ${family} in ${region}: the run requires up to ${peak - before} more vCPUs. ${missing}`, noticeLength),
    })),
    ...(changed.length === 0 ? {} : { details: [missing] }),
  };
}

function signed(cores: number): string {
  return cores < 0 ? String(cores) : `+${cores}`;
}

/** The deployments that use quota before the run, at its peak and after it. */
function usage(change: StackChange): Readonly<Record<"before" | "peak" | "after", readonly QuotaDeployment[]>> {
  const pairs = endpointPairs(change);
  const before = pairs.flatMap((pair) => quotaOf(pair.before, change));
  const after = pairs.flatMap((pair) => quotaOf(pair.after, change, pair.before));
  const isSame = (one: QuotaDeployment, other: QuotaDeployment) =>
    one.endpoint === other.endpoint && one.label === other.label && one.instanceType === other.instanceType && one.region === other.region;
  const kept = after.map((is) => {
    const was = before.find((one) => isSame(one, is));
    return was === undefined || was.maxInstances <= is.maxInstances ? is : was;
  });
  return { before, peak: [...kept, ...before.filter((was) => !after.some((is) => isSame(was, is)))], after };
}

/** @param earlier The endpoint before the run: a deployment whose autoscale setting is removed keeps its instances. */
function quotaOf(endpoint: EndpointView | undefined, { preview, settings }: StackChange, earlier?: EndpointView): QuotaDeployment[] {
  return (endpoint?.deployments ?? []).map(({ name, instanceType, location, instances, scale }) => {
    const before = earlier?.deployments.find((one) => one.name === name);
    const isKept = scale === undefined && before?.scale !== undefined && (endpoint?.traffic[name] ?? 0) === 0;
    return {
      stack: preview.stack,
      region: location ?? settings.after?.region ?? settings.before?.region ?? "unknown region",
      endpoint: endpoint!.key,
      label: name,
      instanceType,
      maxInstances: isKept ? mostInstances(before) : mostInstances({ instances, ...(scale && { scale }) }),
      update: "inPlace" as const,
    };
  });
}

function mostInstances({ instances, scale }: Pick<DeploymentView, "instances" | "scale">): number {
  return scale?.max ?? instances;
}

function familyChanges(needs: Readonly<Record<"before" | "peak" | "after", readonly FamilyNeed[]>>): FamilyChange[] {
  return needs.peak.map(({ region, family, neededCores, quota }) => {
    const cores = (list: readonly FamilyNeed[]) => list.find((one) => one.region === region && one.family === family)?.neededCores ?? 0;
    return { region, family, before: cores(needs.before), peak: neededCores, after: cores(needs.after), ...(quota && { quota }) };
  });
}

/** `moor:quota` as Pulumi stores it: JSON text. Entries without a limit are ignored. */
export function declaredQuota(text: string | undefined): DeclaredQuota {
  const value = parsed(text);
  if (typeof value !== "object" || value === null) return {};
  const entries = Object.entries(value).flatMap(([family, entry]: [string, unknown]) => {
    const { limit, others } = (entry ?? {}) as { readonly limit?: unknown; readonly others?: unknown };
    return typeof limit === "number" ? [[family, { limit, ...(typeof others === "number" ? { others } : {}) }] as const] : [];
  });
  return Object.fromEntries(entries);
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** vCPUs above the declared quota at the peak; 0 without a declared quota. */
function excess({ peak, quota }: FamilyChange): number {
  return quota === undefined ? 0 : Math.max(0, peak + (quota.others ?? 0) - quota.limit);
}

function noticesOf(change: FamilyChange): Notice[] {
  const { region, family, before, peak, after, quota } = change;
  const name = `Quota of ${family} in ${region}`;
  if (quota === undefined) {
    if (before > 0 || after === 0) return [];
    const text = `${name}: ${peak} vCPUs are required, and \`moor:quota\` declares no limit.${hasGpus(family) ? " Azure's default limit of a GPU family is 0." : ""} Check the limit, or the run can fail.`;
    return [{ severity: "look", text: shortened(text, noticeLength) }];
  }
  const { limit, others = 0 } = quota;
  const available = limit - others;
  if (peak <= available) return [];
  const limits = `the limit is ${limit}${others > 0 ? `, and other workloads use ${others}` : ""}`;
  const text =
    after > available
      ? `${name}: ${after} vCPUs are required after the run, but ${limits}. Azure rejects the deployments that exceed it, and the run fails.`
      : `${name}: ${peak} vCPUs are required during the rollout, but ${limits}. Azure can reject new deployments until the previous ones are deleted, and the run fails.`;
  const remedy = ` Request a limit of ${peak + others}.`;
  // A limit that is already exceeded and that the run doesn't exceed further is no danger of this run.
  const severity = after > available && after > before ? "danger" : "look";
  return [{ severity, text: shortened(`${text}${remedy}`, noticeLength) }];
}

function hasGpus(family: string): boolean {
  return Object.values<Size>(sizes).some((size) => size.family === family && size.gpus > 0);
}

function summaryText({ region, family, before, peak, after, quota }: FamilyChange, hasRegions: boolean): string {
  const during = peak > Math.max(before, after) ? ` (${peak} during the rollout)` : "";
  const limit =
    quota === undefined
      ? after === 0
        ? ""
        : ", no limit declared"
      : `, limit ${quota.limit}${quota.others ? `, of which others use ${quota.others}` : ""}`;
  const change = before === after ? `${after}` : `${before} to ${after}`;
  return `${family}${hasRegions ? ` in ${region}` : ""}: ${change} vCPUs${during}${limit}`;
}

function detailText({ region, family, before, peak, after }: FamilyChange): string {
  return `${family} in ${region}: ${before} vCPUs before, ${peak} at the peak, ${after} after. Counted: the maximum number of instances, and Azure's reserve for upgrades.`;
}
