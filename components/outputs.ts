/** Outputs of a stack, for people and for other stacks: names, addresses, commands and settings for clients. They contain no secrets. */
import * as pulumi from "@pulumi/pulumi";
import type { Acceptance } from "../rules";
import type { Auth, DeploymentTerms, EndpointTerms, GateMode, GateResult, InferenceEndpoint } from "./endpoint";
import type { Network } from "./network";
import type { ScriptEnvironment } from "./scripts";
import { blobContainerOf, type Workspace } from "./workspace";

/** IDs and names of the platform's resources, for pushing images and staging model weights. */
export interface PlatformOutputs {
  /** Name of the stack's resource group. */
  readonly resourceGroup: pulumi.Output<string>;
  /** The virtual network of the private endpoints. Clients must be in it or be connected to it. */
  readonly network: {
    /** ARM ID of the virtual network. */ readonly id: pulumi.Output<string>;
    /** ARM ID of the subnet of the private endpoints. */ readonly subnetId: pulumi.Output<string>;
  };
  /** The Azure Machine Learning workspace. */
  readonly workspace: {
    /** ARM ID. */ readonly id: pulumi.Output<string>;
    readonly name: pulumi.Output<string>;
    readonly resourceGroup: pulumi.Output<string>;
  };
  /** The container registry. Pushing images requires the role `AcrPush`, which `operators` in moor:platform receive. */
  readonly registry: {
    /** ARM ID. */ readonly id: pulumi.Output<string>;
    readonly name: pulumi.Output<string>;
    readonly loginServer: pulumi.Output<string>;
  };
  /**
   * The storage account of the workspace. Staging model weights requires the role `Storage Blob Data Contributor`, which `operators` in
   * moor:platform receive.
   */
  readonly storage: {
    /** ARM ID. */ readonly id: pulumi.Output<string>;
    /** Name of the storage account. */ readonly account: pulumi.Output<string>;
    /** Blob container of the datastore `workspaceblobstore`. Undefined if it could not be read. */
    readonly container: pulumi.Output<string | undefined>;
  };
  /** The environment of deployment scripts, which `mirror --via azure` uses. Absent if the stack has none. */
  readonly scripts?: {
    /** ARM ID of the subnet. */ readonly subnetId: pulumi.Output<string>;
    /** ARM ID of the scripts' identity. */ readonly identityId: pulumi.Output<string>;
    /** Name of the storage account with the script service's files. */ readonly storageAccount: pulumi.Output<string>;
    /** ARM ID of the Key Vault secret with the Hugging Face token. Undefined without a token. */
    readonly tokenSecretId: pulumi.Output<string> | undefined;
  };
  /** The Log Analytics workspace. */
  readonly logs: { /** ARM ID. */ readonly id: pulumi.Output<string>; readonly name: pulumi.Output<string> };
}

/** Outputs of one deployment. `EndpointOutputs.deployments` contains them by label. */
export interface DeploymentOutputs extends DeploymentTerms {
  /** Name in Azure. */
  readonly name: string;
  /** Traffic weight, in percent. */
  readonly weight: number;
  /**
   * How it passed the gate before it received traffic: test requests (`requests`), a check of its state in Azure (`state`), or `off` if the
   * gate of the endpoint is off. Undefined if it is unknown: it has not received traffic, or the result could not be recorded or read.
   */
  readonly gate: pulumi.Output<GateResult | "off" | undefined>;
  /** Azure CLI command that shows the log of the container. */
  readonly logsCommand: pulumi.Output<string>;
}

/** Outputs of one endpoint. The stack exports them by the endpoint's key. */
export interface EndpointOutputs {
  /** ARM ID. */
  readonly id: pulumi.Output<string>;
  /** Name in Azure. */
  readonly name: pulumi.Output<string>;
  /** URL that clients send requests to. */
  readonly scoringUri: pulumi.Output<string>;
  /** Base URL for OpenAI clients. Undefined if no deployment has an OpenAI-compatible API. */
  readonly openaiBaseUrl: pulumi.Output<string> | undefined;
  readonly auth: Auth;
  /** How deployments are checked before they receive traffic. */
  readonly gate: GateMode;
  /** With `auth: key`: Azure CLI command that shows the keys. */
  readonly keyCommand?: pulumi.Output<string>;
  /** With `auth: entra`: Azure CLI command that shows a token of the signed-in identity. */
  readonly tokenCommand?: string;
  /** Settings for clients that are valid for all deployments with traffic. Undefined without deployments. */
  readonly client: EndpointTerms | undefined;
  /** Deployments, by label. */
  readonly deployments: Readonly<Record<string, DeploymentOutputs>>;
}

/** The residency contract and the accepted findings. A preview shows a change of them here, because no resource has them. */
export interface ResidencyOutputs {
  /** The Azure geography that the stack file declares. @default - it declares countries or regions */
  readonly geography?: string;
  /** The country codes (ISO 3166-1 alpha-2) that the stack file declares; empty if it declares a geography or regions. */
  readonly countries: readonly string[];
  /** All regions in which data is allowed. */
  readonly regions: readonly string[];
  /** Entries of `moor:accept` without their reasons. */
  readonly accepted: readonly Omit<Acceptance, "reason">[];
}

/** Returns the residency contract and the accepted findings of a stack. */
export function residencyOutputs(
  { geography, countries = [], regions }: Pick<ResidencyOutputs, "regions"> & Partial<ResidencyOutputs>,
  accept: readonly Acceptance[],
): ResidencyOutputs {
  const accepted = accept.map(({ code, resource, until }) => ({ code, resource, until }));
  return { ...(geography === undefined ? {} : { geography }), countries, regions, accepted };
}

/** Returns the outputs of the platform: network, workspace, registry, storage account, scripts and logs. */
export function platformOutputs(
  resourceGroup: pulumi.Output<string>,
  network: Network,
  workspace: Workspace,
  scripts?: ScriptEnvironment,
): PlatformOutputs {
  return {
    resourceGroup,
    network: { id: network.virtualNetworkId, subnetId: network.subnetId },
    workspace: { id: workspace.id, name: workspace.name, resourceGroup: workspace.resourceGroupName },
    registry: { id: workspace.imageRegistryId, name: workspace.imageRegistryId.apply(lastName), loginServer: workspace.loginServer },
    storage: {
      id: workspace.storageAccountId,
      account: workspace.storageAccountId.apply(lastName),
      container: blobContainerOf(workspace),
    },
    ...(scripts === undefined ? {} : { scripts: scriptOutputs(scripts) }),
    logs: { id: workspace.logsId, name: workspace.logsId.apply(lastName) },
  };
}

function scriptOutputs({ subnetId, identityId, storageAccount, tokenSecretId }: ScriptEnvironment): PlatformOutputs["scripts"] {
  return { subnetId, identityId, storageAccount, tokenSecretId };
}

/** Returns the outputs of an endpoint. `auth` determines whether they contain `keyCommand` or `tokenCommand`. */
export function endpointOutputs(endpoint: InferenceEndpoint, auth: Auth, workspace: Workspace): EndpointOutputs {
  const { id, name, scoringUri, openaiBaseUrl, scoringAudience, gate, clientTerms: client, deploymentTerms } = endpoint;
  const place = pulumi.interpolate`--resource-group ${workspace.resourceGroupName} --workspace-name ${workspace.name}`;
  const access = {
    key: { keyCommand: pulumi.interpolate`az ml online-endpoint get-credentials --name ${name} ${place}` },
    entra: { tokenCommand: `az account get-access-token --resource ${scoringAudience} --query accessToken --output tsv` },
  } satisfies Record<Auth, object>;
  const gates = endpoint.gateResults();
  const deployments = deploymentTerms.map(({ label, ...terms }): [string, DeploymentOutputs] => {
    const logsCommand = pulumi.interpolate`az ml online-deployment get-logs --name ${terms.name} --endpoint-name ${name} ${place}`;
    return [label, { ...terms, gate: gates.apply((results) => results[label]), logsCommand }];
  });
  return { id, name, scoringUri, openaiBaseUrl, auth, gate, ...access[auth], client, deployments: Object.fromEntries(deployments) };
}

function lastName(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}
