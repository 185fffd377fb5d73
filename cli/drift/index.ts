/** `npm run drift`: what somebody has changed of the endpoints outside the stack, where neither a preview nor a refresh looks. */
import { spawnSync } from "node:child_process";
import { exportState, importState } from "../recover/checkpoint";
import type { Checkpoint, StateResource } from "../recover/state";
import { openStackPulumi, type StackOptions, type StackPulumi } from "../stackPulumi";
import { accept, compare, type Drift, type EndpointBody } from "./compare";

export interface DriftOptions extends StackOptions {
  /** Note Azure's values in the state, so that the next preview shows the difference and the next `up` puts it right. */
  readonly accept?: boolean;
}

const apiVersion = "2025-12-01";

/** Exit code 1 when something has drifted, so that a scheduled pipeline notices. */
export async function drift(options: DriftOptions): Promise<void> {
  const pulumi = await openStackPulumi(options);
  try {
    const state = await exportState(pulumi);
    const writes = writesOf(state);
    if (writes.length === 0) return console.log("The stack has written no endpoint yet, so there is nothing to compare.");
    const looked = await Promise.all(writes.map((write) => look(pulumi, state, write)));
    const gone = looked.filter((one): one is Gone => !("live" in one));
    for (const { name } of gone) console.log(`${name} is gone from Azure: run \`pulumi refresh\`, then \`pulumi up\`.`);
    if (gone.length > 0) process.exitCode = 1;
    const found = looked.filter((one): one is Found => "live" in one);
    const drifted = found.filter(({ differences }) => differences.length > 0);
    for (const { name, differences } of drifted) console.log(report(name, differences));
    if (drifted.length === 0) return gone.length > 0 ? undefined : console.log("Azure has the endpoints as the stack wrote them.");
    if (options.accept) await acceptAll(pulumi, state, drifted);
    else console.log("To put it right: add --accept, review `pulumi preview`, and run `pulumi up`. To keep it: change the stack file.");
    process.exitCode = options.accept && gone.length === 0 ? 0 : 1;
  } finally {
    await pulumi.close();
  }
}

interface Found {
  readonly name: string;
  readonly write: StateResource;
  readonly differences: readonly Drift[];
  readonly live: EndpointBody;
}

/** An endpoint of the state that Azure doesn't have. */
type Gone = Pick<Found, "name">;

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

async function look(pulumi: StackPulumi, { deployment }: Checkpoint, write: StateResource): Promise<Found | Gone> {
  const { deploymentName, properties } = inputsOf(write);
  const name = deploymentName.replace("moor-traffic-", "");
  const id = (deployment.resources ?? []).find((resource) => resource.id?.endsWith(`/onlineEndpoints/${name}`))?.id;
  if (id === undefined) throw new Error(`The state has the traffic of ${name}, but not the endpoint: run \`npm run recover\`.`);
  const live = await read(pulumi, id);
  if (live === undefined) return { name };
  return { name, write, live, differences: compare(properties.template.resources[0]!, live) };
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

function report(name: string, differences: readonly Drift[]): string {
  const lines = differences.map(({ what, written, live }) => `  ${what}: ${show(live)}, written as ${show(written)}`);
  return [`${name} was changed outside the stack:`, ...lines].join("\n");
}

const show = (value: unknown) => (value === undefined ? "nothing" : JSON.stringify(value));

async function acceptAll(pulumi: StackPulumi, state: Checkpoint, drifted: readonly Found[]): Promise<void> {
  const bodies = new Map(
    drifted.map(({ write, live }) => [write.urn, accept(inputsOf(write).properties.template.resources[0]!, live)] as const),
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
  console.log("The state has Azure's values now: `pulumi preview` shows the difference, and `pulumi up` puts it right.");
}

function withBody(resource: StateResource, body: EndpointBody): StateResource {
  const { properties } = inputsOf(resource);
  const template = { ...properties.template, resources: [body] };
  return { ...resource, inputs: { ...resource.inputs, properties: { ...properties, template } } as unknown as StateResource["inputs"] };
}
