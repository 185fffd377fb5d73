/** The online endpoints of a stack, from its resources. */
import { sameArmId } from "../azure/armId";
import { at, isOfType, type RuleResource } from "../rules/resource";
import { type Body, isBody, isOpaque, type Value, valueAt } from "../rules/values";

export interface EndpointView {
  /** Logical name of the endpoint's resource without `-endpoint`: the key in the stack file. */
  readonly key: string;
  /** Name in Azure. Undefined if it is unknown in the preview of its creation. */
  readonly name?: string;
  readonly authMode?: string;
  /** Percent of the requests by deployment name; deployments at 0% are omitted. */
  readonly traffic: Readonly<Record<string, number>>;
  readonly mirrorTraffic: Readonly<Record<string, number>>;
  /** Whether only the update knows the weights. @default - they are known, or there are none */
  readonly trafficIsUnknown?: true;
  readonly deployments: readonly DeploymentView[];
}

export interface DeploymentView {
  /** Name in Azure, for example `main-8c1f02ab`. */
  readonly name: string;
  readonly instanceType: string;
  readonly location?: string;
  /** Initial or fixed number of instances. */
  readonly instances: number;
  /** Bounds of autoscale. @default - the number of instances is fixed */
  readonly scale?: { readonly min: number; readonly max: number };
  /** Concurrent requests per instance. */
  readonly concurrency?: number;
  readonly resource: RuleResource;
}

const endpointType = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints";
const deploymentType = `${endpointType}/deployments`;
const autoscaleType = "Microsoft.Insights/autoscalesettings";

/** The templates that write the traffic of an endpoint. */
const writeTemplate = "-traffic-write/resources";

/**
 * The endpoints in the order of their declaration. The template that writes the traffic is merged into its endpoint. A preview without the
 * unchanged resources can contain only the template.
 */
export function endpointsOf(resources: readonly RuleResource[]): EndpointView[] {
  const writes = resources.filter((one) => isOfType(one, endpointType) && one.name.endsWith(`${writeTemplate}/0`));
  const autoscales = resources.filter((one) => isOfType(one, autoscaleType));
  const deployments = resources.filter((one) => isOfType(one, deploymentType));
  const declared = resources.filter((one) => isOfType(one, endpointType) && one.name.endsWith("-endpoint"));
  const keys = [
    ...declared.map(({ name }) => without(name, "-endpoint")),
    ...writes.map(({ name }) => without(name, `${writeTemplate}/0`)),
  ];
  const owners = new Map(deployments.map((one) => [one, ownerOf(one.name, [...new Set(keys)], resources)] as const));
  return [...new Set(keys)].map((key) => {
    const endpoint = declared.find(({ name }) => name === `${key}-endpoint`);
    const write = writes.find(({ name }) => name === `${key}${writeTemplate}/0`);
    const isUnreadable = write === undefined && resources.some(({ name }) => name.startsWith(`${key}${writeTemplate}`));
    const own = deployments.filter((one) => owners.get(one) === key);
    const authMode = at((write ?? endpoint)!, "properties.authMode");
    const name = (endpoint ?? write)!.id?.split("/").at(-1);
    const [traffic, mirrorTraffic] = ["traffic", "mirrorTraffic"].map((property) => write && at(write, `properties.${property}`));
    return {
      key,
      ...(name === undefined ? {} : { name }),
      ...(typeof authMode === "string" ? { authMode } : {}),
      traffic: weights(traffic),
      mirrorTraffic: weights(mirrorTraffic),
      ...(isUnreadable || hasUnknown(traffic) || hasUnknown(mirrorTraffic) ? { trafficIsUnknown: true as const } : {}),
      deployments: own.map((one) => deploymentOf(key, one, autoscales)),
    };
  });
}

function without(name: string, ending: string): string {
  return name.slice(0, -ending.length);
}

function hasUnknown(value: Value): boolean {
  return isOpaque(value) || (isBody(value) && Object.values(value).some(isOpaque));
}

/**
 * The key of the endpoint of a deployment. `chat-eu-main-8c1f02ab-deployment` can be the deployment `eu-main-8c1f02ab` of `chat`, or
 * `main-8c1f02ab` of `chat-eu`: then the template that writes the traffic decides, because its metadata contains all deployments.
 */
function ownerOf(name: string, keys: readonly string[], resources: readonly RuleResource[]): string | undefined {
  const candidates = keys.filter((key) => isDeploymentOf(key, name)).sort((a, b) => b.length - a.length);
  if (candidates.length < 2) return candidates[0];
  const isRecorded = (key: string) => {
    const write = resources.find((one) => one.name === `${key}-traffic-write`);
    const recipes = write && at(write, "properties.template.metadata.deployments.recipes");
    return isBody(recipes) && Object.hasOwn(recipes, without(name.slice(key.length + 1), "-deployment"));
  };
  return candidates.find(isRecorded) ?? candidates[0];
}

/** Logical names are `<key>-<name in Azure>-deployment`; a key can contain hyphens, a name in Azure ends with its hash. */
function isDeploymentOf(key: string, name: string): boolean {
  return name.startsWith(`${key}-`) && /^[^-]+(-[^-]+)*-[0-9a-f]{8}-deployment$/.test(name.slice(key.length + 1));
}

function deploymentOf(key: string, resource: RuleResource, autoscales: readonly RuleResource[]): DeploymentView {
  const name = resource.name.slice(key.length + 1, -"-deployment".length);
  const autoscale = autoscales.find((one) => one.name === `${key}-${name}-autoscale-setting`);
  const capacity = autoscale && valueAt(at(autoscale, "properties.profiles.0"), "capacity");
  const bounds = isBody(capacity) ? boundsOf(capacity) : undefined;
  const [instances, concurrency] = [
    at(resource, "sku.capacity"),
    at(resource, "properties.requestSettings.maxConcurrentRequestsPerInstance"),
  ];
  const location = at(resource, "location");
  return {
    name,
    instanceType: String(at(resource, "properties.instanceType") ?? ""),
    ...(typeof location === "string" ? { location } : {}),
    instances: typeof instances === "number" ? instances : 1,
    ...(bounds === undefined ? {} : { scale: bounds }),
    ...(typeof concurrency === "number" ? { concurrency } : {}),
    resource,
  };
}

function boundsOf({ minimum, maximum }: Body): DeploymentView["scale"] {
  const [min, max] = [Number(minimum), Number(maximum)];
  return Number.isFinite(min) && Number.isFinite(max) ? { min, max } : undefined;
}

function weights(value: Value): Record<string, number> {
  if (!isBody(value)) return {};
  return Object.fromEntries(Object.entries(value).flatMap(([name, weight]) => (typeof weight === "number" ? [[name, weight]] : [])));
}

/** Whether two endpoints are the same one, before and after. */
export function sameEndpoint(one: EndpointView, other: EndpointView): boolean {
  return one.key === other.key || (one.name !== undefined && sameArmId(one.name, other.name));
}
