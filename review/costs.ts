/** The costs of a change: before the run, at the peak of the rollout, and after the run. */
import { type Cost, type CostItem, costOf, type Range } from "../planner/cost";
import { requiredInstances, type ServingDeployment } from "../planner/rollout/capacity";
import { labelOf } from "../planner/rollout/transition";
import type { StackChange } from "./change";
import { type DeploymentView, type EndpointView, sameEndpoint } from "./endpoints";
import { deploymentThings, platformThings } from "./pricedThings";

export interface Costs {
  readonly before: Cost;
  /** Items at the peak of the rollout. */
  readonly peak: readonly CostItem[];
  readonly after: Cost;
  /** The costs without idle deployments of labels whose traffic moves between existing deployments. */
  readonly serving: { readonly before: Cost; readonly after: Cost };
  /** Deployments that lose their traffic to an existing deployment and keep their instances, for example after a rollback. */
  readonly retained: readonly string[];
}

export function costsOf({ before, after, endpoints }: StackChange): Costs {
  const platform = { before: platformThings(before), after: platformThings(after) };
  const starting = endpoints.after.map((one) => started(one, endpoints.before));
  const moved = new Map(endpoints.after.map((one) => [one.key, movedLabels(one, endpoints.before)]));
  const isRetained = (one: EndpointView, deployment: DeploymentView) =>
    isIdle(one, deployment) && (moved.get(one.key) ?? []).includes(labelOf(deployment.name));
  const serving = (all: readonly EndpointView[]) =>
    all.map((one) => ({ ...one, deployments: one.deployments.filter((deployment) => !isRetained(one, deployment)) }));
  const costBefore = costOf([...deploymentThings(endpoints.before), ...platform.before]);
  return {
    before: costBefore,
    peak: larger(costBefore.items, costOf([...deploymentThings(starting), ...platform.after]).items),
    after: costOf([...deploymentThings(endpoints.after), ...platform.after]),
    serving: {
      before: costOf([...deploymentThings(serving(endpoints.before)), ...platform.before]),
      after: costOf([...deploymentThings(serving(endpoints.after)), ...platform.after]),
    },
    retained: endpoints.after.flatMap((one) =>
      one.deployments.filter((deployment) => isRetained(one, deployment)).map(({ name }) => `${one.key}/${name}`),
    ),
  };
}

/** Labels whose traffic moves from one deployment to another, and whose deployments all exist before and after. */
function movedLabels(after: EndpointView, all: readonly EndpointView[]): string[] {
  const before = all.find((one) => sameEndpoint(one, after));
  if (before === undefined) return [];
  const labels = [...new Set(after.deployments.map(({ name }) => labelOf(name)))];
  return labels.filter((label) => {
    const [was, is] = [servingOf(before, label), servingOf(after, label)];
    return was !== "" && is !== "" && was !== is && namesOf(before, label) === namesOf(after, label);
  });
}

const ofLabel = ({ deployments }: EndpointView, label: string) => deployments.filter(({ name }) => labelOf(name) === label);
const joined = (deployments: readonly DeploymentView[]) =>
  deployments
    .map(({ name }) => name)
    .sort()
    .join(" ");
const namesOf = (endpoint: EndpointView, label: string) => joined(ofLabel(endpoint, label));
const servingOf = (endpoint: EndpointView, label: string) => joined(ofLabel(endpoint, label).filter((one) => !isIdle(endpoint, one)));

function isIdle({ traffic }: EndpointView, { name }: DeploymentView): boolean {
  return (traffic[name] ?? 0) === 0;
}

/** The endpoint while traffic moves: deployments that gain traffic have the instances that they need before they receive it. */
function started(after: EndpointView, all: readonly EndpointView[]): EndpointView {
  const before = all.find((one) => sameEndpoint(one, after));
  if (before === undefined) return after;
  const serving = loadOf(before);
  return { ...after, deployments: after.deployments.map((one) => withRequired(one, before, after, serving)) };
}

function loadOf({ deployments, traffic }: EndpointView): ServingDeployment[] {
  return deployments.flatMap(({ name, concurrency, instances, scale }) => {
    const weight = traffic[name] ?? 0;
    return weight > 0 && concurrency !== undefined ? [{ name, weight, concurrency, instances: scale?.min ?? instances }] : [];
  });
}

function withRequired(
  deployment: DeploymentView,
  before: EndpointView,
  after: EndpointView,
  serving: readonly ServingDeployment[],
): DeploymentView {
  const { name, concurrency, scale } = deployment;
  const weight = after.traffic[name] ?? 0;
  if (scale === undefined || concurrency === undefined || weight <= (before.traffic[name] ?? 0)) return deployment;
  const required = requiredInstances({ name, weight, concurrency, max: scale.max }, serving);
  return { ...deployment, scale: { min: Math.max(scale.min, required), max: scale.max } };
}

/** Everything that exists before or after exists at the peak; what exists in both is counted once, with the larger amount. */
function larger(before: readonly CostItem[], after: readonly CostItem[]): CostItem[] {
  const keys = new Set([...before, ...after].map(({ key }) => key));
  return [...keys].map((key) => {
    const [was, is] = [before, after].map((items) => items.find((item) => item.key === key));
    if (was === undefined || is === undefined) return (was ?? is)!;
    const most = (one: Range, other: Range) => ({ min: Math.max(one.min, other.min), max: Math.max(one.max, other.max) });
    return {
      ...(is.usdPerMonth.max >= was.usdPerMonth.max ? is : was),
      quantity: most(was.quantity, is.quantity),
      usdPerHour: most(was.usdPerHour, is.usdPerHour),
      usdPerMonth: most(was.usdPerMonth, is.usdPerMonth),
    };
  });
}
