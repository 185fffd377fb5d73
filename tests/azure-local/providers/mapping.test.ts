// Proves that inputs are converted to bodies that match the ARM schemas, and back. Does not prove that azure-native maps in the same way:
// the rules were compared with its SDK's declarations, not with the plugin.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { previewOutputs, toBody, toOutputs, writableOutputs } from "../../../azure-local/providers/mapping";
import { armType, type ResourceType, resourceType } from "../../../azure-local/providers/metadata";
import { resourceTypes } from "../../../azure-local/providers/resourceTypes";
import { isObject, isSecret, type Properties, plainProperties, UNKNOWN, type Value } from "../../../azure-local/providers/wire";
import { sampleInputs, sampleName } from "./samples";

const SCHEMAS = join(__dirname, "../../../azure-local/arm/schemas");
const tokens = Object.keys(resourceTypes);
const typed = tokens.filter((token) => token !== "resources:Resource");
const KINDS: Record<string, string> = { "resources:AzureCliScript": "AzureCLI", "resources:AzurePowerShellScript": "AzurePowerShell" };

const ajv = new Ajv2020({ strict: true, allErrors: true });
for (const keyword of ["x-source", "x-resource-type", "x-api-version", "x-discriminator", "x-open", "x-sensitive"]) ajv.addKeyword(keyword);

function schemaFile(type: ResourceType): string {
  return `${(type.row.schemaType ?? armType(type.row.path)).replaceAll("/", ".")}@${type.apiVersion}.json`;
}

function problems(type: ResourceType, body: Properties): string[] {
  const schema = JSON.parse(readFileSync(join(SCHEMAS, schemaFile(type)), "utf8"));
  const validate = ajv.getSchema(schema.$id) ?? ajv.compile(schema);
  const root = type.inputSchema.root(body);
  const located = root.schema.required?.includes("location") ? { location: "swedencentral" } : {};
  if (validate({ name: sampleName(type), ...located, ...body })) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
}

describe("the table of resource types", () => {
  /** Schemas of API versions that templates write, and of types that only other tools create: the residency statement reads them. */
  const withoutToken = [
    "Microsoft.ContainerRegistry.registries@2025-11-01.json",
    "Microsoft.ManagedIdentity.userAssignedIdentities@2024-11-30.json",
    "Microsoft.ContainerRegistry.registries.cacheRules@2025-11-01.json",
    "Microsoft.ContainerRegistry.registries.connectedRegistries@2025-11-01.json",
    "Microsoft.ContainerRegistry.registries.scopeMaps@2025-11-01.json",
    "Microsoft.ContainerRegistry.registries.tokens@2025-11-01.json",
    "Microsoft.ContainerRegistry.registries.webhooks@2025-11-01.json",
    "Microsoft.EventGrid.eventSubscriptions@2025-02-15.json",
    "Microsoft.OperationalInsights.workspaces.dataExports@2023-09-01.json",
    "Microsoft.OperationalInsights.workspaces.linkedStorageAccounts@2023-09-01.json",
    "Microsoft.Storage.storageAccounts.managementPolicies@2024-01-01.json",
    "Microsoft.Storage.storageAccounts.objectReplicationPolicies@2024-01-01.json",
  ];

  test("has a row for each of the 53 schemas, and each schema has the API version of the SDK", () => {
    const files = readdirSync(SCHEMAS).filter((file) => file.endsWith(".json"));
    const used = new Set(typed.map((token) => schemaFile(resourceType(token))));
    expect(used.size).toBe(53);
    expect([...used, ...withoutToken].sort()).toEqual(files.sort());
  });

  test("maps each input of the SDK to the body, except inputs that are not part of it", () => {
    const homeless = tokens.flatMap((token) => {
      const type = resourceType(token);
      const root = type.inputSchema.root({ kind: KINDS[token] ?? "" });
      const body = new Set(
        type.inputSchema
          .properties(root)
          .filter(({ readOnly }) => !readOnly)
          .map(({ sdk }) => sdk),
      );
      return type.inputs.filter((name) => !body.has(name) && !type.pathParameters.includes(name)).map((name) => `${token} ${name}`);
    });
    expect(homeless.sort()).toEqual([
      "machinelearningservices:Datastore skipValidation",
      "network:NatGateway id",
      "network:NetworkSecurityGroup id",
      "network:PrivateDnsZoneGroup id",
      "network:PrivateDnsZoneGroup name",
      "network:PrivateEndpoint id",
      "network:PublicIPAddress id",
      "network:Subnet id",
      "network:Subnet name",
      "network:Subnet type",
      "network:VirtualNetwork id",
      "resources:Resource apiVersion",
    ]);
  });

  test("finds each output of the SDK in the body", () => {
    const missing = tokens.flatMap((token) => {
      const type = resourceType(token);
      const root = type.outputSchema.root({ kind: KINDS[token] ?? "" });
      const body = new Set(type.outputSchema.properties(root).map(({ sdk }) => sdk));
      return type.outputs.filter((name) => name !== "azureApiVersion" && !body.has(name)).map((name) => `${token} ${name}`);
    });
    expect(missing).toEqual([]);
  });

  test("maps no body property to an input that the SDK does not have", () => {
    const extra = tokens.flatMap((token) => {
      const type = resourceType(token);
      const root = type.inputSchema.root({ kind: KINDS[token] ?? "" });
      const writable = type.inputSchema.properties(root).filter(({ readOnly }) => !readOnly);
      return writable.filter(({ sdk }) => !type.inputs.includes(sdk)).map(({ sdk }) => `${token} ${sdk}`);
    });
    expect(extra).toEqual([]);
  });
});

describe("inputs are converted to a body and back", () => {
  test.each(typed)("%s with all inputs", (token) => {
    const type = resourceType(token);
    const samples = sampleInputs(type, KINDS[token]);
    expect(samples.length).toBeGreaterThan(0);
    for (const inputs of samples) {
      const body = toBody(type.inputSchema, inputs);
      expect(problems(type, body)).toEqual([]);
      expect(writableOutputs(type.inputSchema, plainProperties(toOutputs(type.inputSchema, body)))).toEqual(
        without(WRITE_ONLY[token] ?? [], inputs),
      );
    }
  });
});

// Responses never contain these, so they can't be converted back.
const WRITE_ONLY: Record<string, string[]> = {
  "keyvault:Vault": ["createMode"],
  "machinelearningservices:Datastore": ["secrets"],
  "machinelearningservices:OnlineEndpoint": ["keys"],
  "resources:Deployment": ["expressionEvaluationOptions", "template"],
};

function without(names: readonly string[], value: Value): Value {
  if (Array.isArray(value)) return value.map((item) => without(names, item));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !names.includes(name))
      .map(([name, item]) => [name, without(names, item)]),
  );
}

const ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network";
const IDENTITY = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/chat";

/** Inputs as in a program, and the documented body for ARM. */
const exact: Record<string, { inputs: Properties; body: Properties }> = {
  "storage:StorageAccount": {
    inputs: {
      accountName: "moor",
      resourceGroupName: "g",
      kind: "StorageV2",
      sku: { name: "Standard_ZRS" },
      enableHttpsTrafficOnly: true,
      enableNfsV3: false,
      networkRuleSet: { bypass: "AzureServices", defaultAction: "Deny", ipRules: [{ iPAddressOrRange: "10.0.0.1" }] },
      encryption: { encryptionIdentity: { encryptionUserAssignedIdentity: IDENTITY }, keySource: "Microsoft.Storage" },
    },
    body: {
      kind: "StorageV2",
      sku: { name: "Standard_ZRS" },
      properties: {
        supportsHttpsTrafficOnly: true,
        isNfsV3Enabled: false,
        networkAcls: { bypass: "AzureServices", defaultAction: "Deny", ipRules: [{ value: "10.0.0.1" }] },
        encryption: { identity: { userAssignedIdentity: IDENTITY }, keySource: "Microsoft.Storage" },
      },
    },
  },
  "machinelearningservices:Workspace": {
    inputs: {
      workspaceName: "w",
      resourceGroupName: "g",
      location: "swedencentral",
      identity: { type: "UserAssigned", userAssignedIdentities: [IDENTITY] },
      managedNetwork: {
        isolationMode: "AllowOnlyApprovedOutbound",
        outboundRules: { hub: { type: "FQDN", destination: "huggingface.co", category: "UserDefined" } },
      },
      provisionNetworkNow: true,
    },
    body: {
      location: "swedencentral",
      identity: { type: "UserAssigned", userAssignedIdentities: { [IDENTITY]: {} } },
      properties: {
        managedNetwork: {
          isolationMode: "AllowOnlyApprovedOutbound",
          outboundRules: { hub: { type: "FQDN", destination: "huggingface.co", category: "UserDefined" } },
        },
        provisionNetworkNow: true,
      },
    },
  },
  "machinelearningservices:OnlineEndpoint": {
    inputs: {
      endpointName: "chat",
      workspaceName: "w",
      resourceGroupName: "g",
      location: "swedencentral",
      identity: { type: "UserAssigned", userAssignedIdentities: [IDENTITY] },
      properties: { authMode: "Key", publicNetworkAccess: "Disabled", traffic: { main: 100 }, properties: { moor: "yes" } },
    },
    body: {
      location: "swedencentral",
      identity: { type: "UserAssigned", userAssignedIdentities: { [IDENTITY]: {} } },
      properties: { authMode: "Key", publicNetworkAccess: "Disabled", traffic: { main: 100 }, properties: { moor: "yes" } },
    },
  },
  "network:PrivateEndpoint": {
    inputs: {
      privateEndpointName: "pe",
      resourceGroupName: "g",
      subnet: { id: `${ID}/virtualNetworks/v/subnets/s` },
      privateLinkServiceConnections: [{ name: "ws", privateLinkServiceId: "/w", groupIds: ["amlworkspace"] }],
    },
    body: {
      properties: {
        subnet: { id: `${ID}/virtualNetworks/v/subnets/s` },
        privateLinkServiceConnections: [{ name: "ws", properties: { privateLinkServiceId: "/w", groupIds: ["amlworkspace"] } }],
      },
    },
  },
  "network:PrivateDnsZoneGroup": {
    inputs: {
      privateDnsZoneGroupName: "default",
      privateEndpointName: "pe",
      resourceGroupName: "g",
      privateDnsZoneConfigs: [{ name: "api", privateDnsZoneId: `${ID}/privateDnsZones/z` }],
    },
    body: { properties: { privateDnsZoneConfigs: [{ name: "api", properties: { privateDnsZoneId: `${ID}/privateDnsZones/z` } }] } },
  },
  "network:VirtualNetwork": {
    inputs: {
      virtualNetworkName: "v",
      resourceGroupName: "g",
      addressSpace: { addressPrefixes: ["10.40.0.0/22"] },
      subnets: [{ name: "pe", addressPrefix: "10.40.0.0/24", delegations: [{ name: "d", serviceName: "Microsoft.Web/serverFarms" }] }],
    },
    body: {
      properties: {
        addressSpace: { addressPrefixes: ["10.40.0.0/22"] },
        subnets: [
          {
            name: "pe",
            properties: {
              addressPrefix: "10.40.0.0/24",
              delegations: [{ name: "d", properties: { serviceName: "Microsoft.Web/serverFarms" } }],
            },
          },
        ],
      },
    },
  },
  "network:Subnet": {
    inputs: {
      subnetName: "scripts",
      virtualNetworkName: "v",
      resourceGroupName: "g",
      addressPrefix: "10.40.1.0/28",
      natGateway: { id: `${ID}/natGateways/out` },
      delegations: [{ name: "scripts", serviceName: "Microsoft.ContainerInstance/containerGroups" }],
      defaultOutboundAccess: false,
    },
    body: {
      properties: {
        addressPrefix: "10.40.1.0/28",
        natGateway: { id: `${ID}/natGateways/out` },
        delegations: [{ name: "scripts", properties: { serviceName: "Microsoft.ContainerInstance/containerGroups" } }],
        defaultOutboundAccess: false,
      },
    },
  },
  "network:NatGateway": {
    inputs: {
      natGatewayName: "out",
      resourceGroupName: "g",
      location: "swedencentral",
      sku: { name: "Standard" },
      publicIpAddresses: [{ id: `${ID}/publicIPAddresses/out` }],
      idleTimeoutInMinutes: 10,
    },
    body: {
      location: "swedencentral",
      sku: { name: "Standard" },
      properties: { publicIpAddresses: [{ id: `${ID}/publicIPAddresses/out` }], idleTimeoutInMinutes: 10 },
    },
  },
  "network:PublicIPAddress": {
    inputs: {
      publicIpAddressName: "out",
      resourceGroupName: "g",
      location: "swedencentral",
      sku: { name: "Standard" },
      publicIPAllocationMethod: "Static",
      publicIPAddressVersion: "IPv4",
      zones: ["1", "2", "3"],
    },
    body: {
      location: "swedencentral",
      sku: { name: "Standard" },
      zones: ["1", "2", "3"],
      properties: { publicIPAllocationMethod: "Static", publicIPAddressVersion: "IPv4" },
    },
  },
  "applicationinsights:Component": {
    inputs: {
      resourceName: "i",
      resourceGroupName: "g",
      kind: "web",
      location: "swedencentral",
      applicationType: "web",
      workspaceResourceId: "/logs",
      disableLocalAuth: true,
      publicNetworkAccessForQuery: "Disabled",
    },
    body: {
      kind: "web",
      location: "swedencentral",
      properties: {
        Application_Type: "web",
        WorkspaceResourceId: "/logs",
        DisableLocalAuth: true,
        publicNetworkAccessForQuery: "Disabled",
      },
    },
  },
  "authorization:RoleDefinition": {
    inputs: {
      roleDefinitionId: "x",
      scope: "/subscriptions/s",
      roleName: "Scorer",
      roleType: "CustomRole",
      permissions: [{ actions: ["a/b"] }],
    },
    body: { properties: { roleName: "Scorer", type: "CustomRole", permissions: [{ actions: ["a/b"] }] } },
  },
  "monitor:MetricAlert": {
    inputs: {
      ruleName: "r",
      resourceGroupName: "g",
      location: "global",
      severity: 2,
      enabled: true,
      scopes: ["/e"],
      evaluationFrequency: "PT1M",
      windowSize: "PT5M",
      criteria: { odataType: "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria", allOf: [] },
    },
    body: {
      location: "global",
      properties: {
        severity: 2,
        enabled: true,
        scopes: ["/e"],
        evaluationFrequency: "PT1M",
        windowSize: "PT5M",
        criteria: { "odata.type": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria", allOf: [] },
      },
    },
  },
  "monitor:AutoscaleSetting": {
    inputs: {
      autoscaleSettingName: "scale",
      resourceGroupName: "g",
      location: "swedencentral",
      name: "scale",
      enabled: true,
      profiles: [],
    },
    body: { location: "swedencentral", properties: { name: "scale", enabled: true, profiles: [] } },
  },
  "keyvault:Secret": {
    inputs: {
      secretName: "hf",
      vaultName: "v",
      resourceGroupName: "g",
      properties: { value: "x", attributes: { expires: 1, notBefore: 0 } },
    },
    body: { properties: { value: "x", attributes: { exp: 1, nbf: 0 } } },
  },
  "machinelearningservices:Compute": {
    inputs: {
      computeName: "c",
      workspaceName: "w",
      resourceGroupName: "g",
      properties: { computeType: "AmlCompute", properties: { vmSize: "Standard_DS3_v2" } },
    },
    body: { properties: { computeType: "AmlCompute", properties: { vmSize: "Standard_DS3_v2" } } },
  },
  "containerregistry:Registry": {
    inputs: {
      registryName: "r",
      resourceGroupName: "g",
      sku: { name: "Premium" },
      location: "swedencentral",
      networkRuleSet: { defaultAction: "Deny", ipRules: [{ iPAddressOrRange: "10.0.0.1", action: "Allow" }] },
    },
    body: {
      sku: { name: "Premium" },
      location: "swedencentral",
      properties: { networkRuleSet: { defaultAction: "Deny", ipRules: [{ value: "10.0.0.1", action: "Allow" }] } },
    },
  },
};

describe("the body of", () => {
  test.each(Object.entries(exact))("%s is exactly ARM's", (token, { body, inputs }) => {
    const type = resourceType(token);
    expect(toBody(type.inputSchema, inputs)).toEqual(body);
    expect(problems(type, body)).toEqual([]);
  });

  test("a flattened type without any property still has properties if ARM requires them", () => {
    const type = resourceType("machinelearningservices:Workspace");
    expect(toBody(type.inputSchema, { workspaceName: "w", resourceGroupName: "g" })).toEqual({ properties: {} });
  });

  test("a type that allows any property keeps properties that its schema does not define", () => {
    const type = resourceType("operationalinsights:Workspace");
    expect(toBody(type.inputSchema, { features: { disableLocalAuth: true } })).toEqual({
      properties: { features: { disableLocalAuth: true } },
    });
  });

  test("inputs that the SDK does not have are omitted", () => {
    const type = resourceType("network:Subnet");
    expect(toBody(type.inputSchema, { addressPrefix: "10.0.0.0/24", madeUp: 1 })).toEqual({ properties: { addressPrefix: "10.0.0.0/24" } });
  });

  test("the generic resource is unchanged, except that its identities become a map", () => {
    const type = resourceType("resources:Resource");
    const inputs = {
      apiVersion: "2025-12-01",
      resourceName: "1",
      properties: { image: "x" },
      identity: { type: "UserAssigned", userAssignedIdentities: [IDENTITY] },
    };
    expect(toBody(type.inputSchema, inputs)).toEqual({
      properties: { image: "x" },
      identity: { type: "UserAssigned", userAssignedIdentities: { [IDENTITY]: {} } },
    });
  });
});

describe("outputs", () => {
  test("of an autoscale setting contain properties, as the SDK declares them", () => {
    const type = resourceType("monitor:AutoscaleSetting");
    const body = { id: "/i", name: "scale", properties: { enabled: true, profiles: [] } };
    expect(toOutputs(type.outputSchema, body)).toEqual({ id: "/i", name: "scale", properties: { enabled: true, profiles: [] } });
  });

  test("contain sensitive values as secrets", () => {
    const type = resourceType("machinelearningservices:Compute");
    const body = { properties: { computeType: "AKS", properties: { sslConfiguration: { cert: "pem", cname: "c" } } } };
    const outputs = toOutputs(type.outputSchema, body);
    const ssl = (outputs.properties as { properties: { sslConfiguration: Properties } }).properties.sslConfiguration;
    expect(isSecret(ssl.cert)).toBe(true);
    expect(ssl.cname).toBe("c");
  });

  test("in a preview are the inputs and otherwise unknown", () => {
    const type = resourceType("machinelearningservices:OnlineEndpoint");
    const inputs = { endpointName: "chat", location: "swedencentral", properties: { authMode: "Key" } };
    const preview = previewOutputs(type.inputSchema, inputs, type.outputs);
    expect(preview.location).toBe("swedencentral");
    expect(preview.systemData).toBe(UNKNOWN);
    expect(preview.properties).toMatchObject({ authMode: "Key", scoringUri: UNKNOWN, traffic: UNKNOWN });
    expect(preview.properties).not.toHaveProperty("keys");
  });

  test("in a preview contain union members unchanged", () => {
    const type = resourceType("machinelearningservices:OnlineDeployment");
    const properties = { endpointComputeType: "Managed", instanceType: "Standard_DS3_v2" };
    expect(previewOutputs(type.inputSchema, { properties }, ["properties"])).toEqual({ properties });
  });
});
