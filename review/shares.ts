/** The traffic of an endpoint by label, before and after a run. */
import { labelOf } from "../planner/rollout/transition";
import type { StackChange } from "./change";
import { type DeploymentView, type EndpointView, sameEndpoint } from "./endpoints";

/** An endpoint before and after a run. One of both can be missing. */
export interface EndpointPair {
  readonly key: string;
  readonly before?: EndpointView;
  readonly after?: EndpointView;
}

/** The traffic of one deployment. */
export interface Share {
  /** Name in Azure. */
  readonly name: string;
  /** Percent of the endpoint's requests. */
  readonly weight: number;
  /** Percent of the endpoint's requests that are mirrored to the deployment. */
  readonly mirror: number;
  /** @default - the preview doesn't contain the deployment */
  readonly deployment?: DeploymentView;
}

/** The deployments of one label, those with traffic first. */
export interface LabelChange {
  readonly label: string;
  readonly before: readonly Share[];
  readonly after: readonly Share[];
}

/** All endpoints, in the order of their keys. The engine's order differs between runs. */
export function endpointPairs({ endpoints }: Pick<StackChange, "endpoints">): EndpointPair[] {
  const { before, after } = endpoints;
  const pairs = after.map((is): EndpointPair => {
    const was = before.find((one) => sameEndpoint(one, is));
    return { key: is.key, after: is, ...(was && { before: was }) };
  });
  const removed = before.filter((was) => !after.some((is) => sameEndpoint(was, is))).map((was) => ({ key: was.key, before: was }));
  return [...pairs, ...removed].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The labels of an endpoint, those with the highest weight after the run first. */
export function labelChanges({ before, after }: EndpointPair): LabelChange[] {
  const [earlier, later] = [sharesOf(before), sharesOf(after)];
  const [was, is] = [
    [...earlier, ...omitted(later, earlier)],
    [...later, ...omitted(earlier, later)],
  ];
  const labels = [...new Set([...is, ...was].map(({ name }) => labelOf(name)))];
  const ofLabel = (shares: readonly Share[], label: string) => shares.filter(({ name }) => labelOf(name) === label);
  const changes = labels.map((label) => ({ label, before: ofLabel(was, label), after: ofLabel(is, label) }));
  return changes.sort(
    (a, b) => weightOf(b.after) - weightOf(a.after) || weightOf(b.before) - weightOf(a.before) || (a.label < b.label ? -1 : 1),
  );
}

/** A preview without the unchanged resources omits deployments: one that only the other side's traffic contains exists on both sides. */
function omitted(shares: readonly Share[], others: readonly Share[]): Share[] {
  const names = onlyIn(shares, others).filter(({ deployment }) => deployment === undefined);
  return names.map(({ name }) => ({ name, weight: 0, mirror: 0 }));
}

/** Sum of the weights, percent. */
export function weightOf(shares: readonly Share[]): number {
  return shares.reduce((sum, { weight }) => sum + weight, 0);
}

/** Sum of the mirrored traffic, percent. */
export function mirrorOf(shares: readonly Share[]): number {
  return shares.reduce((sum, { mirror }) => sum + mirror, 0);
}

/** The deployments with a weight. */
export function serving(shares: readonly Share[]): Share[] {
  return shares.filter(({ weight }) => weight > 0);
}

/** The deployments with mirrored traffic. */
export function mirrored(shares: readonly Share[]): Share[] {
  return shares.filter(({ mirror }) => mirror > 0);
}

/** Deployments that only one of both lists contains. */
export function onlyIn(shares: readonly Share[], others: readonly Share[]): Share[] {
  return shares.filter(({ name }) => !others.some((other) => other.name === name));
}

function sharesOf(endpoint: EndpointView | undefined): Share[] {
  if (endpoint === undefined) return [];
  const { traffic, mirrorTraffic, deployments } = endpoint;
  const names = new Set([...Object.keys(traffic), ...Object.keys(mirrorTraffic), ...deployments.map(({ name }) => name)]);
  const shares = [...names].map((name): Share => {
    const deployment = deployments.find((one) => one.name === name);
    return { name, weight: traffic[name] ?? 0, mirror: mirrorTraffic[name] ?? 0, ...(deployment && { deployment }) };
  });
  return shares.sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1));
}
