/** Reads resources for the rules: a resource with everything of it that the rules look at. */
import type { ArmClient } from "../../azure/arm";
import { isWithinArmId, parseArmId, sameArmId, subscriptionOf } from "../../azure/armId";
import type { RuleResource } from "../../rules";
import { Reader } from "./observed/reader";
import { referencesOf } from "./observed/references";
import { type LiveResource, toRuleResource } from "./observed/resource";
import { type ChildCollection, observedType } from "./observed/types";

/** What was read of Azure. */
export interface Observation {
  /** The resources that were read: the given ones, their children and settings, and the resources that they refer to. */
  readonly resources: readonly RuleResource[];
  /** What could not be read, and why, for example because a role is missing. A rule that needs it is not proved. */
  readonly unread: readonly { readonly id: string; readonly reason: string }[];
}

/** Steps from a given resource along references, for example diagnostic setting, log workspace, destination of its export. */
const longestChain = 3;

const resourceGroups = "Microsoft.Resources/resourceGroups";
const roleAssignments = "Microsoft.Authorization/roleAssignments";
const diagnosticSettings = "Microsoft.Insights/diagnosticSettings";
const eventSubscriptions = "Microsoft.EventGrid/eventSubscriptions";

/**
 * Codes that mean that a resource can't have what was asked for, so there is none: its type doesn't support diagnostic settings or events, or the
 * subscription doesn't use Event Grid. Source: Azure docs, azure-monitor/essentials/diagnostic-settings; common-deployment-errors.
 */
const unsupported: ReadonlySet<string> = new Set([
  "ResourceTypeNotSupported",
  "MissingSubscriptionRegistration",
  "SubscriptionNotRegistered",
]);

/**
 * Reads resources with what the rules look at: child resources (registry replications, outbound rules, deployments, object replication policies,
 * data exports), diagnostic settings, event subscriptions, role assignments at, above and below them, and the targets of their references (sinks,
 * private endpoint targets). Of a resource group, it also reads all resources, deleted vaults and log workspaces, and the data boundary of the
 * subscription.
 * @param ids ARM IDs of resources or resource groups.
 * @param nameOf Name of a resource in findings. @default - the ARM ID
 * @throws Error if Azure can't be reached or the login fails. A request that Azure refuses is listed in `unread`.
 */
export async function observe(
  azure: ArmClient,
  ids: readonly string[],
  nameOf: (id: string) => string | undefined = () => undefined,
): Promise<Observation> {
  const observer = new Observer(new Reader(azure), nameOf);
  await observer.readAll(ids);
  return observer.observation;
}

class Observer {
  private readonly found = new Map<string, RuleResource>();
  /** IDs whose reading has started, in lower case. */
  private readonly started = new Set<string>();

  constructor(
    private readonly reader: Reader,
    private readonly nameOf: (id: string) => string | undefined,
  ) {}

  get observation(): Observation {
    const sorted = <T extends { readonly id?: string }>(items: Iterable<T>) =>
      [...items].sort((a, b) => compareText((a.id ?? "").toLowerCase(), (b.id ?? "").toLowerCase()));
    return { resources: sorted(this.found.values()), unread: sorted(this.reader.unread) };
  }

  async readAll(ids: readonly string[]): Promise<void> {
    const outermost = ids.filter((id, index) => !ids.some((other, at) => isAbove(other, id) || (at < index && sameArmId(other, id))));
    await Promise.all([...ids.map((id) => this.resource(id)), ...outermost.map((id) => this.access(id))]);
    for (let step = 0; step < longestChain; step++) {
      const next = [...this.found.values()].flatMap(({ body }) => referencesOf(body)).filter((id) => !this.started.has(id.toLowerCase()));
      if (next.length === 0) return;
      await Promise.all(next.map((id) => this.resource(id)));
    }
  }

  /** Reads a resource with its children, once. */
  private async resource(id: string, listed?: LiveResource): Promise<void> {
    if (!this.start(id)) return;
    const type = typeOfId(id);
    const known = observedType(type);
    const apiVersion = await this.reader.apiVersionOf(id, type, known?.apiVersion);
    const live = apiVersion === undefined ? undefined : await this.reader.get(id, apiVersion);
    // What a list shows of a resource that can't be read: its location, kind and tags.
    const body = live ?? listed;
    if (body === undefined) return;
    this.add({ ...body, id, type: listed?.type ?? type }, apiVersion, known?.secrets);
    const { children = [], diagnostics = [""], events = false } = known ?? {};
    const isGroup = sameArmId(type, resourceGroups);
    await Promise.all([
      ...children.map((child) => this.children(id, type, child, apiVersion)),
      ...(isGroup ? [this.contents(id)] : diagnostics.map((part) => this.diagnostics(`${id}${part}`))),
      ...(events ? [this.collection(`${id}/providers/${eventSubscriptions}`, eventSubscriptions, "2025-02-15")] : []),
    ]);
  }

  private async children(parentId: string, parentType: string, child: ChildCollection, parentVersion?: string): Promise<void> {
    const apiVersion = child.apiVersion ?? parentVersion;
    if (apiVersion === undefined) return;
    // The path of an extension or of a nested deployment has a type of its own.
    const type = child.path.startsWith("providers/") ? child.path.slice("providers/".length) : `${parentType}/${child.path}`;
    const listed = await this.collection(`${parentId}/${child.path}`, type, apiVersion);
    await Promise.all(
      listed.flatMap(({ id }) => [
        ...(child.children ?? []).map((one) => this.children(id, type, one, apiVersion)),
        ...(child.diagnostics ? [this.diagnostics(id)] : []),
      ]),
    );
  }

  private diagnostics(id: string): Promise<readonly LiveResource[]> {
    return this.collection(`${id}/providers/${diagnosticSettings}`, diagnosticSettings, "2021-05-01-preview");
  }

  /** Reads the items of a collection, which are complete resources. */
  private async collection(collectionId: string, type: string, apiVersion: string): Promise<readonly LiveResource[]> {
    const items = await this.reader.list(collectionId, apiVersion, unsupported);
    for (const item of items) {
      this.start(item.id);
      this.add({ ...item, type }, apiVersion);
    }
    return items;
  }

  /** Reads everything in a resource group. */
  private async contents(groupId: string): Promise<void> {
    const subscription = `/subscriptions/${subscriptionOf(groupId)}`;
    const listed = await this.reader.list(`${groupId}/resources`, "2024-03-01");
    await Promise.all([
      ...listed.map((one) => this.resource(one.id, one)),
      this.boundary(`${subscription}/providers/Microsoft.Resources/dataBoundaries/default`),
      this.deleted(groupId, `${subscription}/providers/Microsoft.KeyVault/deletedVaults`, "Microsoft.KeyVault/deletedVaults", "2024-11-01"),
      this.deleted(
        groupId,
        `${subscription}/providers/Microsoft.OperationalInsights/deletedWorkspaces`,
        "Microsoft.OperationalInsights/deletedWorkspaces",
        "2023-09-01",
      ),
    ]);
  }

  private async boundary(id: string): Promise<void> {
    const apiVersion = "2024-08-01";
    const live = await this.reader.get(id, apiVersion);
    if (live !== undefined) this.add({ ...live, id, type: "Microsoft.Resources/dataBoundaries" }, apiVersion);
  }

  /** Reads the deleted resources of a resource group that Azure keeps for recovery. */
  private async deleted(groupId: string, collectionId: string, type: string, apiVersion: string): Promise<void> {
    for (const item of await this.reader.list(collectionId, apiVersion)) {
      const before = item.properties?.vaultId ?? item.id;
      const location = item.location ?? item.properties?.location;
      if (typeof before !== "string" || !isWithinArmId(before, groupId)) continue;
      const id = sameArmId(before, item.id) ? `${collectionId}/${item.id.split("/").at(-1)}` : item.id;
      this.add({ ...item, id, type, ...(typeof location === "string" ? { location } : {}) }, apiVersion);
    }
  }

  /** Reads the role assignments at, above and below a scope, and the definitions of their roles. */
  private async access(scope: string): Promise<void> {
    const assignments = await this.collection(`${scope}/providers/${roleAssignments}`, roleAssignments, "2022-04-01");
    const roles = new Set(assignments.map(({ properties }) => properties?.roleDefinitionId).filter((id) => typeof id === "string"));
    await Promise.all([...roles].map((id) => this.role(id)));
  }

  private async role(id: string): Promise<void> {
    if (!this.start(id)) return;
    const apiVersion = "2022-05-01-preview";
    const live = await this.reader.get(id, apiVersion);
    if (live !== undefined) this.add({ ...live, id, type: "Microsoft.Authorization/roleDefinitions" }, apiVersion);
  }

  /** Whether the resource was not read before. */
  private start(id: string): boolean {
    const isNew = !this.started.has(id.toLowerCase());
    this.started.add(id.toLowerCase());
    return isNew;
  }

  private add(live: LiveResource, apiVersion?: string, secrets?: readonly string[]): void {
    this.found.set(live.id.toLowerCase(), toRuleResource(live, { name: this.nameOf(live.id) ?? live.id, apiVersion, secrets }));
  }
}

function isAbove(scope: string, id: string): boolean {
  return !sameArmId(scope, id) && isWithinArmId(id, scope);
}

function typeOfId(id: string): string {
  return parseArmId(id)?.type ?? resourceGroups;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
