import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import { armId, resourceGroupId, sameArmId } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import { LINKED_SERVICES } from "../../facts/privateLink";
import { regions } from "../../facts/regions";
import type { BuiltInRole } from "../../facts/roles";
import { type LinkedServiceName, linkedServices } from "../../planner/linkedServices";
import { armIdOf, azureOf, cloudOfProgram } from "../base/azure";
import { resolved } from "../base/resolved";
import { stateInputs } from "../base/transform";
import { chooseIdentity, type Grant, grantRole, grantRoleToAny, type Identity, roleTimes, roleWait, warnOfMissingRoles } from "../identity";
import { createPrivateLink } from "../network";
import { missingZones, reportMissing } from "../owners";
import { type AdoptedIds, type AdoptedResources, checkAdopted, type PlannedEndpoint } from "./adopted";
import { workspacePrincipal } from "./adopted/workspaceRules";
import type { CreateOrExisting, WorkspaceArgs, WorkspaceNodes } from "./args";
import { checkPlatformLogs, logSources, sendPlatformLogs } from "./diagnostics";
import { createMachineLearningWorkspace } from "./machineLearningWorkspace";
import { createOutboundRules, type OutboundRules } from "./outboundRules";
import { createBlobService, createPrivateStorage } from "./storage";
import { place, type StoreContext, storeName, storeOptions } from "./storeContext";
import { storeRoles } from "./storeRoles";
import { createAppInsights, createLogs, createRegistry, createVault, type ImageRegistry } from "./stores";

interface Core {
  readonly id: pulumi.Output<string>;
  readonly storageAccountId: pulumi.Output<string>;
  readonly vaultId: pulumi.Output<string>;
  readonly principalId: pulumi.Output<string>;
  /** ARM ID of the registry of an existing workspace. */
  readonly registryId?: pulumi.Output<string | undefined>;
  readonly resources: pulumi.Resource[];
}

/**
 * A private Azure Machine Learning workspace with its storage account, Key Vault, container registry, Log Analytics workspace, Application
 * Insights, private endpoints, identity and role assignments. It has no public network access and no account keys, and its managed network
 * allows only approved outbound traffic. Existing resources can be adopted instead; they are checked before anything is created.
 *
 * The managed network is provisioned when the workspace is created, which takes about 30 minutes. A deployment can't be created without it.
 *
 * Cost: the workspace is free. A Premium registry costs about 50 USD a month, a private endpoint (in the network or in the managed network)
 * about 7 USD a month. Logs are billed by volume. A firewall runs only with host-name rules.
 *
 * Changing `stack`, `suffix`, `resourceGroupName` or `location` replaces all created resources, and fails while `protect` is true.
 *
 * @example
 * const workspace = new Workspace("platform", {
 *   stack: "dev", suffix: "x7k2p9", resourceGroupName, location: "swedencentral", privateEndpoints: network.place,
 * });
 */
export class Workspace extends pulumi.ComponentResource {
  /** ARM ID. */
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  readonly resourceGroupName: pulumi.Output<string>;
  readonly location: pulumi.Output<string>;
  /** ARM ID of the storage account that the workspace's datastores use. */
  readonly storageAccountId: pulumi.Output<string>;
  /** ARM ID of the workspace's Key Vault. */
  readonly vaultId: pulumi.Output<string>;
  /** ARM ID of the container registry. */
  readonly imageRegistryId: pulumi.Output<string>;
  /** Host name of the container registry. */
  readonly loginServer: pulumi.Output<string>;
  /** Azure region of the container registry. */
  readonly imageRegistryLocation: pulumi.Output<string>;
  /** ARM ID of the Log Analytics workspace. */
  readonly logsId: pulumi.Output<string>;
  /** Resources that deployments must depend on: private endpoints and outbound rules. */
  readonly ready: pulumi.Input<pulumi.Resource>[];

  private readonly logicalName: string;
  private readonly created: WorkspaceNodes = {};
  private readonly args: WorkspaceArgs;
  private readonly context: StoreContext;
  /** The adopted resources. It fails if one doesn't meet the requirements, so that no resource that depends on it is created. */
  private readonly found: pulumi.Output<AdoptedResources>;
  /** Checks of what a policy creates. `registerOutputs` waits for them. Otherwise, the run could end before they are done. */
  private readonly checks: pulumi.Output<void>[] = [];

  constructor(name: string, args: WorkspaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("moor:index:Workspace", name, stateInputs(args), opts);
    this.logicalName = name;
    this.args = args;
    this.context = this.storeContext();
    this.found = this.checkAdopted();

    this.logsId = this.chooseLogs();
    const registry = this.chooseRegistry();
    this.imageRegistryId = registry.id;
    this.loginServer = registry.loginServer;
    this.imageRegistryLocation = registry.location;
    const core = this.chooseWorkspace();
    this.id = core.id;
    this.name = core.id.apply((id) => armIdOf(id).name);
    this.resourceGroupName = core.id.apply((id) => armIdOf(id).resourceGroupName);
    this.location = pulumi.output(args.location);
    this.storageAccountId = core.storageAccountId;
    this.vaultId = core.vaultId;
    this.ready = [...core.resources, ...this.openOutbound(core)];
    this.admitOperators();
    this.sendLogs();

    this.registerOutputs({
      id: this.id,
      name: this.name,
      resourceGroupName: this.resourceGroupName,
      location: this.location,
      storageAccountId: this.storageAccountId,
      vaultId: this.vaultId,
      imageRegistryId: this.imageRegistryId,
      loginServer: this.loginServer,
      logsId: this.logsId,
      asked: pulumi.all(this.checks).apply(() => undefined),
    });
  }

  /** The resources that this component created; adopted resources are not included. */
  get nodes(): Readonly<WorkspaceNodes> {
    return this.created;
  }

  private storeContext(): StoreContext {
    const { stack, suffix, resourceGroupName, location, tags, protect = true } = this.args;
    return { parentName: this.logicalName, parent: this, stack, suffix, resourceGroupName, location, tags, protect };
  }

  private checkAdopted(): pulumi.Output<AdoptedResources> {
    const { workspace, imageRegistry, logs, privateEndpoints, location, residency } = this.args;
    const { vaultSecrets = false, registryTasks = false } = this.args;
    const ids: AdoptedIds = {
      workspace: idOf(workspace),
      imageRegistry: idOf(imageRegistry),
      logs: idOf(logs),
      subnet: privateEndpoints?.adoptedSubnetId,
    };
    if (Object.values(ids).every((id) => id === undefined)) return pulumi.output({ ids });
    const { subscriptionId } = authorization.getClientConfigOutput({ parent: this });
    return pulumi.all([subscriptionId, location]).apply(async ([subscription, region]) =>
      checkAdopted(this.logicalName, azureOf(this), ids, {
        subscriptionId: subscription,
        location: region,
        regions: residency === "reviewed" ? Object.keys(regions) : (residency ?? [region]),
        vaultSecrets,
        registryTasks,
        endpoints: ids.subnet === undefined ? [] : await this.plannedEndpoints(subscription),
      }),
    );
  }

  /** Returns the private endpoints of the workspace, with their IDs if known. In the preview of a new stack, they are unknown. */
  private async plannedEndpoints(subscriptionId: string): Promise<PlannedEndpoint[]> {
    const group = await resolved<unknown>(this.args.resourceGroupName);
    const endpoints = this.services.map(async (service) => {
      const name = await resolved<unknown>(storeName(this.context, "privateEndpoint", service));
      const isKnown = typeof group === "string" && typeof name === "string";
      const id = isKnown ? armId(resourceGroupId(subscriptionId, group), armTypeOf("network:PrivateEndpoint"), name) : undefined;
      return { addresses: LINKED_SERVICES[service].addresses, id };
    });
    return Promise.all(endpoints);
  }

  /** Services to which the workspace creates private endpoints. */
  private get services(): LinkedServiceName[] {
    const { workspace = "create", imageRegistry = "create" } = this.args;
    return linkedServices({ workspace: workspace === "create", imageRegistry: imageRegistry === "create" });
  }

  private chooseLogs(): pulumi.Output<string> {
    const {
      logs = "create",
      logRetentionDays: retentionInDays = 90,
      logDailyCapGB: dailyQuotaGb,
      logQueries: queries,
      transform,
    } = this.args;
    if (logs !== "create") return this.found.apply(({ ids }) => ids.logs!);
    this.created.logs = createLogs(this.context, { retentionInDays, dailyQuotaGb, queries }, transform?.logs);
    return this.created.logs.id;
  }

  private chooseRegistry(): ImageRegistry {
    const { imageRegistry = "create", networkRuleBypassAllowedForTasks, transform } = this.args;
    if (imageRegistry === "create") {
      const registry = createRegistry(this.context, transform?.registry, networkRuleBypassAllowedForTasks);
      this.created.registry = registry.resource;
      if (registry.taskAccess !== undefined) this.created.registryTasks = registry.taskAccess;
      return registry;
    }
    const standard = `${armIdOf(imageRegistry.existing).name}.${cloudOfProgram().registryDomain}`;
    return {
      id: this.found.apply(({ ids }) => ids.imageRegistry!),
      loginServer: this.found.apply(({ loginServer = standard }) => loginServer.toLowerCase()),
      location: pulumi.all([this.found, this.args.location]).apply(([{ registryLocation }, location]) => registryLocation ?? location),
    };
  }

  private chooseWorkspace(): Core {
    const { workspace = "create" } = this.args;
    return workspace === "create" ? this.createWorkspace() : this.adoptWorkspace();
  }

  private createWorkspace(): Core {
    const { transform } = this.args;
    const identity = this.chooseIdentity();
    const { context } = this;
    const { storageRedundancy: redundancy, logQueries } = this.args;
    const storage = createPrivateStorage({ context, redundancy, transform: transform?.storage, opts: storeOptions(context) });
    const blobService = createBlobService(context, storage, transform?.blobService);
    const vault = createVault(context, transform?.vault);
    const appInsights = createAppInsights(context, { logsId: this.logsId, queries: logQueries }, transform?.appInsights);
    const stores = { storage: storage.id, vault: vault.id, appInsights: appInsights.id };
    const registryId = this.ownsRegistry ? this.imageRegistryId : undefined;
    const roles = this.grantFor("workspace", storeRoles(identity, stores, registryId));
    const workspace = createMachineLearningWorkspace(context, { ...this.args, identity, stores, registryId }, roles, transform?.workspace);
    const contributor = this.grant({
      "workspace-contributor": { principalId: identity.principalId, role: "Contributor", scope: workspace.id },
    });
    Object.assign(this.created, {
      workspace,
      storage,
      blobService,
      vault,
      appInsights,
      identity: identity.resource,
      isolation: identity.isolation,
    });
    const links = this.createPrivateEndpoints({ blob: storage.id, file: storage.id, vault: vault.id, workspace: workspace.id });
    return {
      id: workspace.id,
      storageAccountId: storage.id,
      vaultId: vault.id,
      principalId: identity.principalId,
      resources: [workspace, ...contributor, ...links],
    };
  }

  private chooseIdentity(): Identity {
    const { identity = "create", isolationScope, transform } = this.args;
    const args = { resourceName: storeName(this.context, "identity"), ...place(this.context) };
    const settings = { args, isolationScope, transform: transform?.identity };
    return chooseIdentity(`${this.logicalName}-identity`, identity, settings, { parent: this });
  }

  private adoptWorkspace(): Core {
    const workspace = this.found.apply((found) => found.workspace!);
    return {
      id: this.found.apply(({ ids }) => ids.workspace!),
      storageAccountId: workspace.apply(({ properties }) => properties.storageAccount!),
      vaultId: workspace.apply(({ properties }) => properties.keyVault!),
      principalId: workspace.apply(workspacePrincipal),
      registryId: workspace.apply(({ properties }) => properties.containerRegistry),
      resources: this.createPrivateEndpoints({}),
    };
  }

  private createPrivateEndpoints(targets: Partial<Record<LinkedServiceName, pulumi.Input<string>>>): pulumi.Resource[] {
    const { privateEndpoints, resourceGroupName, location, tags } = this.args;
    if (privateEndpoints === undefined) return [];
    const place = {
      ...privateEndpoints,
      subnetId: pulumi.all([privateEndpoints.subnetId, this.found]).apply(([id, { ids }]) => ids.subnet ?? id),
    };
    const all = { ...targets, registry: this.imageRegistryId };
    const { storage, blobService } = this.created;
    const last = new Map<pulumi.Input<string>, pulumi.Resource[]>(storage && blobService ? [[storage.id, [blobService]]] : []);
    return this.services.flatMap((service) => {
      const targetId = all[service]!;
      const endpointName = storeName(this.context, "privateEndpoint", service);
      const link = createPrivateLink(
        `${this.logicalName}-${service}-endpoint`,
        { service, targetId, endpointName, resourceGroupName, location, place, tags },
        // A storage account rejects other changes while a private endpoint is being created (StorageAccountOperationInProgress).
        { parent: this, dependsOn: last.get(targetId) },
      );
      last.set(targetId, link);
      this.created.privateEndpoints = { ...this.created.privateEndpoints, [service]: link[0] };
      if (place.dnsZones === undefined) this.checkZones(link[0], service);
      return link;
    });
  }

  private checkZones({ id }: { readonly id: pulumi.Output<string> }, service: LinkedServiceName): void {
    const missing = id.apply((endpointId) => missingZones(azureOf(this), endpointId, LINKED_SERVICES[service].zones));
    this.checks.push(reportMissing("dns: policy", missing));
  }

  /** Sends the logs of the created resources to Log Analytics, or checks that a policy does. */
  private sendLogs(): void {
    const { diagnostics = "moor", transform } = this.args;
    const [sources, context] = [logSources(this.created), { parentName: this.logicalName, parent: this, logsId: this.logsId }];
    if (diagnostics === "policy") this.checks.push(...checkPlatformLogs(context, sources));
    else this.created.diagnostics = sendPlatformLogs(context, sources, transform?.diagnostics);
  }

  private admitOperators(): void {
    const { operators = [], roles } = this.args;
    if (operators.length === 0 || roles === "external") return;
    const assign = (what: string, role: BuiltInRole, scope: pulumi.Output<string>) =>
      operators.map((principalId) =>
        grantRoleToAny(`${this.logicalName}-operator-${principalId}-${what}`, { principalId, role, scope }, { parent: this }),
      );
    this.created.operators = {
      registry: assign("registry", "AcrPush", this.imageRegistryId),
      storage: assign("storage", "Storage Blob Data Contributor", this.storageAccountId),
    };
  }

  /** Creates the outbound rules of the arguments, and a rule to a registry that doesn't belong to the workspace, one after another. */
  private openOutbound(core: Core): pulumi.Input<pulumi.Resource>[] {
    const { outboundRules = {}, imageRegistry = "create" } = this.args;
    const common = { parent: this, after: core.resources };
    if (this.ownsRegistry) return createOutboundRules(this.logicalName, this, outboundRules, common);
    if (core.registryId === undefined || imageRegistry === "create") return this.openRegistry(core, outboundRules, core.resources);
    const rules = createOutboundRules(this.logicalName, this, outboundRules, common);
    const last = rules.at(-1) ?? this;
    // Azure connects the registry of an existing workspace itself and rejects a second rule to it. The ID of that registry must be read
    // from Azure.
    const registry = core.registryId.apply((own) =>
      sameArmId(own, imageRegistry.existing) ? last : this.openRegistry(core, {}, [...core.resources, ...rules]).at(-1)!,
    );
    return [...rules, registry];
  }

  private openRegistry(core: Core, outboundRules: OutboundRules, after: readonly pulumi.Resource[]): pulumi.Resource[] {
    const { dependsOn, hooks } = this.grantFor("image-registry", {
      "image-registry-approver": {
        principalId: core.principalId,
        role: "Azure AI Enterprise Network Connection Approver",
        scope: this.imageRegistryId,
      },
    });
    const registryRule = { privateEndpoint: { targetId: this.imageRegistryId, subresource: LINKED_SERVICES.registry.groupId } };
    const first = { parent: this, hooks, after: [...after, ...dependsOn] };
    const created = createOutboundRules(this.logicalName, this, { "image-registry": registryRule }, first);
    return [...created, ...createOutboundRules(this.logicalName, this, outboundRules, { parent: this, after: [...after, ...created] })];
  }

  /** Whether the registry belongs to the workspace; Azure connects such a registry itself. */
  private get ownsRegistry(): boolean {
    const { workspace = "create", imageRegistry = "create" } = this.args;
    return workspace === "create" && imageRegistry === "create";
  }

  private grant(grants: Record<string, Grant>): authorization.RoleAssignment[] {
    if (this.args.roles === "external") return [];
    return Object.entries(grants).map(([name, grant]) => grantRole(`${this.logicalName}-${name}`, grant, { parent: this }));
  }

  /**
   * Returns options for a resource whose creation requires these roles: it waits until the assignments are effective, or warns of missing
   * ones.
   */
  private grantFor(name: string, grants: Record<string, Grant>) {
    const { roles, rolePropagationSeconds = 300 } = this.args;
    const dependsOn = this.grant(grants);
    const hook =
      roles === "external"
        ? warnOfMissingRoles(`${this.logicalName}-${name}-role-requests`, azureOf(this), Object.values(grants))
        : roleWait(`${this.logicalName}-${name}-role-wait`, roleTimes(dependsOn), rolePropagationSeconds);
    return { dependsOn, hooks: { beforeCreate: [hook] } };
  }
}

/** Returns the ARM ID of an adopted resource. */
function idOf(choice: CreateOrExisting = "create"): string | undefined {
  return choice === "create" ? undefined : choice.existing;
}
