/** Stores and services that a workspace uses: its own resources, datastores, connections and computes. */
import { clouds } from "../../azure/clouds";
import { armTypeOf } from "../../azure/resourceTypes";
import { at, type RuleResource } from "../resource";
import { checked, propertyRule, type Rule, type RuleContext } from "../rule";
import { isOpaque, type Value } from "../values";
import { byId, byIdOrHost, flowCheck, flowRules } from "./flows";
import { judgeHost } from "./host";
import { holds, type Judgement, opaque, violated } from "./judgement";

const workspace = armTypeOf("machinelearningservices:Workspace");
const endpoint = armTypeOf("machinelearningservices:OnlineEndpoint");
const deployment = armTypeOf("machinelearningservices:OnlineDeployment");

/** Services of a storage account, by the type of the datastore. Source: azure-rest-api-specs, machinelearningservices 2025-12-01. */
const DATASTORE_SERVICES: Readonly<Record<string, string>> = { azureblob: "blob", azurefile: "file", azuredatalakegen2: "dfs" };

/** Datastores: storage that jobs and deployments read and write. */
const datastoreRule: Rule = {
  code: "MOOR419",
  types: [armTypeOf("machinelearningservices:Datastore")],
  check(resource, context) {
    const [property, account] = accountOf(resource);
    const judgement = judgeAccount(resource, account, context);
    return [flowCheck({ code: "MOOR419", flow: "Data is stored in and loaded from" }, resource, property, account, judgement, context)];
  },
};

function accountOf(resource: RuleResource): readonly [property: string, value: Value] {
  const account = at(resource, "properties.accountName");
  if (account !== undefined && account !== null) return ["properties.accountName", account];
  const store = at(resource, "properties.storeName");
  return store === undefined || store === null
    ? ["properties.datastoreType", at(resource, "properties.datastoreType")]
    : ["properties.storeName", store];
}

function judgeAccount(resource: RuleResource, account: Value, context: RuleContext): Judgement {
  const type = at(resource, "properties.datastoreType");
  const unreadable = opaque(account) ?? opaque(type);
  if (unreadable !== undefined) return unreadable;
  const service = typeof type === "string" ? DATASTORE_SERVICES[type.toLowerCase()] : undefined;
  if (service === undefined || typeof account !== "string") return violated("is not a storage account of Azure");
  const domain = at(resource, "properties.endpoint") ?? clouds.AzureCloud.storageDomain;
  return typeof domain === "string"
    ? judgeHost(`${account}.${service}.${domain}`, context)
    : (opaque(domain) ?? violated("has no valid domain"));
}

export const storeRules: readonly Rule[] = [
  ...flowRules([
    {
      code: "MOOR419",
      types: [workspace],
      properties: [
        "properties.storageAccount",
        "properties.keyVault",
        "properties.containerRegistry",
        "properties.applicationInsights",
        "properties.hubResourceId",
        "properties.associatedWorkspaces.*",
        "properties.workspaceHubConfig.additionalWorkspaceStorageAccounts.*",
        "properties.encryption.cosmosDbResourceId",
        "properties.encryption.storageAccountResourceId",
        "properties.encryption.searchAccountResourceId",
      ],
      flow: "The workspace stores data in",
      judge: byId,
    },
    {
      code: "MOOR419",
      types: [workspace],
      properties: ["properties.serverlessComputeSettings.serverlessComputeCustomSubnet"],
      flow: "Jobs run in",
      judge: byId,
    },
    {
      code: "MOOR419",
      types: [`${workspace}/connections`],
      properties: ["properties.target", "properties.metadata.ResourceId"],
      flow: "Data is sent to and loaded from",
      judge: byIdOrHost,
    },
    {
      code: "MOOR419",
      types: [endpoint, `${workspace}/batchEndpoints/deployments`],
      properties: ["properties.compute"],
      flow: "Requests are processed in",
      judge: (value, context, resource) => (value === "" ? holds : byId(value, context, resource)),
    },
    {
      code: "MOOR419",
      types: [`${workspace}/computes`],
      properties: ["properties.resourceId", "properties.properties.subnet.id"],
      flow: "Requests and jobs are processed in",
      judge: byId,
    },
  ]),
  datastoreRule,
  // Kubernetes is attached by its owner, in any place.
  propertyRule({
    code: "MOOR419",
    types: [deployment],
    property: "properties.endpointComputeType",
    allowed: ["Managed"],
    consequence: "requests are processed on a cluster whose region is not proved",
  }),
  // Source: Azure docs, ai-services/openai/how-to/deployment-types (2025).
  propertyRule({
    code: "MOOR419",
    types: ["Microsoft.CognitiveServices/accounts/deployments"],
    property: "sku.name",
    allowed: ["Standard", "ProvisionedManaged"],
    consequence: "Azure processes requests in other regions",
    remedy: "Use a deployment type of one region: `Standard` or `ProvisionedManaged`.",
  }),
  kubernetesRule(),
];

/** Clusters outside Azure: Azure Arc. */
function kubernetesRule(): Rule {
  return {
    code: "MOOR419",
    types: [`${workspace}/computes`],
    check(resource) {
      const property = "properties.computeType";
      const type = at(resource, property);
      const outcome = isOpaque(type) ? "unknown" : typeof type === "string" && IN_AZURE.has(type.toLowerCase()) ? "holds" : "violated";
      const text = {
        problem: "Azure Machine Learning doesn't create this compute, so its region is not proved.",
        allowed: "AmlCompute or ComputeInstance",
      };
      return [checked("MOOR419", outcome, resource, property, type, text)];
    },
  };
}

const IN_AZURE: ReadonlySet<string> = new Set(["amlcompute", "computeinstance"]);
