// Proves the resources of the environment of deployment scripts, their bodies and the scopes of the roles, and that ARM's schemas accept them.
// Doesn't prove that Azure runs a script with them: tests/e2e/mirrorViaAzure.test.ts runs one on the local Azure.
import * as pulumi from "@pulumi/pulumi";
import { Network } from "../../../components/network/network";
import { ScriptEnvironment, type ScriptEnvironmentArgs, type ScriptSubnet } from "../../../components/scripts";
import { scriptSubnet } from "../../../components/scripts/subnet";
import { type FakeAzure, serveAzure } from "../../azure/fakeArm";
import { group, storageId, vaultId } from "../fixtures";
import { armRequest, find, listing, PRINCIPAL, type Recording, type RecordOptions, record, SUBSCRIPTION, schemaErrors } from "../recorder";

const place = { stack: "dev", suffix: "x7k2p9", resourceGroupName: "rg", location: "swedencentral", tags: { owner: "ml" } };
const addressSpace = "10.40.0.0/22";
const container = "azureml-blobstore-0123";
const tokenSecretId = `${vaultId}/secrets/hf-token-dev-x7k2p9`;
const existing = `/subscriptions/${SUBSCRIPTION}/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/spoke/subnets/scripts`;

interface Case {
  readonly args?: Partial<ScriptEnvironmentArgs>;
  readonly subnet?: ScriptSubnet;
  readonly dns?: "moor" | "policy";
  readonly options?: RecordOptions;
}

function make({ args, subnet, dns = "moor", options }: Case = {}): Promise<Recording> {
  return record(() => {
    const network = new Network("network", { ...place, network: { create: { addressSpace } }, dns, services: ["file"] });
    new ScriptEnvironment("scripts", {
      ...place,
      subnet: subnet ?? { create: { network, addressSpace } },
      privateEndpoints: network.place,
      weights: { storageAccountId: storageId, container },
      ...args,
    });
  }, options);
}

const own = (recording: Recording) => listing(recording).filter((line) => line.startsWith("scripts"));
const provider = `${group}/providers`;

test.each([false, true])("A created environment is exactly these resources (preview %s).", async (preview) => {
  const recording = await make({ args: { tokenSecretId }, options: { preview } });
  expect(own(recording)).toEqual([
    "scripts-file-endpoint-dns: network:PrivateDnsZoneGroup",
    "scripts-file-endpoint: network:PrivateEndpoint",
    "scripts-files: authorization:RoleAssignment",
    "scripts-identity-isolation: resources:Deployment",
    "scripts-identity: managedidentity:UserAssignedIdentity",
    "scripts-nat: network:NatGateway",
    "scripts-nsg: network:NetworkSecurityGroup",
    "scripts-public-ip: network:PublicIPAddress",
    "scripts-storage: storage:StorageAccount",
    "scripts-subnet: network:Subnet",
    "scripts-token: authorization:RoleAssignment",
    "scripts-weights: authorization:RoleAssignment",
    "scripts: moor:index:ScriptEnvironment",
  ]);
  const custom = recording.resources.filter(({ name, custom: isCustom }) => isCustom && name.startsWith("scripts"));
  expect(custom.every(({ parent, protect }) => parent === "scripts" && !protect)).toBe(true);
  // In a preview, IDs are unknown, so the bodies are incomplete.
  if (!preview) expect(recording.resources.filter(({ custom: isCustom }) => isCustom).flatMap(schemaErrors)).toEqual([]);
});

test("The subnet is the second /26, delegated, with a security group and a NAT gateway, and is written after the first subnet.", async () => {
  const recording = await make();
  const subnet = find(recording, "scripts-subnet");
  expect(armRequest(subnet)).toEqual({
    id: `${provider}/Microsoft.Network/virtualNetworks/vnet-dev-x7k2p9/subnets/scripts`,
    body: {
      properties: {
        addressPrefix: "10.40.0.64/26",
        networkSecurityGroup: { id: `${provider}/Microsoft.Network/networkSecurityGroups/nsg-dev-scripts-x7k2p9` },
        natGateway: { id: `${provider}/Microsoft.Network/natGateways/ng-dev-scripts-x7k2p9` },
        delegations: [{ name: "containers", properties: { serviceName: "Microsoft.ContainerInstance/containerGroups" } }],
        privateEndpointNetworkPolicies: "Disabled",
        privateLinkServiceNetworkPolicies: "Enabled",
        defaultOutboundAccess: false,
      },
    },
  });
  expect(subnet.dependsOn).toContain("network-private-endpoints");
  expect(armRequest(find(recording, "scripts-nat")).body).toEqual({
    location: "swedencentral",
    tags: { owner: "ml" },
    sku: { name: "Standard" },
    properties: { publicIpAddresses: [{ id: `${provider}/Microsoft.Network/publicIPAddresses/pip-dev-scripts-x7k2p9` }] },
  });
  expect(armRequest(find(recording, "scripts-public-ip")).body).toEqual({
    location: "swedencentral",
    tags: { owner: "ml" },
    sku: { name: "Standard" },
    properties: { publicIPAllocationMethod: "Static", publicIPAddressVersion: "IPv4" },
  });
});

test("The gateway that Azure adds to the public IP address is no change.", async () => {
  const recording = await make();
  expect(find(recording, "scripts-public-ip").ignoreChanges).toEqual(["natGateway"]);
  expect(armRequest(find(recording, "scripts-public-ip")).body).not.toHaveProperty("properties.natGateway");
});

test("Scripts receive no connections and open only HTTPS connections, and within the network also SMB and DNS connections.", async () => {
  const { body } = armRequest(find(await make(), "scripts-nsg"));
  type Rule = { readonly name: string; readonly properties: Record<string, unknown> };
  const { securityRules } = (body as { properties: { securityRules: Rule[] } }).properties;
  const shown = securityRules.map(({ properties: rule }) => [
    rule.priority,
    rule.direction,
    rule.access,
    rule.protocol,
    rule.destinationAddressPrefix,
    rule.destinationPortRanges ?? rule.destinationPortRange,
  ]);
  expect(shown).toEqual([
    [4096, "Inbound", "Deny", "*", "*", "*"],
    [100, "Outbound", "Allow", "Tcp", "VirtualNetwork", ["443", "445"]],
    [110, "Outbound", "Allow", "*", "VirtualNetwork", "53"],
    [200, "Outbound", "Allow", "Tcp", "Internet", "443"],
    [4096, "Outbound", "Deny", "*", "*", "*"],
  ]);
});

test("The scripts' storage account is private and allows account keys, which Azure Container Instances requires to mount a file share.", async () => {
  const recording = await make();
  expect(armRequest(find(recording, "scripts-storage"))).toEqual({
    id: `${provider}/Microsoft.Storage/storageAccounts/stdevscrx7k2p9`,
    body: {
      location: "swedencentral",
      tags: { owner: "ml" },
      kind: "StorageV2",
      sku: { name: "Standard_LRS" },
      properties: {
        encryption: {
          keySource: "Microsoft.Storage",
          requireInfrastructureEncryption: true,
          services: {
            blob: { enabled: true, keyType: "Account" },
            file: { enabled: true, keyType: "Account" },
            queue: { enabled: true, keyType: "Account" },
            table: { enabled: true, keyType: "Account" },
          },
        },
        publicNetworkAccess: "Disabled",
        networkAcls: { defaultAction: "Deny", bypass: "AzureServices" },
        allowBlobPublicAccess: false,
        allowSharedKeyAccess: true,
        allowCrossTenantReplication: false,
        defaultToOAuthAuthentication: true,
        supportsHttpsTrafficOnly: true,
        minimumTlsVersion: "TLS1_2",
      },
    },
  });
  expect(armRequest(find(recording, "scripts-file-endpoint")).body).toMatchObject({
    properties: {
      subnet: { id: `${provider}/Microsoft.Network/virtualNetworks/vnet-dev-x7k2p9/subnets/private-endpoints` },
      privateLinkServiceConnections: [
        {
          properties: {
            groupIds: ["file"],
            privateLinkServiceId: `${provider}/Microsoft.Storage/storageAccounts/stdevscrx7k2p9`,
          },
        },
      ],
    },
  });
});

test("The identity can write only to the container of the weights, and read only the token.", async () => {
  const recording = await make({ args: { tokenSecretId } });
  const grants = ["files", "weights", "token"].map((what) => {
    const { inputs } = find(recording, `scripts-${what}`);
    return [inputs.scope, (inputs.roleDefinitionId as string).split("/").at(-1), inputs.principalId, inputs.principalType];
  });
  expect(grants).toEqual([
    [`${provider}/Microsoft.Storage/storageAccounts/stdevscrx7k2p9`, "69566ab7-960f-475b-8e7c-b3118f30c6bd", PRINCIPAL, "ServicePrincipal"],
    [`${storageId}/blobServices/default/containers/${container}`, "ba92f5b4-2d11-453d-a403-e96b0029c9fe", PRINCIPAL, "ServicePrincipal"],
    [tokenSecretId, "4633458b-17de-408a-b874-0445c86b69e6", PRINCIPAL, "ServicePrincipal"],
  ]);
});

test("The outputs name subnet, identity, storage account and secret.", async () => {
  const { outputs } = await make({ args: { tokenSecretId } });
  expect(outputs.scripts).toEqual({
    subnetId: `${provider}/Microsoft.Network/virtualNetworks/vnet-dev-x7k2p9/subnets/scripts`,
    identityId: `${provider}/Microsoft.ManagedIdentity/userAssignedIdentities/id-dev-scripts-x7k2p9`,
    storageAccount: "stdevscrx7k2p9",
    tokenSecretId,
  });
});

test("Without a token, with `roles: external` and with `privateEndpoints: policy`, only the remaining resources are created.", async () => {
  const warn = jest.spyOn(pulumi.log, "warn").mockImplementation(async () => {});
  expect(own(await make()).filter((line) => line.includes("RoleAssignment"))).toHaveLength(2);
  const external = await make({ args: { roles: "external", privateEndpoints: undefined, tokenSecretId } });
  expect(own(external)).toEqual([
    "scripts-identity-isolation: resources:Deployment",
    "scripts-identity: managedidentity:UserAssignedIdentity",
    "scripts-nat: network:NatGateway",
    "scripts-nsg: network:NetworkSecurityGroup",
    "scripts-public-ip: network:PublicIPAddress",
    "scripts-storage: storage:StorageAccount",
    "scripts-subnet: network:Subnet",
    "scripts: moor:index:ScriptEnvironment",
  ]);
  expect(own(await make({ dns: "policy" }))).not.toContain("scripts-file-endpoint-dns: network:PrivateDnsZoneGroup");
  const warnings = warn.mock.calls.map(([text]) =>
    /the role (.+) \(roles: external\)|no zone group with (\S+)\./.exec(text)?.slice(1).join(""),
  );
  expect(warnings).toEqual([
    "Storage File Data Privileged Contributor",
    "Storage Blob Data Contributor",
    "Key Vault Secrets User",
    "privatelink.file.core.windows.net",
  ]);
  warn.mockRestore();
});

test.each([
  ["10.40.0.0/22", "10.40.0.64/26"],
  ["10.40.0.0/24", "10.40.0.64/26"],
  ["10.40.0.128/25", "10.40.0.192/26"],
  ["10.0.0.0/8", "10.0.0.64/26"],
])("The subnet of scripts in %s is %s", (space, subnet) => {
  expect(scriptSubnet(space)).toBe(subnet);
});

test.each(["10.40.0.0/26", "10.40.0.64/28"])("%s has no room for the subnet", (space) => {
  expect(() => scriptSubnet(space)).toThrow(`The address space ${space} has no room for a subnet for deployment scripts`);
});

test.each([
  ["publicNetworkAccess", "Enabled"],
  ["allowBlobPublicAccess", true],
])("A transform can't loosen %s of the storage account.", async (property, value) => {
  await expect(make({ args: { transform: { storage: { [property]: value } } } })).rejects.toThrow(`a transform sets ${property}`);
});

describe("an adopted subnet", () => {
  const subnet = { existing: { subnetId: existing } };
  const delegated = (serviceName?: string) => ({
    [existing]: { id: existing, properties: serviceName === undefined ? {} : { delegations: [{ properties: { serviceName } }] } },
  });
  let azure: FakeAzure | undefined;
  let logs: jest.SpyInstance;
  let exit: jest.SpyInstance;
  /** Resolves when the program ends the process. */
  let exited: Promise<void>;
  beforeEach(() => {
    logs = jest.spyOn(pulumi.log, "error").mockImplementation(async () => {});
    exited = new Promise((resolve) => {
      exit = jest.spyOn(process, "exit").mockImplementation(() => {
        resolve();
        return new Promise(() => {}) as never;
      });
    });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await azure?.close();
  });

  test("is used as given, without NAT gateway, public IP address and security group", async () => {
    azure = await serveAzure(delegated("Microsoft.ContainerInstance/containerGroups"));
    const recording = await make({ subnet });
    expect(own(recording)).toEqual([
      "scripts-file-endpoint-dns: network:PrivateDnsZoneGroup",
      "scripts-file-endpoint: network:PrivateEndpoint",
      "scripts-files: authorization:RoleAssignment",
      "scripts-identity-isolation: resources:Deployment",
      "scripts-identity: managedidentity:UserAssignedIdentity",
      "scripts-storage: storage:StorageAccount",
      "scripts-weights: authorization:RoleAssignment",
      "scripts: moor:index:ScriptEnvironment",
    ]);
    expect(recording.outputs.scripts).toMatchObject({ subnetId: existing });
    expect(exit).not.toHaveBeenCalled();
  });

  test.each<[why: string, shown: Record<string, object>, message: RegExp]>([
    ["doesn't exist", {}, /the subnet \S+ doesn't exist\. Correct scriptsSubnetId/],
    ["isn't delegated", delegated(), /is not delegated\. Required: a delegation to Microsoft\.ContainerInstance\/containerGroups/],
    ["is delegated to another service", delegated("Microsoft.Web/serverFarms"), /is delegated to Microsoft\.Web\/serverFarms\. Required/],
  ])("that %s ends the run with one message", async (_, shown, message) => {
    azure = await serveAzure(shown);
    await Promise.race([make({ subnet }), exited]);
    expect(exit).toHaveBeenCalledWith(32);
    expect(logs.mock.calls.map(([text]) => text)).toEqual([expect.stringMatching(message)]);
  });
});
