import { paths } from "../platform";
import { but, differ, type RejectedRequest, type Request, type Scene } from "./rejectedRequest";

const COMMIT = "a09a35458c702b33eeacc393d103063234e8bc28";
const version = (name: string) => paths.model.replace("versions/1", `versions/${name}`);
const environment = paths.environment.replace("versions/1", "versions/2");
const REGISTRY_MODEL = "/resourceGroups/rg/providers/Microsoft.MachineLearningServices/registries/models/models/qwen/versions";

const model = ({ body }: Scene) => body.model;
const image = ({ body }: Scene) => body.environment;

const registry = {
  location: "swedencentral",
  identity: { type: "SystemAssigned" },
  properties: { regionDetails: [{ location: "swedencentral", acrDetails: [], storageAccountDetails: [] }] },
};

/** A model version with a rejected and an accepted address of its files. */
function files(rejected: string, accepted: string): Pick<RejectedRequest, "rejected" | "accepted"> {
  return differ(version("2"), model, "properties/modelUri", rejected, accepted);
}

function ofWorkspace(name: string, datastore = "workspaceblobstore") {
  return ({ body, id }: Scene): Request => {
    const [, subscription] = id("").split("/subscriptions/");
    const workspace = `subscriptions/${subscription}/resourceGroups/rg/workspaces/${name}`;
    return [
      "PUT",
      version("2"),
      but(body.model, "properties/modelUri", `azureml://${workspace}/datastores/${datastore}/paths/models/qwen`),
    ];
  };
}

const USER = "400 UserError";

export const assetRejections: readonly RejectedRequest[] = [
  {
    rule: "model-version-number",
    case: "a commit as a model version",
    answer: USER,
    rejected: ({ body }) => ["PUT", version(COMMIT), body.model],
    accepted: ({ body }) => ["PUT", version("1").replace("qwen", `qwen-${COMMIT}`), body.model],
  },
  {
    rule: "model-version-number",
    case: "a date as a model version",
    answer: USER,
    rejected: ({ body }) => ["PUT", version("2026-11-01"), body.model],
    accepted: ({ body }) => ["PUT", version("20261101"), body.model],
  },
  {
    rule: "model-version-number",
    case: "a three-part number as a model version",
    answer: USER,
    rejected: ({ body }) => ["PUT", version("1.0.0"), body.model],
    accepted: ({ body }) => ["PUT", version("100"), body.model],
  },
  {
    rule: "model-version-number",
    case: "a number of more than 32 bits as a model version",
    answer: USER,
    rejected: ({ body }) => ["PUT", version("2147483648"), body.model],
    accepted: ({ body }) => ["PUT", version("2147483647"), body.model],
  },
  {
    rule: "model-version-number",
    case: "a commit as a model version in a registry",
    answer: USER,
    setup: ({ caller }) => caller.made(REGISTRY_MODEL.replace("/models/qwen/versions", ""), registry),
    rejected: ({ body }) => ["PUT", `${REGISTRY_MODEL}/${COMMIT}`, body.model],
    accepted: ({ body }) => ["PUT", `${REGISTRY_MODEL}/7`, body.model],
  },
  {
    rule: "model-type",
    case: "an unknown model type",
    answer: USER,
    ...differ(version("2"), model, "properties/modelType", "huggingface_model", "mlflow_model"),
  },
  { rule: "model-uri", case: "model files in a local folder", answer: USER, ...files("./models/qwen", "runs:/0c2f/model") },
  {
    rule: "model-uri",
    case: "model files at Hugging Face",
    answer: USER,
    ...files("https://huggingface.co/Qwen/Qwen2.5-7B-Instruct", "https://storage01.blob.core.windows.net/models/qwen"),
  },
  {
    rule: "model-uri",
    case: "a datastore without 'paths'",
    answer: USER,
    ...files("azureml://datastores/workspaceblobstore/models/qwen", "azureml://datastores/workspaceblobstore/paths/models/qwen"),
  },
  {
    rule: "model-uri",
    case: "a job without its output",
    answer: USER,
    ...files("azureml://jobs/train-1", "azureml://jobs/train-1/outputs/artifacts/paths/model"),
  },
  {
    rule: "model-uri-workspace",
    case: "model files in another workspace",
    answer: USER,
    rejected: ofWorkspace("other"),
    accepted: ofWorkspace("workspace"),
  },
  {
    rule: "model-uri-workspace",
    case: "model files in an unknown datastore",
    answer: USER,
    rejected: ofWorkspace("workspace", "weights"),
    accepted: ofWorkspace("workspace", "workspaceartifactstore"),
  },
  {
    rule: "environment-name-reserved",
    case: "an environment name with a reserved prefix",
    answer: USER,
    rejected: ({ body }) => ["PUT", environment.replace("vllm", "AzureML-vllm"), body.environment],
    accepted: ({ body }) => ["PUT", environment.replace("vllm", "vllm-AzureML"), body.environment],
  },
  {
    rule: "environment-image",
    case: "an image with a scheme",
    answer: USER,
    ...differ(environment, image, "properties/image", "https://registry01.azurecr.io/vllm:1", "registry01.azurecr.io/vllm:1"),
  },
  {
    rule: "environment-image",
    case: "an image name with capital letters",
    answer: USER,
    ...differ(environment, image, "properties/image", "registry01.azurecr.io/vLLM:1", "registry01.azurecr.io:443/team/vllm:V1"),
  },
  {
    rule: "environment-image",
    case: "a digest that is too short",
    answer: USER,
    ...differ(
      environment,
      image,
      "properties/image",
      `registry01.azurecr.io/vllm@sha256:${"a".repeat(63)}`,
      `registry01.azurecr.io/vllm:1@sha256:${"a".repeat(64)}`,
    ),
  },
  {
    rule: "environment-routes",
    case: "a route's port out of range",
    answer: USER,
    ...differ(environment, image, "properties/inferenceConfig/scoringRoute/port", 0, 65_535),
  },
  {
    rule: "environment-routes",
    case: "a route that is not a path",
    answer: USER,
    ...differ(environment, image, "properties/inferenceConfig/livenessRoute/path", "health", "/health"),
  },
];
