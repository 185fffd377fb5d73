/** What somebody has changed of the endpoints outside the stack, where neither a preview nor a refresh looks. */
import { spawnSync } from "node:child_process";
import { type Checkpoint, exportState, importState, type StateResource } from "../checkpoint";
import type { StackPulumi } from "../stackPulumi";
import { accept, compare, type Drift, type EndpointBody } from "./compare";

const apiVersion = "2025-12-01";

/** What Azure has of the endpoints that a stack has written. */
export interface DriftFound {
  /** Names of the endpoints that Azure doesn't have. */
  readonly gone: readonly string[];
  readonly live: readonly LiveEndpoint[];
  /** State that it was compared with. */
  readonly state: Checkpoint;
}

/** An endpoint that Azure has, with the write that it is compared with. */
export interface LiveEndpoint {
  readonly name: string;
  readonly write: StateResource;
  readonly body: EndpointBody;
  readonly differences: readonly Drift[];
}

/**
 * Compares the endpoints in Azure with what the stack last wrote.
 * @throws Error when the state lacks an endpoint, or Azure doesn't say whether there is one
 */
export async function findDrift(pulumi: StackPulumi): Promise<DriftFound> {
  const state = await exportState(pulumi);
  const looked = await Promise.all(writesOf(state).map((write) => look(pulumi, state, write)));
  return {
    gone: looked.flatMap((one) => (typeof one === "string" ? one : [])),
    live: looked.flatMap((one) => (typeof one === "string" ? [] : one)),
    state,
  };
}

interface WriteInputs {
  readonly deploymentName: string;
  readonly properties: { readonly template: { readonly resources: readonly EndpointBody[] } };
}

const inputsOf = ({ inputs }: StateResource) => inputs as unknown as WriteInputs;

/** The traffic writes in a state. */
function writesOf({ deployment }: Checkpoint): StateResource[] {
  return (deployment.resources ?? []).filter(
    (resource) => resource.type === "azure-native:resources:Deployment" && inputsOf(resource).deploymentName.startsWith("moor-traffic-"),
  );
}

/** The endpoint of a write, or its name when Azure doesn't have it. */
async function look(pulumi: StackPulumi, { deployment }: Checkpoint, write: StateResource): Promise<LiveEndpoint | string> {
  const { deploymentName, properties } = inputsOf(write);
  const name = deploymentName.replace("moor-traffic-", "");
  const id = (deployment.resources ?? []).find((resource) => resource.id?.endsWith(`/onlineEndpoints/${name}`))?.id;
  if (id === undefined) throw new Error(`The state has the traffic of ${name}, but not the endpoint: run \`npm run recover\`.`);
  const body = await read(pulumi, id);
  if (body === undefined) return name;
  return { name, write, body, differences: compare(properties.template.resources[0]!, body) };
}

async function read({ environment, local }: StackPulumi, id: string): Promise<EndpointBody | undefined> {
  const base = local ? environment.MOOR_ARM_URL : "https://management.azure.com";
  const token = local ? "local" : azToken();
  const response = await fetch(`${base}${id}?api-version=${apiVersion}`, { headers: { authorization: `Bearer ${token}` } });
  if (response.ok) return (await response.json()) as EndpointBody;
  if (response.status === 404) return undefined;
  throw new Error(`Azure answered ${response.status} to a look at ${id}: ${await response.text()}`);
}

/** A token of the Azure CLI's login; a pipeline has one after its login step. */
function azToken(): string {
  const args = ["account", "get-access-token", "--resource", "https://management.azure.com/", "--query", "accessToken", "--output", "tsv"];
  const { status, stdout, stderr, error } = spawnSync("az", args, { encoding: "utf8" });
  if (status === 0) return stdout.trim();
  throw new Error(`The Azure CLI gives no token: ${error?.message ?? stderr.trim()}. Log in with \`az login\`.`);
}

/**
 * Notes Azure's values of the endpoints that differ in the state, so that the next preview shows the difference and the next `up` puts it
 * right.
 */
export async function acceptDrift(pulumi: StackPulumi, { live, state }: DriftFound): Promise<void> {
  const drifted = live.filter(({ differences }) => differences.length > 0);
  const bodies = new Map(
    drifted.map(({ write, body }) => [write.urn, accept(inputsOf(write).properties.template.resources[0]!, body)] as const),
  );
  const resources = (state.deployment.resources ?? []).map((resource) => {
    const own = bodies.get(resource.urn);
    if (own !== undefined) return withBody(resource, own);
    // The component holds the shares too, and its gate compares them.
    const child = [...bodies].find(([urn]) => drifted.some(({ write }) => write.urn === urn && write.parent === resource.urn))?.[1];
    if (child === undefined) return resource;
    const { traffic = {}, mirrorTraffic = {} } = child.properties;
    return { ...resource, inputs: { ...resource.inputs, traffic: { ...traffic }, mirrorTraffic: { ...mirrorTraffic } } };
  });
  await importState(pulumi, { ...state, deployment: { ...state.deployment, resources } });
}

function withBody(resource: StateResource, body: EndpointBody): StateResource {
  const { properties } = inputsOf(resource);
  const template = { ...properties.template, resources: [body] };
  return { ...resource, inputs: { ...resource.inputs, properties: { ...properties, template } } };
}
