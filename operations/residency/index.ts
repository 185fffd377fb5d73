/** The residency statement: for each store and flow of a stack, its place and the property that proves it. */
import { type ArmClient, ArmError } from "../../azure/arm";
import { subscriptionOf } from "../../azure/armId";
import { type Acceptance, type Contract, dayOf, judge, type RuleResource, review } from "../../rules";
import { at, isOfType } from "../../rules/resource";
import type { StackPulumi } from "../stackPulumi";
import { stateRow } from "./backend";
import { contentOf, type Skipped, unreadPrefix } from "./content";
import { type Content, complete, type Statement } from "./document";
import { headerOf } from "./header";
import { liveResources } from "./live";
import { plannedResources } from "./planned";

export { type Statement, statementJson } from "./document";
export { statementMarkdown } from "./markdown";

/** Options of `residencyStatement`. */
export interface ResidencyOptions {
  readonly contract: Contract;
  readonly acceptances: readonly Acceptance[];
  /** Reads Azure instead of a preview. @default - a preview */
  readonly azure?: ArmClient;
  /** ARM IDs of resources that others own and the stack uses. */
  readonly adopted: readonly string[];
  /** Completes the IDs of resources in a preview. @default - they are known only for resources that exist */
  readonly subscriptionId?: string;
  /** SHA-256 of the lock file. Undefined for a stack without one. */
  readonly lockDigest?: string;
  /** `secretsprovider` of the stack file. */
  readonly secretsProvider?: string;
  /** Root folder of the program. */
  readonly folder: string;
  /** Time of the statement. @default - now */
  readonly now?: Date;
  /** Deployments of the stack file that the next update doesn't create, and why. @default - none */
  readonly skipped?: readonly Skipped[];
}

/**
 * Writes the statement of a stack.
 * @throws Error if the preview fails before it plans resources, if the stack isn't deployed (with `azure`), or if Azure can't be reached
 */
export async function residencyStatement(pulumi: StackPulumi, options: ResidencyOptions): Promise<Statement> {
  const { acceptances, azure, adopted, lockDigest, secretsProvider, folder, now = new Date(), skipped = [] } = options;
  const read = azure === undefined ? await readPreview(pulumi, options.subscriptionId) : await readAzure(pulumi, azure, adopted);
  const subscription = read.resources.map(({ id }) => subscriptionOf(id ?? "")).find((id) => id !== undefined);
  const tenant = (await tenantOfSubscription(azure, subscription)) ?? tenantOf(read.resources);
  const contract = azure === undefined ? options.contract : { ...options.contract, ...(tenant === undefined ? {} : { tenantId: tenant }) };
  const state = await stateRow(pulumi, { contract, secretsProvider, azure, subscriptionId: subscription });
  const today = dayOf(now);
  const { accepted } = judge(review(read.resources, contract), acceptances, today);
  const { stack } = pulumi;
  const content = contentOf({ ...read, stack, subscription, tenant, lockDigest, contract, acceptances, today, state, skipped });
  return complete(await headerOf(pulumi, folder, content.findings.length === 0 ? accepted : undefined, now), content);
}

type Read = Pick<Parameters<typeof contentOf>[0], "evidence" | "resources" | "unread" | "method">;

async function readPreview(pulumi: StackPulumi, subscriptionId?: string): Promise<Read> {
  const { resources, errors } = await plannedResources(pulumi, subscriptionId);
  const method = [
    "Resources: the inputs that `pulumi preview --json` shows. Nothing was read from Azure.",
    "Values that the update generates are unknown and therefore not proved.",
    "Resources that other tools or Azure itself create or change are not in the statement. To include them, use --live.",
    ...(errors === undefined ? [] : ["The preview ended with errors, so resources can be missing."]),
  ];
  return { evidence: "planned", resources, unread: [], method };
}

async function readAzure(pulumi: StackPulumi, azure: ArmClient, adopted: readonly string[]): Promise<Read> {
  const { resources, unread } = await liveResources(pulumi, azure, adopted);
  const method = [
    "Resources: read from Azure Resource Manager with the login of this run: the resource group of the stack with all child resources, diagnostic settings and role assignments, and the resources outside the group that they reference.",
    "The statement relies on Azure's answers. Changes after the time of the statement are not in it.",
    "Settings of services that Azure Resource Manager doesn't show, such as the access of Microsoft's staff, are not in the statement.",
  ];
  return { evidence: "live", resources, unread, method };
}

/** The tenant of a subscription. Undefined if Azure isn't read, or refuses. */
async function tenantOfSubscription(azure: ArmClient | undefined, subscriptionId: string | undefined): Promise<string | undefined> {
  if (azure === undefined || subscriptionId === undefined) return undefined;
  try {
    return (await azure.get<{ readonly tenantId?: string }>(`/subscriptions/${subscriptionId}`, "2022-12-01")).tenantId;
  } catch (error) {
    if (!(error instanceof ArmError)) throw error;
    return undefined;
  }
}

/** The tenant that the vaults of the stack trust. */
function tenantOf(resources: readonly RuleResource[]): string | undefined {
  const vaults = resources.filter((one) => isOfType(one, "Microsoft.KeyVault/vaults"));
  return vaults.map((vault) => at(vault, "properties.tenantId")).find((id) => typeof id === "string");
}

/** Whether the statement has no finding that is not accepted, and Azure refused no read. */
export function isClean({ content }: Pick<Statement, "content">): boolean {
  return content.findings.length === 0 && !hasUnread(content);
}

/** Whether Azure refused a read. */
function hasUnread({ unproved }: Pick<Content, "unproved">): boolean {
  return unproved.some(({ id }) => id.startsWith(unreadPrefix));
}
