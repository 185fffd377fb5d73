import * as authorization from "@pulumi/azure-native/authorization";
import * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import type * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import { groupOf } from "../../azure/armId";
import { SCORE_ACTION } from "../../facts/roles";
import { fail } from "../../program/fail";
import { azureOf } from "../base/azure";
import { foreseen, timeOfCreation } from "../base/outputs";
import { stateInputs, type Transform, transformed } from "../base/transform";
import { chooseIdentity, type Identity, type IdentityChoice } from "../identity/identity";
import { type Grant, grantRole, type RolesOwner, type RoleTimes, roleDefinitionId, roleTimes, stableGuid } from "../identity/roles";
import type { WorkspaceReference } from "../workspace/reference";
import type { EndpointReference } from "./reference";

/** How callers prove who they are, and Azure's word for it. Source: Azure docs, concept-endpoints-online-auth. */
const AUTH_MODES = { key: "Key", entra: "AADToken" } as const;

export type Auth = keyof typeof AUTH_MODES;

export interface OnlineEndpointArgs {
  readonly workspace: WorkspaceReference;
  /** Name in Azure: letters, digits and `-`, beginning with a letter, of a length within `endpointLimits`, unique in the region. It is fixed for life. */
  readonly endpointName: pulumi.Input<string>;
  /** Group of the stack, for the endpoint's identity. */
  readonly resourceGroupName: pulumi.Input<string>;
  /** `key`: a shared key. `entra`: a token of a caller who has the role. */
  readonly auth: Auth;
  /**
   * With `entra`: object ids that may call the endpoint, and nothing else.
   * @default - nobody but those with a wider role
   */
  readonly invokers?: readonly string[];
  /** ARM id of the registry that the endpoint pulls its images from. */
  readonly imageRegistryId: pulumi.Input<string>;
  /** ARM id of the workspace's storage account, where models are. */
  readonly storageAccountId: pulumi.Input<string>;
  /**
   * ARM id of the vault that deployments take secrets from.
   * @default - none: no deployment has a secret
   */
  readonly vaultId?: pulumi.Input<string>;
  /** The endpoint's identity. It is fixed for life: to change it, add a second endpoint and move the callers. @default "create" */
  readonly identity?: IdentityChoice;
  /** Who grants the identity's and the callers' roles. @default "moor" */
  readonly roles?: RolesOwner;
  /** Text that Azure shows beside the endpoint. @default - none */
  readonly description?: string;
  /** Refuse to delete the endpoint. @default true */
  readonly protect?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
  /** What must exist before the endpoint and go after it: images and models of its deployments. @default - nothing */
  readonly after?: readonly pulumi.Input<pulumi.Resource>[];
  /** Last changes to the children's arguments. `Traffic` writes the changed endpoint too. */
  readonly transform?: {
    readonly identity?: Transform<managedidentity.UserAssignedIdentityArgs>;
    readonly endpoint?: Transform<machinelearningservices.OnlineEndpointArgs>;
    readonly invokerRole?: Transform<authorization.RoleDefinitionArgs>;
  };
}

/**
 * A private managed online endpoint with an identity of its own, whose roles are granted before the first deployment. It is created without
 * traffic, because Azure refuses traffic to a deployment that doesn't exist yet; `Traffic` writes the endpoint's body from then on, which
 * is why changes to properties and tags are not this resource's to make.
 *
 * Cost: none; deployments cost.
 *
 * @example
 * const endpoint = new OnlineEndpoint("chat", {
 *   workspace, resourceGroupName, endpointName: "chat-prod-x7k2p9", auth: "entra", invokers: ["…"],
 *   imageRegistryId: workspace.imageRegistryId, storageAccountId: workspace.storageAccountId,
 * });
 */
export class OnlineEndpoint extends pulumi.ComponentResource implements EndpointReference {
  readonly id: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  readonly workspace: WorkspaceReference;
  readonly azure: ArmClient;
  readonly createdAt: pulumi.Output<string>;
  readonly body: machinelearningservices.OnlineEndpointArgs;
  readonly roleTimes: RoleTimes;
  readonly roleRequests: readonly Grant[];
  /** Scheme and host that clients call, without a path: `https://<endpoint>.<region>.inference.ml.azure.com`. */
  readonly origin: pulumi.Output<string>;
  /** ARM id of the endpoint's identity. */
  readonly identityId: pulumi.Output<string>;
  /** The endpoint itself, as what a deployment is deleted with. */
  readonly resource: machinelearningservices.OnlineEndpoint;

  private readonly logicalName: string;

  constructor(name: string, args: OnlineEndpointArgs, opts?: pulumi.ComponentResourceOptions) {
    // The component's own hook comes before anything of it is touched: a new name would replace the identity of an endpoint that serves.
    const hooks = { beforeUpdate: [refuseNewName(`${name}-name-guard`)] };
    super("moor:index:OnlineEndpoint", name, stateInputs(args), pulumi.mergeOptions({ hooks }, opts));
    this.logicalName = name;
    this.workspace = args.workspace;
    this.azure = azureOf(this);
    const identity = this.chooseIdentity(args);
    this.identityId = identity.id;
    const needs = this.pullAndRead(args, identity);
    this.roleRequests = args.roles === "external" ? Object.values(needs) : [];
    const roles = args.roles === "external" ? [] : this.grantAll(needs);
    this.roleTimes = roleTimes(roles);
    const { resource, body } = this.createEndpoint(args, identity, roles);
    this.resource = resource;
    this.body = body;
    const endpointName = pulumi.interpolate`${body.endpointName}`;
    this.name = foreseen(resource, resource.name, endpointName);
    this.id = foreseen(resource, resource.id, pulumi.interpolate`${args.workspace.id}/onlineEndpoints/${endpointName}`);
    this.createdAt = timeOfCreation(resource);
    this.origin = resource.properties.apply(({ scoringUri }) => new URL(scoringUri).origin);
    this.admitInvokers(args);
    this.registerOutputs({ id: this.id, name: this.name, origin: this.origin, identityId: this.identityId });
  }

  private chooseIdentity(args: OnlineEndpointArgs): Identity {
    const { identity = "create", resourceGroupName, workspace, tags, transform } = args;
    return chooseIdentity(
      `${this.logicalName}-identity`,
      identity,
      { resourceName: pulumi.interpolate`id-${args.endpointName}`, resourceGroupName, location: workspace.location, tags },
      transform?.identity,
      { parent: this },
    );
  }

  /** Azure grants a user-assigned identity nothing by itself, and a deployment without these fails at its start. */
  private pullAndRead(args: OnlineEndpointArgs, { principalId }: Identity): Record<string, Grant> {
    return {
      "acr-pull": { principalId, role: "AcrPull", scope: args.imageRegistryId },
      "blob-reader": { principalId, role: "Storage Blob Data Reader", scope: args.storageAccountId },
      ...(args.vaultId === undefined ? {} : { "secrets-user": { principalId, role: "Key Vault Secrets User", scope: args.vaultId } }),
    };
  }

  private grantAll(grants: Record<string, Grant>): authorization.RoleAssignment[] {
    return Object.entries(grants).map(([name, grant]) => grantRole(`${this.logicalName}-${name}`, grant, { parent: this }));
  }

  private createEndpoint(args: OnlineEndpointArgs, identity: Identity, roles: readonly pulumi.Resource[]) {
    const { workspace, auth, description, tags, protect = true, after = [] } = args;
    const [name, body, opts] = transformed<machinelearningservices.OnlineEndpointArgs>(
      args.transform?.endpoint,
      `${this.logicalName}-endpoint`,
      {
        endpointName: args.endpointName,
        workspaceName: workspace.name,
        resourceGroupName: workspace.resourceGroupName,
        location: workspace.location,
        kind: "Managed",
        identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
        tags,
        properties: { authMode: AUTH_MODES[auth], publicNetworkAccess: "Disabled", description },
      },
      {
        parent: this,
        protect,
        dependsOn: [...roles, ...after],
        ignoreChanges: ["properties", "tags"],
        hooks: { beforeUpdate: [refuseNewIdentity(`${this.logicalName}-identity-guard`)] },
        customTimeouts: { create: "30m", update: "30m", delete: "60m" },
      },
    );
    return { body, resource: new machinelearningservices.OnlineEndpoint(name, body, opts) };
  }

  private admitInvokers(args: OnlineEndpointArgs): void {
    const { invokers = [], auth, roles, endpointName, workspace, transform } = args;
    if (invokers.length === 0) return;
    if (auth === "key")
      fail(`Endpoint "${this.logicalName}" has invokers but auth "key": a key admits whoever holds it; set auth "entra".`);
    if (roles === "external") return;
    const groupId = this.id.apply(groupOf);
    const role = new authorization.RoleDefinition(
      ...transformed(
        transform?.invokerRole,
        `${this.logicalName}-invoker-role`,
        {
          roleDefinitionId: stableGuid(`${this.logicalName}-invoker-role`),
          scope: groupId,
          // Unique in the tenant, where an endpoint's name is unique in its region only.
          roleName: pulumi.interpolate`Score ${endpointName} in ${workspace.location}`,
          roleType: "CustomRole",
          description: "May call one online endpoint, and nothing else.",
          permissions: [{ actions: [SCORE_ACTION], notActions: [] }],
          assignableScopes: [groupId],
        },
        { parent: this },
      ),
    );
    for (const invoker of invokers) {
      const name = `${this.logicalName}-invoker-${invoker}`;
      new authorization.RoleAssignment(
        name,
        {
          roleAssignmentName: stableGuid(name),
          principalId: invoker,
          // A user, a group or a service principal: left out, Azure looks it up; left to the SDK, it would be "User".
          principalType: pulumi.output<string | undefined>(undefined),
          roleDefinitionId: pulumi.all([this.id, role.name]).apply(([scope, roleId]) => roleDefinitionId(scope, roleId)),
          scope: this.id,
        },
        { parent: this, dependsOn: [role] },
      );
    }
  }
}

/** A name is the address that callers have, and Azure keeps the deployments of an endpoint that serves: replacing it would end half-way. */
export function refuseNewName(name: string): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    name,
    ({ oldInputs, newInputs, name: endpoint }) => {
      const [before, now] = [oldInputs?.endpointName, newInputs?.endpointName];
      if (typeof before !== "string" || typeof now !== "string" || before === now) return;
      fail(
        `Endpoint ${endpoint} is ${before} in Azure and would become ${now}: its name is fixed for life. Take the name back, or add a second endpoint, move the callers, then remove this one.`,
      );
    },
    { onDryRun: true },
  );
}

/** Azure can't change an endpoint's identity, neither in place nor by replacing an endpoint that serves; better said in the preview. */
function refuseNewIdentity(name: string): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    name,
    ({ oldInputs, newInputs, name: endpoint }) => {
      const [before, now] = [oldInputs?.identity, newInputs?.identity].map((identity) => JSON.stringify(identity));
      if (before === now) return;
      fail(
        `${endpoint}: an endpoint's identity is fixed for life (was ${before}, now ${now}). Add a second endpoint, move its callers, then remove this one.`,
      );
    },
    { onDryRun: true },
  );
}
