/** Finds changes to endpoints outside the stack that neither a preview nor a refresh detects. */
import type { ArmClient } from "../../azure/arm";
import { endpointOfTrafficWrite } from "../../planner/names";
import { type Checkpoint, exportState, importState, type StateResource } from "../checkpoint";
import type { StackPulumi } from "../stackPulumi";
import { accept, compare, type Drift, type EndpointBody } from "./compare";

/** The endpoints of a stack, compared with Azure. */
export interface DriftFound {
  /** Names of the endpoints that don't exist in Azure. */
  readonly gone: readonly string[];
  readonly live: readonly FoundEndpoint[];
  /** State that was compared with Azure. */
  readonly state: Checkpoint;
}

/** An endpoint in Azure, and the traffic write with which it is compared. */
export interface FoundEndpoint {
  readonly name: string;
  readonly write: StateResource;
  readonly body: EndpointBody;
  readonly differences: readonly Drift[];
}

/**
 * Compares the endpoints in Azure with the last write of the stack.
 * @throws Error if the state lacks an endpoint; ArmError if a request to Azure fails
 */
export async function findDrift(pulumi: StackPulumi, azure: ArmClient): Promise<DriftFound> {
  const state = await exportState(pulumi);
  const compared = await Promise.all(writesOf(state).map((write) => compareOne(azure, state, write)));
  return {
    gone: compared.flatMap((one) => (typeof one === "string" ? one : [])),
    live: compared.flatMap((one) => (typeof one === "string" ? [] : one)),
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
    (resource) =>
      resource.type === "azure-native:resources:Deployment" && endpointOfTrafficWrite(inputsOf(resource).deploymentName) !== undefined,
  );
}

/** The endpoint of a traffic write, or its name if it doesn't exist in Azure. */
async function compareOne(azure: ArmClient, { deployment }: Checkpoint, write: StateResource): Promise<FoundEndpoint | string> {
  const { deploymentName, properties } = inputsOf(write);
  const name = endpointOfTrafficWrite(deploymentName)!;
  const id = (deployment.resources ?? []).find((resource) => resource.id?.endsWith(`/onlineEndpoints/${name}`))?.id;
  if (id === undefined) throw new Error(`The state contains the traffic of ${name}, but not the endpoint. Run \`npm run recover\`.`);
  const body = await azure.find<EndpointBody>(id);
  if (body === undefined) return name;
  return { name, write, body, differences: compare(properties.template.resources[0]!, body) };
}

/**
 * Writes Azure's values of the changed endpoints to the state, so that the next preview shows the differences and the next `up` reverts
 * them.
 */
export async function acceptDrift(pulumi: StackPulumi, { live, state }: DriftFound): Promise<void> {
  const drifted = live.filter(({ differences }) => differences.length > 0);
  const bodies = new Map(
    drifted.map(({ write, body }) => [write.urn, accept(inputsOf(write).properties.template.resources[0]!, body)] as const),
  );
  const resources = (state.deployment.resources ?? []).map((resource) => {
    const own = bodies.get(resource.urn);
    if (own !== undefined) return withBody(resource, own);
    // The component also contains the traffic weights, and its gate compares them.
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
