/**
 * Checks of environment and model version values that the API specification doesn't restrict. `machineLearning.ts` checks that versions don't
 * change.
 */
import { at, textOf } from "../json";
import type { Rule } from "../model";
import { nameOf, sameId } from "../path";
import { REGISTRY, WORKSPACE } from "./machineLearning";

const DOCS = "Azure docs, machine-learning";
const MODELS = [`${WORKSPACE}/models/versions`, `${REGISTRY}/models/versions`];
const ENVIRONMENTS = [`${WORKSPACE}/environments/versions`, `${REGISTRY}/environments/versions`];
const LARGEST_VERSION = 2 ** 31 - 1;

/** Source: Azure docs, machine-learning/reference-yaml-model. */
const MODEL_TYPES = ["custom_model", "mlflow_model", "triton_model"];

/** Default datastores of every workspace. Source: Azure docs, machine-learning/concept-data. */
const DATASTORES = ["workspaceblobstore", "workspaceartifactstore", "workspacefilestore", "workspaceworkingdirectory"];

/** Forms of `modelUri`. Source: Azure docs, machine-learning/how-to-manage-models and reference-yaml-core-syntax. */
const MODEL_URIS = [
  /^azureml:\/\/(subscriptions\/[^/]+\/resourcegroups\/[^/]+\/(providers\/Microsoft\.MachineLearningServices\/)?workspaces\/[^/]+\/)?datastores\/\w+\/paths\/.+$/i,
  /^azureml:\/\/(subscriptions\/.+\/)?jobs\/[^/]+\/outputs\/.+$/i,
  /^azureml:\/\/registries\/[^/]+\/models\/[^/]+\/(versions|labels)\/[^/]+$/i,
  /^azureml:\/\/locations\/[^/]+\/workspaces\/.+$/i,
  /^runs:\/[^/]+\/.+$/,
  /^https:\/\/[a-z0-9]+\.(blob|dfs|file)\.core\.[a-z.]+\/.+$/i,
  /^(wasbs?|abfss?):\/\/.+$/i,
];

/** Docker image reference. Source: distribution/distribution, reference/regexp.go. */
const IMAGE =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

interface Route {
  readonly path: string;
  readonly port: number;
}

const ROUTES = ["livenessRoute", "readinessRoute", "scoringRoute", "startupRoute"];
const VALID_ROUTE: Route = { path: "/", port: 1 };

const common = { azureCode: "UserError", status: 400 } as const;

export const assetRules: readonly Rule[] = [
  {
    ...common,
    code: "model-version-number",
    types: MODELS,
    on: ["create"],
    source: `${DOCS}/reference-yaml-model: version is an int; Azure/azureml-assets, register_model: a numeric string; the specification has no pattern`,
    grade: "D",
    check: ({ name }) =>
      /^\d+$/.test(name) && Number(name) <= LARGEST_VERSION
        ? undefined
        : `The version '${name}' of a model is invalid: it must be an integer of at most ${LARGEST_VERSION}.`,
  },
  {
    ...common,
    code: "model-type",
    types: MODELS,
    on: ["create", "update"],
    source: `${DOCS}/reference-yaml-model: custom_model, mlflow_model, triton_model`,
    grade: "D",
    check: ({ body }) => {
      const type = at(body, "properties.modelType");
      return type === undefined || MODEL_TYPES.includes(textOf(type))
        ? undefined
        : `'properties.modelType' is '${textOf(type)}': it must be one of ${MODEL_TYPES.join(", ")}.`;
    },
  },
  {
    ...common,
    code: "model-uri",
    types: MODELS,
    on: ["create"],
    source: `${DOCS}/how-to-manage-models and reference-yaml-core-syntax: the files of a model are in a datastore, a job's output, a registry or Azure Storage`,
    grade: "D",
    check: ({ body }) => {
      const uri = at(body, "properties.modelUri");
      return uri === undefined || MODEL_URIS.some((form) => form.test(textOf(uri)))
        ? undefined
        : `'properties.modelUri' is '${textOf(uri)}': it must be an address such as azureml://datastores/<datastore>/paths/<path>, azureml://jobs/<job>/outputs/<output>/<path>, runs:/<run>/<path> or https://<account>.blob.core.windows.net/<container>/<path>.`;
    },
  },
  {
    ...common,
    code: "model-uri-workspace",
    types: [`${WORKSPACE}/models/versions`],
    on: ["create"],
    source: `${DOCS}/how-to-manage-models: the datastore must exist in the workspace; inferred: the service checks this when a version is created`,
    grade: "I",
    check: ({ id, body, inventory }) => {
      const uri = String(at(body, "properties.modelUri"));
      const workspaceId = id.slice(0, id.toLowerCase().lastIndexOf("/models/"));
      const named = /\/workspaces\/([^/]+)\/datastores\//i.exec(uri)?.[1];
      if (named !== undefined && !sameId(named, nameOf(workspaceId)))
        return `'properties.modelUri' refers to the workspace '${named}': model files must be in a datastore of the model's workspace.`;
      const datastore = /datastores\/(\w+)\/paths\//i.exec(uri)?.[1];
      const known = datastore === undefined || DATASTORES.includes(datastore.toLowerCase());
      return known || inventory.get(`${workspaceId}/datastores/${datastore}`)
        ? undefined
        : `The datastore '${datastore}' of 'properties.modelUri' was not found in the workspace.`;
    },
  },
  {
    ...common,
    code: "environment-name-reserved",
    types: ENVIRONMENTS,
    on: ["create"],
    source: `${DOCS}/how-to-use-environments: names that start with Microsoft or AzureML are reserved`,
    grade: "D",
    check: ({ parentId }) => {
      const name = nameOf(parentId);
      return /^(Microsoft|AzureML)/i.test(name)
        ? `The environment name '${name}' is reserved: names can't start with Microsoft or AzureML.`
        : undefined;
    },
  },
  {
    ...common,
    code: "environment-image",
    types: ENVIRONMENTS,
    on: ["create"],
    source: "distribution/distribution, reference: format of an image name; inferred: the service checks it",
    grade: "I",
    check: ({ body }) => {
      const image = at(body, "properties.image");
      return image === undefined || IMAGE.test(String(image))
        ? undefined
        : `'properties.image' is '${image}': it must be an image such as <registry>/<repository>:<tag> or <registry>/<repository>@sha256:<64 hexadecimal digits>.`;
    },
  },
  {
    ...common,
    code: "environment-routes",
    types: ENVIRONMENTS,
    on: ["create"],
    source: `${DOCS}/how-to-deploy-custom-container: routes are paths on a port of the container`,
    grade: "K",
    check: ({ body }) => {
      for (const name of ROUTES) {
        const { path, port } = (at(body, `properties.inferenceConfig.${name}`) ?? VALID_ROUTE) as Route;
        const where = `'properties.inferenceConfig.${name}`;
        if (!path.startsWith("/")) return `${where}.path' is '${path}': it must start with '/'.`;
        if (port < 1 || port > 65_535) return `${where}.port' is ${port}: it must be between 1 and 65535.`;
      }
      return undefined;
    },
  },
];
