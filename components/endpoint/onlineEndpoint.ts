import type * as authorization from "@pulumi/azure-native/authorization";
import * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import type * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import { azureOf } from "../base/azure";
import { foreseen, timeOfCreation } from "../base/outputs";
import { stateInputs, type Transform, transformed } from "../base/transform";
import {
  chooseIdentity,
  type Grant,
  grantRole,
  type Identity,
  type IdentityChoice,
  type RolesOwner,
  type RoleTimes,
  roleTimes,
} from "../identity";
import type { WorkspaceReference } from "../workspace";
import { refuseNewIdentity, refuseNewName } from "./fixedForLife";
import { admitInvokers, type Invokers } from "./invokers";
import { type AuthMode, endpointPrivacy } from "./privacy";
import type { EndpointPrivacy, EndpointReference } from "./reference";

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
  readonly transform?: OnlineEndpointTransforms;
}

export interface OnlineEndpointTransforms {
  readonly identity?: Transform<managedidentity.UserAssignedIdentityArgs>;
  readonly endpoint?: Transform<machinelearningservices.OnlineEndpointArgs>;
  readonly invokerRole?: Transform<authorization.RoleDefinitionArgs>;
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
  readonly privacy: EndpointPrivacy;
  readonly roleTimes: RoleTimes;
  readonly roleRequests: readonly Grant[];
  /** Scheme and host that clients call, without a path: `https://<endpoint>.<region>.inference.ml.azure.com`. */
  readonly origin: pulumi.Output<string>;
  /** How callers prove who they are, in Azure's words; a transform may have made it stronger than `auth` asks for. */
  readonly authMode: pulumi.Output<AuthMode>;
  /** ARM id of the endpoint's identity. */
  readonly identityId: pulumi.Output<string>;
  /** The endpoint itself, as what a deployment is deleted with. */
  readonly resource: machinelearningservices.OnlineEndpoint;

  private readonly logicalName: string;
  private readonly identity: Identity;
  private readonly roles: readonly authorization.RoleAssignment[];
  private readonly invokers: Invokers;

  constructor(name: string, args: OnlineEndpointArgs, opts?: pulumi.ComponentResourceOptions) {
    // The component's own hook comes before anything of it is touched: a new name would replace the identity of an endpoint that serves.
    const hooks = { beforeUpdate: [refuseNewName(`${name}-name-guard`)] };
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
    this.name = foreseen(resource, resource.name, endpointName);
    this.id = foreseen(resource, resource.id, pulumi.interpolate`${args.workspace.id}/onlineEndpoints/${endpointName}`);
    this.createdAt = timeOfCreation(resource);
    this.authMode = pulumi.output(body.properties).apply(({ authMode }) => authMode as AuthMode);
    this.origin = resource.properties.apply(({ scoringUri }) => new URL(scoringUri).origin);
    this.invokers = admitInvokers(this.logicalName, this, { ...args, endpointId: this.id });
    this.registerOutputs({ id: this.id, name: this.name, origin: this.origin, identityId: this.identityId });
  }

  /** The resources that this component made. */
  get nodes() {
    const { resource, identity, roles, invokers } = this;
    return { endpoint: resource, identity: identity.resource, roleAssignments: roles, invokers };
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
        dependsOn: [...roles, ...after],
        ignoreChanges: ["properties", "tags"],
        hooks: { beforeUpdate: [refuseNewIdentity(`${this.logicalName}-identity-guard`)] },
        customTimeouts: { create: "30m", update: "30m", delete: "60m" },
      },
      requirements,
    );
    return { body, privacy: { requirements, before }, resource: new machinelearningservices.OnlineEndpoint(name, body, opts) };
  }
}
