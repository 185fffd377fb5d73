/** The risk warning of a run, from the stack file and from the current resources in Azure. */
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import { registryApiVersion } from "../../azure/containerRegistry";
import { type EndpointPlan, findRisks, gainingDeployments, type Live, type LiveEndpointTraffic, riskText } from "../../planner/risks";
import { planRollout } from "../../planner/rollout";
import { stackTag } from "../../planner/tags";
import { stop } from "../../program/fail";
import { armIdOf, azureOf, localNetwork } from "../base/azure";
import { resolved } from "../base/resolved";
import { type ListedEndpoint, listEndpoints, listMirrorScripts, servingNow } from "../live";

/** An endpoint of the stack, with its name. */
export interface NamedEndpointPlan extends EndpointPlan {
  /** Name in Azure. */
  readonly name: pulumi.Input<string>;
}

export interface RiskArgs {
  /** Stack name. The tag `stackTag` of its endpoints contains it. */
  readonly stack: string;
  /** The workspace of the endpoints. */
  readonly workspace: pulumi.Resource & { readonly id: pulumi.Output<string> };
  /** All endpoints of the stack. */
  readonly endpoints: readonly NamedEndpointPlan[];
  /**
   * ARM ID of the stack's own container registry. It is read to find out whether tasks bypass its network rules.
   * @default - not read. Omit it if the stack file sets `networkRuleBypassAllowedForTasks`.
   */
  readonly registryId?: pulumi.Output<string>;
  /** ARM ID of the subnet in which deployment scripts run. @default - none */
  readonly scriptSubnetId?: pulumi.Output<string>;
  /** ARM ID of the stack's resource group. A preview lists the mirror scripts in it. @default - not listed */
  readonly resourceGroupId?: pulumi.Output<string>;
  /** The stack's own container registry, and the images that the stack file expects in it, by `imageText`. @default - no images */
  readonly expectedImages?: { readonly registryId: pulumi.Output<string>; readonly images: readonly string[] };
}

/**
 * Logs one warning that lists all risks of this run, most severe first. Without risks, it logs nothing. It reads the stack's endpoints in
 * the workspace with the credential of the workspace's provider. If the ID of the workspace isn't known yet, it has no endpoints. A
 * registry whose ID isn't known yet, or that can't be read, is no risk.
 * @returns an output that resolves after the warning was logged. Make it part of a stack output, because a run ends when its outputs are
 * known.
 */
export function warnOfRisks(args: RiskArgs): pulumi.Output<void> {
  return pulumi.output(warn(args));
}

/**
 * Fails if the stack has endpoints in Azure. A run that creates only the platform would delete them.
 * @returns an output that resolves when the endpoints were read. It must be part of a stack output, so that the run waits for it.
 * @throws pulumi.RunError if the stack has endpoints, or if they can't be read
 */
export function rejectDeletedEndpoints({ stack, workspace }: Pick<RiskArgs, "stack" | "workspace">): pulumi.Output<void> {
  return pulumi.output(reject(stack, workspace));
}

async function reject(stack: string, workspace: RiskArgs["workspace"]): Promise<void> {
  const up = localNetwork() === undefined ? "pulumi up" : `npm run local -- up -s ${stack}`;
  const live = await readLive(azureOf(workspace), stack, await resolved<Place>({ workspaceId: workspace.id, endpoints: [] }));
  if ("notRead" in live) {
    return stop(`Can't read whether the stack has endpoints: ${live.notRead}\n\`${up}\` keeps them.`);
  }
  const names = live.endpoints.map(({ name }) => name);
  if (names.length === 0) return;
  await stop(
    `This run creates only the platform (\`npm run platform\`), and would delete the endpoints of the stack: ${names.join(", ")}. ` +
      `Run \`${up}\` instead. To delete the endpoints, remove them from moor:endpoints in the stack file.`,
  );
}

async function warn(args: RiskArgs): Promise<void> {
  const { stack, workspace, endpoints, registryId, expectedImages, scriptSubnetId } = args;
  const azure = azureOf(workspace);
  const [live, bypassedRegistry, notPushed, scriptSubnet, mirrorScripts] = await Promise.all([
    resolved<Place>({ workspaceId: workspace.id, endpoints }).then((place) => readLive(azure, stack, place)),
    registryId === undefined ? undefined : resolved<string>(registryId).then((id) => readBypassed(azure, id)),
    notPushedYet(expectedImages),
    scriptSubnetId === undefined ? undefined : resolved<string>(scriptSubnetId).then((id) => (pulumi.containsUnknowns(id) ? {} : { id })),
    readScripts(azure, args),
  ]);
  const risks = findRisks({ endpoints, live, bypassedRegistry, notPushed, scriptSubnet, mirrorScripts, standIns: standIns() });
  const text = riskText(stack, risks);
  if (text !== undefined) await pulumi.log.warn(text);
}

/** Whether the scoring proxy of the local Azure answers requests, with model stand-ins instead of containers. */
function standIns(): boolean {
  return Boolean(process.env.MOOR_FRONTDOOR_URL);
}

/** Resolved arguments. In a preview, parts of them are unknown. */
interface Place {
  readonly workspaceId: string;
  readonly endpoints: readonly (EndpointPlan & { readonly name: string })[];
}

async function readLive(azure: ArmClient, stack: string, { workspaceId, endpoints }: Place): Promise<Live> {
  // A workspace or an endpoint without a known ID or name is created by this run.
  const values = [workspaceId, ...endpoints.map(({ name }) => name)];
  if (values.some((value) => pulumi.containsUnknowns(value))) return { endpoints: [] };
  try {
    const listed = await listEndpoints(azure, workspaceId);
    const own = listed.filter(({ tags }) => tags[stackTag] === stack);
    return { endpoints: await Promise.all(own.map((one) => liveShares(azure, one, endpoints))) };
  } catch (error) {
    return { notRead: (error as Error).message };
  }
}

/** In the preview of a run that creates the registry, its ID is unknown. */
async function notPushedYet(expected: RiskArgs["expectedImages"]): Promise<readonly string[]> {
  if (expected === undefined || expected.images.length === 0) return [];
  return pulumi.containsUnknowns(await resolved<string>(expected.registryId)) ? expected.images : [];
}

/** The name of the registry, if its tasks bypass its network rules. */
async function readBypassed(azure: ArmClient, registryId: string): Promise<string | undefined> {
  // This run creates a registry without a known ID.
  if (pulumi.containsUnknowns(registryId)) return undefined;
  type Shown = { readonly properties?: { readonly networkRuleBypassAllowedForTasks?: boolean } };
  const shown = await azure.get<Shown>(registryId, registryApiVersion).catch(() => undefined);
  return shown?.properties?.networkRuleBypassAllowedForTasks === true ? armIdOf(registryId).name : undefined;
}

/** Names of the mirror scripts that a preview finds. An update removes them instead. */
async function readScripts(azure: ArmClient, { stack, resourceGroupId }: RiskArgs): Promise<string[]> {
  if (resourceGroupId === undefined || !pulumi.runtime.isDryRun()) return [];
  const id = await resolved<string>(resourceGroupId);
  if (pulumi.containsUnknowns(id)) return [];
  try {
    return (await listMirrorScripts(azure, id, stack)).map(({ name }) => name);
  } catch (error) {
    await pulumi.log.warn(`Can't read whether scripts of \`npm run mirror\` exist. ${(error as Error).message}`);
    return [];
  }
}

async function liveShares(
  azure: ArmClient,
  { id, name, traffic }: ListedEndpoint,
  endpoints: Place["endpoints"],
): Promise<LiveEndpointTraffic> {
  const plan = endpoints.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (plan === undefined) return { name, traffic };
  // The serving deployments matter only if another deployment takes over requests from them.
  const takesOver = gainingDeployments(planRollout(plan.deployments), { traffic }).length > 0;
  return { name, key: plan.key, traffic, ...(takesOver ? { serving: await servingNow(azure, id, traffic) } : {}) };
}
