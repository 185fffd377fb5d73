import * as authorization from "@pulumi/azure-native/authorization";
import type * as managedidentity from "@pulumi/azure-native/managedidentity";
import type * as network from "@pulumi/azure-native/network";
import type * as storage from "@pulumi/azure-native/storage";
import * as pulumi from "@pulumi/pulumi";
import { canonicalArmId } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import { LINKED_SERVICES } from "../../facts/privateLink";
import { stop } from "../../program/fail";
import { armIdOf, azureOf } from "../base/azure";
import type { Privacy } from "../base/privacy";
import { stateInputs, type Transform } from "../base/transform";
import {
  chooseIdentity,
  type Grant,
  grantRole,
  type Identity,
  type IsolationScope,
  type RolesOwner,
  reportMissingRoles,
} from "../identity";
import { createPrivateLink, type PrivateEndpointPlace } from "../network";
import { missingZones, reportMissing } from "../owners";
import { createPrivateStorage, type StorageRedundancy, storagePrivacy, storeName } from "../workspace";
import { checkSubnet, createSubnet, type SubnetNodes, type SubnetTransforms } from "./subnet";

/** A subnet that the component creates in a virtual network, or an existing delegated one of the landing zone. */
export type ScriptSubnet =
  | {
      readonly create: {
        /** The virtual network, such as a `Network`. The subnet is created after all of its resources. */
        readonly network: pulumi.Resource & { readonly virtualNetworkId: pulumi.Output<string> };
        /** CIDR block of the virtual network, /25 or larger. The subnet is its second /26. */
        readonly addressSpace: string;
      };
    }
  | {
      readonly existing: {
        /** ARM ID of a subnet that is delegated to Microsoft.ContainerInstance/containerGroups and has outbound access to the internet. */
        readonly subnetId: string;
      };
    };

export interface ScriptEnvironmentArgs {
  /** Stack name; part of physical names. */
  readonly stack: string;
  /** Suffix that makes physical names unique: lowercase letters and digits. */
  readonly suffix: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  /** Azure region of the scripts and of all resources. Changing it replaces everything. */
  readonly location: pulumi.Input<string>;
  readonly subnet: ScriptSubnet;
  /**
   * Subnet and DNS zones of the private endpoint of the scripts' own files, such as `network.place`.
   * @default - no private endpoint: the landing zone creates it
   */
  readonly privateEndpoints?: PrivateEndpointPlace;
  /** Where scripts write model weights. */
  readonly weights: {
    /** ARM ID of the storage account. */
    readonly storageAccountId: pulumi.Input<string>;
    /** Name of the blob container, the only one that scripts can write to. The run fails if it is undefined. */
    readonly container: pulumi.Input<string | undefined>;
  };
  /** ARM ID of the Key Vault secret with the Hugging Face token, which scripts can read. @default - scripts read no secret */
  readonly tokenSecretId?: pulumi.Input<string>;
  /** Isolation scope of the scripts' identity. @default "Regional" */
  readonly isolationScope?: IsolationScope;
  /** Redundancy of the scripts' storage account. An update can't change it. @default "LRS" */
  readonly storageRedundancy?: StorageRedundancy;
  /** Who creates the role assignments of the scripts' identity. @default "moor" */
  readonly roles?: RolesOwner;
  readonly tags?: Readonly<Record<string, string>>;
  /** Changes to the children's arguments, applied last. */
  readonly transform?: SubnetTransforms & {
    readonly storage?: Transform<storage.StorageAccountArgs>;
    readonly identity?: Transform<managedidentity.UserAssignedIdentityArgs>;
  };
}

/** Azure Container Instances mounts the file share by account key, so this one property differs from the workspace's storage account. */
const { allowSharedKeyAccess: _byKey, ...scriptStoragePrivacy }: Privacy = storagePrivacy;

/**
 * The environment of deployment scripts that copy model weights into the storage account of a workspace, for machines that reach only Azure
 * Resource Manager (`mirror --via azure`): a delegated subnet with a network security group and a NAT gateway, a storage account for
 * the script service's own files, and an identity. The component runs no script.
 *
 * While the environment exists, containers in the subnet can open HTTPS connections to any host on the internet. Only identities that can
 * create container groups or deployment scripts in the subnet can use that. Remove the component after mirroring; weights stay staged.
 *
 * The script service stores script and log in a file share, and Azure Container Instances can mount a file share only with an account key.
 * Therefore, the storage account of the scripts allows account keys (`allowSharedKeyAccess`), unlike all other stores. It contains no weights
 * and no secrets, and has no public access. A policy that denies accounts with keys requires an exemption.
 *
 * The resources aren't protected from deletion, because they contain nothing that a later run requires.
 *
 * Cost: a NAT gateway about 33 USD a month plus 0.045 USD per GB, a public IP address about 4 USD a month, a private endpoint about 7 USD a
 * month. The weights don't cross the NAT gateway. A running script is billed as a container instance, about 0.05 USD an hour.
 *
 * Changing `stack`, `suffix`, `resourceGroupName` or `location` replaces everything.
 *
 * @see Azure docs, azure-resource-manager/bicep/deployment-script-vnet-private-endpoint and deployment-script-develop, "Use an existing storage
 * account"
 *
 * @example
 * const scripts = new ScriptEnvironment("scripts", {
 *   stack: "prod", suffix: "x7k2p9", resourceGroupName, location: "swedencentral", privateEndpoints: network.place,
 *   subnet: { create: { network, addressSpace: "10.40.0.0/22" } },
 *   weights: { storageAccountId: workspace.storageAccountId, container },
 * });
 */
export class ScriptEnvironment extends pulumi.ComponentResource {
  /** ARM ID of the subnet. */
  readonly subnetId: pulumi.Output<string>;
  /** ARM ID of the scripts' identity. */
  readonly identityId: pulumi.Output<string>;
  /** Name of the storage account with the script service's files. */
  readonly storageAccount: pulumi.Output<string>;
  /** ARM ID of the Key Vault secret with the Hugging Face token. Undefined without a token. */
  readonly tokenSecretId: pulumi.Output<string> | undefined;

  private readonly name: string;
  private readonly args: ScriptEnvironmentArgs;
  private readonly created: Partial<SubnetNodes> & {
    storage?: storage.StorageAccount;
    identity?: managedidentity.UserAssignedIdentity;
    privateEndpoint?: network.PrivateEndpoint;
    roles?: readonly authorization.RoleAssignment[];
  } = {};
  /** Checks that `registerOutputs` waits for. Otherwise, the run could end before they are done. */
  private readonly checks: pulumi.Input<void>[] = [];

  constructor(name: string, args: ScriptEnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("moor:index:ScriptEnvironment", name, stateInputs({ ...args, subnet: undefined }), opts);
    this.name = name;
    this.args = args;
    this.tokenSecretId = args.tokenSecretId === undefined ? undefined : pulumi.output(args.tokenSecretId);
    this.subnetId = this.chooseSubnet(args.subnet);
    const account = this.createStorage();
    this.storageAccount = account.name;
    this.connect(account);
    const identity = this.createIdentity();
    this.identityId = identity.id;
    this.admit(identity, account);
    this.registerOutputs({
      subnetId: this.subnetId,
      identityId: this.identityId,
      storageAccount: this.storageAccount,
      tokenSecretId: this.tokenSecretId,
      asked: pulumi.all(this.checks).apply(() => undefined),
    });
  }

  /** The resources that this component created; adopted resources are not included. */
  get nodes(): Readonly<typeof this.created> {
    return this.created;
  }

  private chooseSubnet(subnet: ScriptSubnet): pulumi.Output<string> {
    const { name } = this;
    if ("existing" in subnet) return this.adoptSubnet(subnet.existing.subnetId);
    const { network, addressSpace } = subnet.create;
    const { virtualNetworkId } = network;
    const nodes = createSubnet({ ...this.args, name, virtualNetworkId, addressSpace }, { parent: this, dependsOn: network });
    Object.assign(this.created, nodes);
    return nodes.subnet.id;
  }

  private adoptSubnet(given: string): pulumi.Output<string> {
    const id = canonicalArmId(given, armTypeOf("network:Subnet"));
    const { subscriptionId } = authorization.getClientConfigOutput({ parent: this });
    return pulumi.all([subscriptionId, this.args.location]).apply(async ([subscription, location]) => {
      await checkSubnet(this.name, azureOf(this), id, { location, subscriptionId: subscription });
      return id;
    });
  }

  private createStorage(): storage.StorageAccount {
    const account = createPrivateStorage({
      context: { ...this.args, tags: this.args.tags, parentName: this.name, parent: this },
      qualifier: "scr",
      redundancy: this.args.storageRedundancy,
      overrides: { allowSharedKeyAccess: true },
      transform: this.args.transform?.storage,
      privacy: scriptStoragePrivacy,
      opts: { parent: this },
    });
    this.created.storage = account;
    return account;
  }

  /** Creates the private endpoint of the file share. */
  private connect(account: storage.StorageAccount): void {
    const { privateEndpoints: place, resourceGroupName, location, tags } = this.args;
    if (place === undefined) return;
    const endpointName = storeName(this.args, "privateEndpoint", "scripts");
    const link = { service: "file", targetId: account.id, endpointName, resourceGroupName, location, place, tags } as const;
    const [endpoint] = createPrivateLink(`${this.name}-file-endpoint`, link, { parent: this });
    this.created.privateEndpoint = endpoint;
    if (place.dnsZones !== undefined) return;
    const missing = endpoint.id.apply((id) => missingZones(azureOf(this), id, LINKED_SERVICES.file.zones));
    this.checks.push(reportMissing("dns: policy", missing));
  }

  private createIdentity(): Identity {
    const { resourceGroupName, location, tags, isolationScope, transform } = this.args;
    const args = { resourceName: storeName(this.args, "identity", "scripts"), resourceGroupName, location, tags };
    const settings = { args, isolationScope, transform: transform?.identity };
    const identity = chooseIdentity(`${this.name}-identity`, "create", settings, { parent: this });
    this.created.identity = identity.resource;
    return identity;
  }

  private admit({ principalId }: Identity, account: storage.StorageAccount): void {
    const grants: Record<string, Grant> = {
      // Source: Azure docs, deployment-script-vnet-private-endpoint.
      files: { principalId, role: "Storage File Data Privileged Contributor", scope: account.id },
      weights: { principalId, role: "Storage Blob Data Contributor", scope: this.weightsContainerId() },
      ...(this.tokenSecretId === undefined ? {} : { token: { principalId, role: "Key Vault Secrets User", scope: this.tokenSecretId } }),
    };
    if (this.args.roles === "external") {
      this.checks.push(reportMissingRoles(azureOf(this), Object.values(grants)));
      return;
    }
    this.created.roles = Object.entries(grants).map(([what, grant]) => grantRole(`${this.name}-${what}`, grant, { parent: this }));
  }

  private weightsContainerId(): pulumi.Output<string> {
    const { storageAccountId, container } = this.args.weights;
    return pulumi.all([storageAccountId, container]).apply(async ([id, name]) => {
      if (name === undefined)
        return stop(
          `${this.name}: the blob container of the datastore workspaceblobstore could not be read, so the scripts can't get a role on it. ` +
            `Check that the datastore exists and that the identity of this run has the role Reader on its workspace (storage account ${armIdOf(id).name}).`,
        );
      return `${id}/blobServices/default/containers/${name}`;
    });
  }
}
