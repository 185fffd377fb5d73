import type * as authorization from "@pulumi/azure-native/authorization";
import * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import type * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import { azureOf } from "../base/azure";
import { creationTime, plannedOutput } from "../base/outputs";
import { stateInputs, type Transform, transformed } from "../base/transform";
import {
  chooseIdentity,
  type Grant,
  grantRole,
  type Identity,
  type IdentityChoice,
  type IsolationScope,
  type RolesOwner,
  type RoleTimes,
  roleTimes,
} from "../identity";
import type { WorkspaceReference } from "../workspace";
import { rejectNewIdentity, rejectNewName } from "./immutableProperties";
import { admitInvokers, type Invokers } from "./invokers";
import { type AuthMode, endpointPrivacy } from "./privacy";
import type { EndpointPrivacy, EndpointReference } from "./reference";

/** Azure's authentication modes. Source: Azure docs, concept-endpoints-online-auth. */
const AUTH_MODES = { key: "Key", entra: "AADToken" } as const;

/** How callers authenticate: with an endpoint key (`key`) or a Microsoft Entra ID token (`entra`). */
export type Auth = keyof typeof AUTH_MODES;

export interface OnlineEndpointArgs {
  readonly workspace: WorkspaceReference;
  /**
   * Name in Azure: letters, digits and `-`, starting with a letter, with a length within `endpointLimits`, unique in the region. It can't
   * be changed: to use another name, add a second endpoint and move the callers.
   */
  readonly endpointName: pulumi.Input<string>;
  /** Resource group of the endpoint's identity. */
  readonly resourceGroupName: pulumi.Input<string>;
  /** `key`: callers send a shared key. `entra`: callers send a Microsoft Entra ID token and require a role. */
  readonly auth: Auth;
  /**
   * With `entra`: object IDs of users, groups and service principals that can call the endpoint. They have no other permissions.
   * @default - only callers with a broader role
   */
  readonly invokers?: readonly string[];
  /** ARM ID of the container registry of the deployments' images. */
  readonly imageRegistryId: pulumi.Input<string>;
  /** ARM ID of the workspace's storage account, which contains the models. */
  readonly storageAccountId: pulumi.Input<string>;
  /**
   * ARM ID of the Key Vault from which deployments read secrets.
   * @default - none: deployments have no secrets
   */
  readonly vaultId?: pulumi.Input<string>;
  /** The endpoint's identity. It can't be changed: to use another one, add a second endpoint and move the callers. @default "create" */
  readonly identity?: IdentityChoice;
  /** Isolation scope of the created identity. @default "Regional" */
  readonly isolationScope?: IsolationScope;
  /** Who creates the role assignments of the endpoint's identity and of the invokers. @default "moor" */
  readonly roles?: RolesOwner;
  /** Description of the endpoint in Azure. @default - none */
  readonly description?: string;
  /** Whether Pulumi protects the endpoint from deletion. @default true */
  readonly protect?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
  /** Resources to create before the endpoint and to delete after it, such as images and models of its deployments. @default - none */
  readonly after?: readonly pulumi.Input<pulumi.Resource>[];
  /** Changes to the children's arguments, applied last. `Traffic` writes the endpoint with these changes too. */
  readonly transform?: OnlineEndpointTransforms;
}

export interface OnlineEndpointTransforms {
  readonly identity?: Transform<managedidentity.UserAssignedIdentityArgs>;
  readonly endpoint?: Transform<machinelearningservices.OnlineEndpointArgs>;
  readonly invokerRole?: Transform<authorization.RoleDefinitionArgs>;
}

/**
 * A private managed online endpoint with a user-assigned identity, its role assignments, and a custom role for invokers. It is created
 * without traffic, because Azure rejects traffic to a deployment that doesn't exist yet. Afterwards, `Traffic` writes the body of the
 * endpoint, so this component ignores changes of properties and tags.
 *
 * Cost: none, except for the deployments.
 *
 * The name and the identity can't be changed: the preview reports an error.
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
  readonly privacy: EndpointPrivacy;
  readonly roleTimes: RoleTimes;
  readonly roleRequests: readonly Grant[];
  /** Scheme and host of the scoring URL: `https://<endpoint>.<region>.inference.ml.azure.com`. */
  readonly origin: pulumi.Output<string>;
  /** Azure's authentication mode. A transform can make it stronger than `auth`. */
  readonly authMode: pulumi.Output<AuthMode>;
  /** ARM ID of the endpoint's identity. */
  readonly identityId: pulumi.Output<string>;
  /** The endpoint's resource, for `deletedWith` of its deployments. */
  readonly resource: machinelearningservices.OnlineEndpoint;

  private readonly logicalName: string;
  private readonly identity: Identity;
  private readonly roles: readonly authorization.RoleAssignment[];
  private readonly invokers: Invokers;

  constructor(name: string, args: OnlineEndpointArgs, opts?: pulumi.ComponentResourceOptions) {
    // A hook of the component runs before its children change: a new name would replace the identity of an endpoint that has traffic.
    const hooks = { beforeUpdate: [rejectNewName(`${name}-name-guard`)] };
    super("moor:index:OnlineEndpoint", name, stateInputs(args), pulumi.mergeOptions({ hooks }, opts));
    this.logicalName = name;
    this.workspace = args.workspace;
    this.azure = azureOf(this);
    this.identity = this.chooseIdentity(args);
    this.identityId = this.identity.id;
    const needs = this.pullAndRead(args, this.identity);
    this.roleRequests = args.roles === "external" ? Object.values(needs) : [];
    this.roles = args.roles === "external" ? [] : this.grantAll(needs);
    this.roleTimes = roleTimes(this.roles);
    const { resource, body, privacy } = this.createEndpoint(args, this.identity, this.roles);
    this.resource = resource;
    this.body = body;
    this.privacy = privacy;
    const endpointName = pulumi.interpolate`${body.endpointName}`;
    this.name = plannedOutput(resource, resource.name, endpointName);
    this.id = plannedOutput(resource, resource.id, pulumi.interpolate`${args.workspace.id}/onlineEndpoints/${endpointName}`);
    this.createdAt = creationTime(resource);
    this.authMode = pulumi.output(body.properties).apply(({ authMode }) => authMode as AuthMode);
    this.origin = resource.properties.apply(({ scoringUri }) => new URL(scoringUri).origin);
    this.invokers = admitInvokers(this.logicalName, this, { ...args, endpointId: this.id });
    this.registerOutputs({ id: this.id, name: this.name, origin: this.origin, identityId: this.identityId });
  }

  /** The resources that this component created. */
  get nodes() {
    const { resource, identity, roles, invokers } = this;
    return { endpoint: resource, identity: identity.resource, isolation: identity.isolation, roleAssignments: roles, invokers };
  }

  private chooseIdentity(args: OnlineEndpointArgs): Identity {
    const { identity = "create", resourceGroupName, workspace, tags, isolationScope, transform } = args;
    const resourceName = pulumi.interpolate`id-${args.endpointName}`;
    const settings = {
      args: { resourceName, resourceGroupName, location: workspace.location, tags },
      isolationScope,
      transform: transform?.identity,
    };
    return chooseIdentity(`${this.logicalName}-identity`, identity, settings, { parent: this });
  }

  /** Azure doesn't grant roles to a user-assigned identity, and a deployment without these roles fails to start. */
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
    const before: machinelearningservices.OnlineEndpointArgs = {
      endpointName: args.endpointName,
      workspaceName: workspace.name,
      resourceGroupName: workspace.resourceGroupName,
      location: workspace.location,
      kind: "Managed",
      identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
      tags,
      properties: { authMode: AUTH_MODES[auth], publicNetworkAccess: "Disabled", description },
    };
    const requirements = endpointPrivacy(AUTH_MODES[auth]);
    const [name, body, opts] = transformed(
      args.transform?.endpoint,
      `${this.logicalName}-endpoint`,
      before,
      {
        parent: this,
        protect,
        dependsOn: [...roles, ...(identity.isolation === undefined ? [] : [identity.isolation]), ...after],
        ignoreChanges: ["properties", "tags"],
        hooks: { beforeUpdate: [rejectNewIdentity(`${this.logicalName}-identity-guard`)] },
        customTimeouts: { create: "30m", update: "30m", delete: "60m" },
      },
      requirements,
    );
    return { body, privacy: { requirements, before }, resource: new machinelearningservices.OnlineEndpoint(name, body, opts) };
  }
}
