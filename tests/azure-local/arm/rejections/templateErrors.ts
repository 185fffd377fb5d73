import { paths } from "../platform";
import { but, type Request, type Scene } from "./rejectedRequest";

/** An invalid request from a public template or from the Azure CLI's YAML, and the corrected request. */
export interface TemplateError {
  readonly case: string;
  /** Status and Azure's code. */
  readonly answer: string;
  /** Text that the error message contains. */
  readonly message: string;
  /** Source of the requirement. */
  readonly source: string;
  rejected(scene: Scene): Request;
  accepted(scene: Scene): Request;
}

const SPECIFICATION = "Azure REST specification, machinelearningservices 2025-12-01";
const YAML = "Azure docs, machine-learning/reference-yaml-deployment-managed-online: property names of the CLI's YAML, not of ARM";
const CONTENT = "400 InvalidRequestContent";

const deployment = paths.deployment.replace("main-1", "main-2");
const endpoint = paths.endpoint.replace("chat-dev", "next-dev");
const environment = paths.environment.replace("versions/1", "versions/2");
const model = paths.model.replace("versions/1", "versions/2");

type Name = "deployment" | "endpoint" | "environment" | "model" | "workspace";
const BELOW: Readonly<Record<Name, string>> = { deployment, endpoint, environment, model, workspace: paths.workspace };

/** The body with one invalid value. The accepted request has a valid value, or omits it. */
function wrong(
  name: Name,
  path: string,
  value: unknown,
  right?: readonly [path: string, value: unknown],
): Pick<TemplateError, "rejected" | "accepted"> {
  return {
    rejected: ({ body }) => ["PUT", BELOW[name], but(body[name] as never, path, value)],
    accepted: ({ body }) => ["PUT", BELOW[name], right ? but(body[name] as never, ...right) : body[name]],
  };
}

const unknown = (name: Name, path: string, value: unknown, right?: readonly [string, unknown]) => ({
  answer: CONTENT,
  message: `Could not find member '${path.replaceAll("/", ".")}'`,
  ...wrong(name, path, value, right),
});

export const TEMPLATE_ERRORS: readonly TemplateError[] = [
  {
    case: "instances as a property of the deployment",
    source: YAML,
    ...unknown("deployment", "properties/instanceCount", 2, ["sku/capacity", 2]),
  },
  {
    case: "the environment with the YAML's property name",
    source: YAML,
    ...unknown("deployment", "properties/environment", "azureml:vllm:1"),
  },
  {
    case: "container settings on the deployment",
    source: "Azure docs, machine-learning/how-to-deploy-custom-container: image and routes belong to the environment",
    ...unknown("deployment", "properties/container", { image: "registry01.azurecr.io/vllm:1", port: 8000 }),
  },
  {
    case: "a command for the container",
    source: `${SPECIFICATION}: no property for a container's command or arguments`,
    ...unknown("deployment", "properties/command", ["vllm", "serve"]),
  },
  {
    case: "routes on the deployment",
    source: "Azure docs, machine-learning/how-to-deploy-custom-container: image and routes belong to the environment",
    ...unknown("deployment", "properties/inferenceConfig", { scoringRoute: { path: "/score", port: 8000 } }),
  },
  {
    case: "request settings in snake case",
    source: YAML,
    ...unknown("deployment", "properties/request_settings", { request_timeout_ms: 90000 }),
  },
  {
    case: "a model as an object",
    source: SPECIFICATION,
    answer: CONTENT,
    message: "'properties.model' must be string",
    ...wrong("deployment", "properties/model", { path: "./models" }),
  },
  {
    case: "seconds instead of a duration",
    source: `${SPECIFICATION}: probes use ISO 8601 durations`,
    answer: CONTENT,
    message: "'properties.readinessProbe.initialDelay' must be string",
    ...wrong("deployment", "properties/readinessProbe", { initialDelay: 600 }, ["properties/readinessProbe", { initialDelay: "PT600S" }]),
  },
  {
    case: "a timeout that is not an ISO 8601 duration",
    source: "Azure docs, machine-learning/how-to-manage-quotas: at most 180 seconds, as ISO 8601",
    answer: "400 BadArgument",
    message: "'90s'",
    ...wrong("deployment", "properties/requestSettings/requestTimeout", "90s", ["properties/requestSettings/requestTimeout", "PT90S"]),
  },
  {
    case: "a number as an environment variable",
    source: `${SPECIFICATION}: a map of strings`,
    answer: CONTENT,
    message: "'properties.environmentVariables.WORKER_COUNT' must be string",
    ...wrong("deployment", "properties/environmentVariables", { WORKER_COUNT: 4 }, [
      "properties/environmentVariables",
      { WORKER_COUNT: "4" },
    ]),
  },
  {
    case: "a deployment without endpointComputeType",
    source: `${SPECIFICATION}: endpointComputeType distinguishes managed from Kubernetes`,
    answer: CONTENT,
    message: "endpointComputeType",
    ...wrong("deployment", "properties/endpointComputeType", undefined),
  },
  {
    case: "a size without its prefix",
    source: "Azure docs, machine-learning/reference-managed-online-endpoints-vm-sku-list",
    answer: "400 BadArgument",
    message: "'NC24ads_A100_v4'",
    ...wrong("deployment", "properties/instanceType", "NC24ads_A100_v4"),
  },
  {
    case: "traffic at creation",
    source: "Azure docs, machine-learning/reference-yaml-endpoint-online: every key is an existing deployment",
    answer: "400 BadArgument",
    message: "Its deployments: none",
    ...wrong("endpoint", "properties/traffic", { main: 100 }),
  },
  {
    case: "AADToken misspelled",
    source: `${SPECIFICATION}: AMLToken, Key, AADToken`,
    answer: "400 BadArgument",
    message: "'aad_token'",
    ...wrong("endpoint", "properties/authMode", "aad_token", ["properties/authMode", "AADToken"]),
  },
  {
    case: "the auth mode in snake case",
    source: "Azure docs, machine-learning/reference-yaml-endpoint-online: property names of the CLI's YAML, not of ARM",
    ...unknown("endpoint", "properties/auth_mode", "key"),
  },
  {
    case: "no auth mode",
    source: `${SPECIFICATION}: required`,
    answer: CONTENT,
    message: "Required property 'properties.authMode' not found",
    ...wrong("endpoint", "properties/authMode", undefined),
  },
  {
    case: "public network access as a boolean",
    source: SPECIFICATION,
    answer: CONTENT,
    message: "'properties.publicNetworkAccess' must be string",
    ...wrong("endpoint", "properties/publicNetworkAccess", false),
  },
  {
    case: "identities as a list, as in the Pulumi SDK",
    source: `${SPECIFICATION}: a map by ID`,
    answer: CONTENT,
    message: "'identity.userAssignedIdentities' must be object",
    rejected: ({ body, id }) => ["PUT", endpoint, but(body.endpoint, "identity/userAssignedIdentities", [id(paths.identity)])],
    accepted: ({ body }) => ["PUT", endpoint, body.endpoint],
  },
  {
    case: "an endpoint without a location",
    source: `${SPECIFICATION}: required`,
    answer: CONTENT,
    message: "Required property 'location' not found",
    ...wrong("endpoint", "location", undefined),
  },
  {
    case: "traffic weights as strings",
    source: `${SPECIFICATION}: integers`,
    answer: CONTENT,
    message: "'properties.traffic.main-1' must be integer",
    rejected: ({ body }) => ["PUT", paths.endpoint, but(body.endpoint, "properties/traffic", { "main-1": "100" })],
    accepted: ({ body }) => ["PUT", paths.endpoint, but(body.endpoint, "properties/traffic", { "main-1": 100 })],
  },
  {
    case: "a route without a port",
    source: `${SPECIFICATION}: path and port are required`,
    answer: CONTENT,
    message: "Required property 'properties.inferenceConfig.scoringRoute.port' not found",
    ...wrong("environment", "properties/inferenceConfig/scoringRoute", { path: "/score" }),
  },
  {
    case: "environment variables on the environment",
    source: `${SPECIFICATION}: they belong to the deployment`,
    ...unknown("environment", "properties/environmentVariables", { A: "1" }),
  },
  { case: "a model by its path", source: YAML, ...unknown("model", "properties/path", "./models") },
  {
    case: "a workspace's key vault with another property name",
    source: SPECIFICATION,
    ...unknown("workspace", "properties/keyVaultId", "vault01"),
  },
  {
    case: "a workspace's storage by name",
    source: "Azure docs, machine-learning/how-to-manage-workspace: resource IDs",
    answer: "400 ValidationError",
    message: "'storage01'",
    ...wrong("workspace", "properties/storageAccount", "storage01"),
  },
  {
    case: "no API version",
    source: "Azure docs, azure-resource-manager/troubleshooting/error-invalid-template",
    answer: "400 MissingApiVersionParameter",
    message: "?api-version=",
    rejected: ({ body }) => ["PUT", endpoint, body.endpoint, ""],
    accepted: ({ body }) => ["PUT", endpoint, body.endpoint],
  },
  {
    case: "an unknown API version",
    source: "Azure docs, azure-resource-manager/troubleshooting/error-register-resource-provider",
    answer: "400 NoRegisteredProviderFound",
    message: "2023-13-01",
    rejected: ({ body }) => ["PUT", endpoint, body.endpoint, "2023-13-01"],
    accepted: ({ body }) => ["PUT", endpoint, body.endpoint, "2024-10-01"],
  },
];
