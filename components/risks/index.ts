/** The one warning of a run: what can go wrong by it, from the stack file and from what Azure has now. */
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import { type EndpointPlan, findRisks, gaining, type Live, type LiveEndpointTraffic, riskText } from "../../planner/risks";
import { planRollout } from "../../planner/rollout";
import { stackTag } from "../../planner/tags";
import { azureOf } from "../base/azure";
import { resolved } from "../base/resolved";
import { type ListedEndpoint, listEndpoints, servingNow } from "../live";

/** An endpoint of the stack. */
export interface NamedEndpointPlan extends EndpointPlan {
  /** Name in Azure. */
  readonly name: pulumi.Input<string>;
}

export interface RiskArgs {
  /** Name of the stack, which its endpoints carry in the tag `stackTag`. */
  readonly stack: string;
  /** The workspace that its endpoints are in. */
  readonly workspace: pulumi.Resource & { readonly id: pulumi.Output<string> };
  /** All endpoints that the stack has. */
  readonly endpoints: readonly NamedEndpointPlan[];
}

/**
 * Warns once of everything that can go wrong by this run, most dangerous first; not at all where nothing can. It reads the endpoints that the
 * stack has in the workspace, with the credential of the workspace's provider. A workspace whose id isn't known yet has none.
 * @returns an output that is known once the warning was given; the run ends when its outputs are known, so put it into one
 */
export function warnOfRisks(args: RiskArgs): pulumi.Output<void> {
  return pulumi.output(warn(args));
}

async function warn({ stack, workspace, endpoints }: RiskArgs): Promise<void> {
  const live = await readLive(azureOf(workspace), stack, await resolved<Place>({ workspaceId: workspace.id, endpoints }));
  const text = riskText(stack, findRisks({ endpoints, live, standIns: standIns() }));
  if (text !== undefined) await pulumi.log.warn(text);
}

/** Whether a front door on this machine answers for the endpoints, with stand-ins in place of containers. */
function standIns(): boolean {
  return Boolean(process.env.MOOR_FRONTDOOR_URL);
}

/** What is known of where to look; in a preview parts are unknown. */
interface Place {
  readonly workspaceId: string;
  readonly endpoints: readonly (EndpointPlan & { readonly name: string })[];
}

async function readLive(azure: ArmClient, stack: string, { workspaceId, endpoints }: Place): Promise<Live> {
  // What has no id or no name yet is made by this run.
  const known = [workspaceId, ...endpoints.map(({ name }) => name)];
  if (known.some((value) => pulumi.containsUnknowns(value))) return { endpoints: [] };
  try {
    const listed = await listEndpoints(azure, workspaceId);
    const own = listed.filter(({ tags }) => tags[stackTag] === stack);
    return { endpoints: await Promise.all(own.map((one) => liveShares(azure, one, endpoints))) };
  } catch (error) {
    return { notRead: (error as Error).message };
  }
}

async function liveShares(
  azure: ArmClient,
  { id, name, traffic }: ListedEndpoint,
  endpoints: Place["endpoints"],
): Promise<LiveEndpointTraffic> {
  const plan = endpoints.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (plan === undefined) return { name, traffic };
  // What serves is of interest only where a deployment takes over from it.
  const takesOver = gaining(planRollout(plan.deployments), { traffic }).length > 0;
  return { name, key: plan.key, traffic, ...(takesOver ? { serving: await servingNow(azure, id, traffic) } : {}) };
}
