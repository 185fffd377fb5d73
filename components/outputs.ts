/** What a stack gives out, for people and for other stacks: names, addresses, commands and what clients must know. Never a secret. */
import * as pulumi from "@pulumi/pulumi";
import type { Auth, DeploymentTerms, EndpointTerms, InferenceEndpoint } from "./endpoint";
import type { Network } from "./network";
import { blobContainerOf, type Workspace } from "./workspace";

/** Where things are: what it takes to push an image or to upload weights. */
export interface PlatformOutputs {
  /** Name of the stack's resource group. */
  readonly resourceGroup: pulumi.Output<string>;
  /** The network that private endpoints are in; clients must be in it or reach it. */
  readonly network: {
    /** ARM id of the virtual network. */ readonly id: pulumi.Output<string>;
    /** ARM id of the subnet of the private endpoints. */ readonly subnetId: pulumi.Output<string>;
  };
  readonly workspace: {
    /** ARM id. */ readonly id: pulumi.Output<string>;
    readonly name: pulumi.Output<string>;
    readonly resourceGroup: pulumi.Output<string>;
  };
  /** Where images are pushed to, with the role AcrPush. */
  readonly registry: {
    /** ARM id. */ readonly id: pulumi.Output<string>;
    readonly name: pulumi.Output<string>;
    readonly loginServer: pulumi.Output<string>;
  };
  /** Where weights are uploaded to, with the role Storage Blob Data Contributor. */
  readonly storage: {
    /** ARM id. */ readonly id: pulumi.Output<string>;
    readonly account: pulumi.Output<string>;
    /** Container of the datastore `workspaceblobstore`. Undefined where it could not be read. */
    readonly container: pulumi.Output<string | undefined>;
  };
  /** The Log Analytics workspace. */
  readonly logs: { /** ARM id. */ readonly id: pulumi.Output<string>; readonly name: pulumi.Output<string> };
}

/** A deployment of an endpoint, under its label. */
export interface DeploymentOutputs extends DeploymentTerms {
  /** Name in Azure. */
  readonly name: string;
  /** Percent of the endpoint's requests. */
  readonly weight: number;
  /** Shows the log of its container. */
  readonly logsCommand: pulumi.Output<string>;
}

/** An endpoint, under its key. */
export interface EndpointOutputs {
  /** ARM id. */
  readonly id: pulumi.Output<string>;
  /** Name in Azure. */
  readonly name: pulumi.Output<string>;
  readonly scoringUri: pulumi.Output<string>;
  /** Base URL for OpenAI clients. Undefined where no deployment speaks their protocol. */
  readonly openaiBaseUrl: pulumi.Output<string> | undefined;
  readonly auth: Auth;
  /** With `auth: key`: shows the keys. */
  readonly keyCommand?: pulumi.Output<string>;
  /** With `auth: entra`: shows a token of the signed-in identity. */
  readonly tokenCommand?: string;
  /** What a client must keep to, whichever deployment answers. Undefined without deployments. */
  readonly client: EndpointTerms | undefined;
  readonly deployments: Readonly<Record<string, DeploymentOutputs>>;
}

/** What a platform gives out. */
export function platformOutputs(resourceGroup: pulumi.Output<string>, network: Network, workspace: Workspace): PlatformOutputs {
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
    logs: { id: workspace.logsId, name: workspace.logsId.apply(lastName) },
  };
}

/** What an endpoint of a workspace gives out. */
export function endpointOutputs(endpoint: InferenceEndpoint, auth: Auth, workspace: Workspace): EndpointOutputs {
  const { id, name, scoringUri, openaiBaseUrl, scoringAudience, clientTerms: client, deploymentTerms } = endpoint;
  const place = pulumi.interpolate`--resource-group ${workspace.resourceGroupName} --workspace-name ${workspace.name}`;
  const access = {
    key: { keyCommand: pulumi.interpolate`az ml online-endpoint get-credentials --name ${name} ${place}` },
    entra: { tokenCommand: `az account get-access-token --resource ${scoringAudience} --query accessToken --output tsv` },
  } satisfies Record<Auth, object>;
  const deployments = deploymentTerms.map(({ label, ...terms }): [string, DeploymentOutputs] => [
    label,
    { ...terms, logsCommand: pulumi.interpolate`az ml online-deployment get-logs --name ${terms.name} --endpoint-name ${name} ${place}` },
  ]);
  return { id, name, scoringUri, openaiBaseUrl, auth, ...access[auth], client, deployments: Object.fromEntries(deployments) };
}

function lastName(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}
