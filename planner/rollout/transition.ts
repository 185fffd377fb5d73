/** Checks and describes changes of traffic against the previous run. Checks within one stack file are in config/. */
import { sumOfWeights } from "../traffic";

/** Percent by deployment name. */
type Shares = Readonly<Record<string, number>>;

/** The label in a deployment's name: the name without the hash. */
export function labelOf(deploymentName: string): string {
  return deploymentName.replace(/-[0-9a-f]{8}$/, "");
}

/**
 * Why a change of traffic is not allowed, with the remedy; undefined if it is allowed.
 * @param before Weights of the last write; empty if there was none.
 * @param names Names of all deployments of the stack, including deployments without weight.
 */
export function transitionProblem(endpoint: string, before: Shares, after: Shares, names: readonly string[]): string | undefined {
  const labels = new Set(names.map(labelOf));
  const removed = Object.entries(before).find(([name, weight]) => weight > 0 && !labels.has(labelOf(name)));
  if (removed !== undefined) {
    const [label, weight] = [labelOf(removed[0]), removed[1]];
    return (
      `Deployment ${endpoint}/${label} is no longer in the stack but has a traffic weight of ${weight}%. Keep it with weight 0 next to its ` +
      "successor, run `pulumi up`, and then remove it. To rename a label, follow the same steps."
    );
  }
  const [was, is] = [before, after].map((shares) => sumOfWeights(Object.values(shares).map((weight) => ({ weight }))));
  if (was === 100 && is === 0) {
    return (
      `Endpoint ${endpoint} serves requests, but no deployment would have a traffic weight and every request would return 404. Set weights ` +
      "that sum to 100, or remove the endpoint from the stack."
    );
  }
  return undefined;
}

/** The traffic and the deployments of an endpoint at the time of a traffic write. */
export interface TrafficSnapshot {
  readonly traffic: Shares;
  /** Percent of the requests that are mirrored. */
  readonly mirrorTraffic: Shares;
  /** Hashes of the recipes of all deployments of the stack, by name. */
  readonly recipes: Readonly<Record<string, string>>;
}

/** The traffic and the deployments of an endpoint after a run. */
export interface PlannedSnapshot extends TrafficSnapshot {
  /** Names of the deployments that this run creates. An earlier, interrupted run can have created others before it wrote traffic. */
  readonly created: readonly string[];
}

/** Describes the changes to traffic and deployments for reviewers; undefined if nothing changes. */
export function transitionSummary(endpoint: string, before: TrafficSnapshot, after: PlannedSnapshot): string | undefined {
  const [earlier, present] = [before, after].map(({ recipes }) => Object.keys(recipes).sort()) as [string[], string[]];
  const first = earlier.length === 0;
  const { created } = after;
  const [added, remaining] = [without(present, earlier), present.filter((name) => earlier.includes(name))];
  const [started, recreated] = [without(added, created), remaining.filter((name) => created.includes(name))];
  const changes = [
    ...(first ? [] : clause(without(added, started), "created first")),
    ...(first || started.length === 0 ? [] : [`creation of ${started.join(", ")} was started by an earlier run`]),
    ...clause(recreated, "recreated"),
    ...clause(
      without(remaining, recreated).filter((name) => before.recipes[name] !== after.recipes[name]),
      "updated in place",
    ),
  ];
  const mirrored = mirrorClauses(before.mirrorTraffic, after.mirrorTraffic);
  const idle = present.filter((name) => !after.traffic[name] && !after.mirrorTraffic[name]);
  const deleted = without(earlier, present);
  const deletions = [
    ...clause(
      deleted.filter((name) => before.traffic[name] || before.mirrorTraffic[name]),
      "deleted after the last requests have ended",
    ),
    ...clause(
      deleted.filter((name) => !before.traffic[name] && !before.mirrorTraffic[name]),
      "deleted (no traffic)",
    ),
  ];
  const [from, to] = [trafficText(before.traffic), trafficText(after.traffic)];
  const mirrorChanges = trafficText(before.mirrorTraffic) !== trafficText(after.mirrorTraffic);
  if (from === to && !mirrorChanges && changes.length + deletions.length === 0) return undefined;
  const stay = to === noTraffic ? "no deployment has traffic" : `traffic stays at ${to}`;
  const requests = from === to ? stay : `traffic changes from ${from} to ${to}`;
  const zero = idle.length === 0 ? [] : [`${idle.join(", ")} ${idle.length === 1 ? "stays" : "stay"} at 0%`];
  return `${endpoint}: ${[requests, ...mirrored, ...changes, ...zero, ...deletions].join("; ")}.`;
}

/** Credentials of callers, by Azure's authentication mode. */
const credentials: Readonly<Record<string, string>> = {
  Key: "the endpoint's key",
  AADToken: "a Microsoft Entra token of a principal that is allowed to score",
};

/** Describes the effect of a changed authentication mode on callers; undefined if it doesn't change. */
export function authChangeSummary(endpoint: string, before: string | undefined, after: string | undefined): string | undefined {
  if (before === undefined || after === undefined || before === after) return undefined;
  return `${endpoint}: after this update, callers must send ${credentials[after] ?? after}. Azure rejects ${credentials[before] ?? before}.`;
}

function mirrorClauses(before: Shares, after: Shares): string[] {
  const ended = without(Object.keys(before), Object.keys(after));
  return [
    ...Object.entries(after).map(([name, percent]) => `${percent}% of the requests are also mirrored to ${name}`),
    ...ended.map((name) => `requests are no longer mirrored to ${name}`),
  ];
}

function without(names: readonly string[], others: readonly string[]): string[] {
  return names.filter((name) => !others.includes(name));
}

function clause(names: readonly string[], what: string): string[] {
  return names.length === 0 ? [] : [`${names.join(", ")} ${names.length === 1 ? "is" : "are"} ${what}`];
}

const noTraffic = "none";

/** Traffic weights as text: `main-8c1f02ab 90%, next-01d00000 10%`, or `none`. */
export function trafficText(shares: Shares): string {
  const serving = Object.entries(shares).filter(([, weight]) => weight > 0);
  serving.sort(([a], [b]) => (a < b ? -1 : 1));
  return serving.map(([name, weight]) => `${name} ${weight}%`).join(", ") || noTraffic;
}
