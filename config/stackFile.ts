/**
 * The schema of the stack file. The descriptions are the source of the JSON schema for editors and of the settings table in the README. The
 * error text of each value completes "Allowed: ".
 */
import * as z from "zod";
import { endpointLimits } from "../azure/limits";
import { regions } from "../facts/regions";
import { sizes } from "../facts/sizes";
import { namePartPattern, physicalNamePattern } from "../planner/names";
import { type Pattern, patterns } from "../planner/pattern";
import { countries, geographies } from "../planner/residency";
import { defaultGate, gateModes } from "../planner/rollout/gateMode";
import { tasks } from "../planner/task";
import { hasCommit, registryModelPattern, weightSources, workspaceModelPattern } from "../planner/weights";
import { accept } from "./acceptSettings";
import { imageSetting } from "./imageSettings";
import { freeText, map, objectId, oneOf, text, tokens, whole } from "./leaves";
import { platform } from "./platformSettings";
import { registeredModelForms } from "./registeredModelForms";

const { nameLength } = endpointLimits;
const namePart = text(namePartPattern, "lowercase letters, digits and single hyphens, starting with a letter");

/**
 * For editors, which can't normalize names: names with capitals or spaces, such as `Sweden Central`, are accepted here and checked later.
 */
const regionNames = { anyOf: [{ enum: Object.keys(regions) }, { pattern: "[A-Z ]" }] };

/** For editors, which can't normalize codes: codes with lower-case letters are accepted here and checked later. */
const countryCodes = { anyOf: [{ enum: countries }, { pattern: "[a-z]" }] };

const residency = z
  .strictObject(
    {
      geography: freeText("one of Azure's geographies, for example Sweden")
        .meta({ description: "Azure geography. All data stays in its regions.", enum: geographies })
        .optional(),
      regions: z
        .array(freeText("a region, for example swedencentral").meta(regionNames), { error: "a list of regions" })
        .min(1, { error: "a list of at least one region" })
        .max(Object.keys(regions).length, { error: `a list of at most ${Object.keys(regions).length} regions` })
        .describe("Names of the regions in which data is allowed.")
        .optional(),
      countries: z
        .array(freeText("a country code (ISO 3166-1 alpha-2), for example SE").meta(countryCodes), { error: "a list of country codes" })
        .min(1, { error: "a list of at least one country code" })
        .max(countries.length, { error: `a list of at most ${countries.length} country codes` })
        .describe("Codes of the countries in which data is allowed (ISO 3166-1 alpha-2), for example `[NL, DE]`.")
        .optional(),
    },
    map("geography, regions or countries"),
  )
  .meta({
    description:
      "Geography, regions or countries in which data can be stored. Moor checks the region of every resource in the stack, and where Azure copies and sends its data.",
    oneOf: [{ required: ["geography"] }, { required: ["regions"] }, { required: ["countries"] }],
  });

/** For editors: each source with its form of `registeredModel`. config/rules/weights.ts reports violations. */
const weightForms = [
  ...Object.entries({ workspace: workspaceModelPattern, catalogue: registryModelPattern }).map(([source, { source: pattern }]) => ({
    properties: { source: { const: source }, registeredModel: { pattern } },
    required: ["source", "registeredModel"],
  })),
  { properties: { source: { enum: weightSources.filter((source) => hasCommit[source]) } }, not: { required: ["registeredModel"] } },
];

const modelId = text(/^[A-Za-z0-9][\w.-]*\/[\w.-]+$/, "a Hugging Face model ID such as Qwen/Qwen2.5-7B-Instruct");
const commit = text(/^[0-9a-f]{40}$/, "a commit hash of 40 hexadecimal digits");

const vllm = z
  .strictObject(
    {
      model: modelId.describe(
        "Model ID on Hugging Face. With `source: workspace` or `catalogue`, the ID of the base model, which specifies the architecture.",
      ),
      revision: commit
        .describe("Commit of the model repository. Only with `source: mirror` or `hub`. Default: `npm run lock` uses the newest commit.")
        .optional(),
      configJson: freeText("a path, for example ./models/my-model/config.json")
        .describe(
          "Path of the model's config.json, or of its folder. Default: Moor's table of models, or the Hugging Face Hub, from which `npm run lock` reads other models. Required with `moor:lock: none` for models that are not in the table.",
        )
        .optional(),
      checkpointGiB: z
        .number({ error: "a number of GiB greater than 0" })
        .positive({ error: "a number of GiB greater than 0" })
        .describe(
          "Size of the weights that vLLM loads, in GiB. Default: the size in the table of models, in the lock file, or of the files in the folder of config.json.",
        )
        .optional(),
      context: tokens().describe(
        "Maximum number of tokens of prompt and answer together; with `task: embed` of a text, and with `task: rerank` of query and document together. 16k is 16384.",
      ),
      concurrencyPerInstance: whole(1, 1024).describe("Number of concurrent requests per instance."),
      source: oneOf(weightSources)
        .default("mirror")
        .describe(
          "Where the model weights are loaded from at each start: staged weights in the stack's region (`mirror`), Hugging Face (`hub`, for development), a model that is registered in the workspace (`workspace`), or a model in a Microsoft registry that stores the weights in Azure (`catalogue`).",
        ),
      registeredModel: freeText(`${registeredModelForms.workspace}, or ${registeredModelForms.catalogue}`)
        .meta({
          description:
            "Registered model version that Azure mounts. Required with `source: workspace`, as `<name>:<version>`, and with `source: catalogue`, as `azureml://registries/<registry>/models/<name>/versions/<version>`. Versions are positive integers.",
          anyOf: [{ pattern: workspaceModelPattern.source }, { pattern: registryModelPattern.source }],
        })
        .optional(),
      remoteCode: oneOf(["refuse", "omit", "allow"])
        .default("refuse")
        .describe(
          "Whether `npm run mirror` stages the Python files of a model repository. `refuse`: it rejects a model with Python files. `omit`: it stages the model without them, which is sufficient if vLLM implements the architecture. `allow`: it stages them, and the flag `trust-remote-code`, with which vLLM runs them, is allowed.",
        ),
      task: oneOf(tasks)
        .describe(
          "What the deployment does for its clients: chat completions (`chat`), embeddings (`embed`), or scores of documents for a query (`rerank`). Default: the task that the model is made for.",
        )
        .optional(),
      adapters: z
        .record(
          text(/^[A-Za-z0-9][\w.-]*$/, "a name of letters, digits and . _ -"),
          z.strictObject(
            {
              model: modelId.describe("ID of the adapter on Hugging Face.").optional(),
              revision: commit.describe("Commit of the adapter's repository. Default: `npm run lock` uses the newest commit.").optional(),
              path: freeText("a folder, for example ./adapters/support")
                .describe("Folder with adapter_config.json and adapter_model.safetensors, relative to the stack file.")
                .optional(),
            },
            map("model and optionally revision, or path"),
          ),
          map("names to adapters"),
        )
        .describe(
          "LoRA adapters by name. Each is served under its name, together with the model, and staged in the same folder. Only with `source: mirror`.",
        )
        .optional(),
      servedName: freeText("text").describe("Model name that clients use in requests. Default: the model ID on Hugging Face.").optional(),
      flags: z
        .record(
          text(/^[a-z][a-z0-9-]*$/, "a flag of `vllm serve` without its leading hyphens"),
          z.union([z.string(), z.number(), z.boolean()], { error: "text, a number, true or false" }),
          map("flags of `vllm serve`"),
        )
        .default({})
        .describe("Flags of `vllm serve`, without leading hyphens. They override derived flags and are checked for consistency with them."),
    },
    map(
      "model, context, concurrencyPerInstance, and optionally revision, configJson, checkpointGiB, source, registeredModel, remoteCode, task, adapters, servedName, flags",
    ),
  )
  .meta({
    description: "A Hugging Face model, served by vLLM with an OpenAI-compatible API, or with the rerank API of Jina and Cohere.",
    oneOf: weightForms,
  });

const score = z
  .strictObject(
    {
      path: freeText("a folder, for example ./docker/score").describe(
        "Folder that contains score.py and requirements.txt, and optionally a Dockerfile. Without a Dockerfile, Moor uses docker/score/Dockerfile of its own repository.",
      ),
      image: imageSetting
        .describe("Image of this deployment, as in `moor:images`. Default: `moor:images.score`, or an image that is built from `path`.")
        .optional(),
      model: text(workspaceModelPattern, "a registered model as <name>:<version>, for example fraud:3")
        .describe(
          "Model that is registered in the workspace, as `<name>:<version>`. Azure mounts it for score.py. Default: the image contains the model.",
        )
        .optional(),
      concurrencyPerInstance: whole(1, 256)
        .default(1)
        .describe("Number of concurrent requests per instance. Each worker process handles one request at a time."),
    },
    map("path, and optionally image, model, concurrencyPerInstance"),
  )
  .describe("Any model, served by a score.py file.");

const instances = (because = "Azure's maximum per deployment") => whole(1, endpointLimits.instances, because);

/** The key of a pattern contains the settings of the model. */
const patternKeys = { vllm: vllm.optional(), score: score.optional() } satisfies Record<Pattern, z.ZodOptional>;

/** The settings of one deployment. */
export const deployment = z
  .strictObject(
    {
      ...patternKeys,
      size: freeText('a VM size such as Standard_NC24ads_A100_v4, or "auto"').meta({
        description: "VM size. With `auto`, `npm run lock` chooses it.",
        enum: ["auto", ...Object.keys(sizes)],
      }),
      instances: instances().describe("Fixed number of instances. Microsoft recommends at least 3 for high availability.").optional(),
      scale: z
        .strictObject(
          {
            min: instances("because deployments can't scale to zero").describe("Minimum number of instances."),
            max: instances().describe("Maximum number of instances. The quota must be large enough for this number of instances."),
          },
          map("min and max"),
        )
        .describe("Autoscale between a minimum and a maximum number of instances, by requests per minute.")
        .optional(),
      weight: whole(0, 100).describe(
        "Traffic weight: the percentage of the endpoint's requests that the deployment receives. The weights of an endpoint must sum to 100 or 0.",
      ),
      mirror: whole(0, endpointLimits.mirrorPercent, "Azure's maximum")
        .default(0)
        .describe(
          "Mirrored traffic: the percentage of the endpoint's requests that are copied to the deployment. The answers are discarded.",
        ),
      update: oneOf(["newDeployment", "inPlace"])
        .default("newDeployment")
        .describe(
          "How to roll out a changed model, size or flag: with a new deployment (requires quota for the old and the new deployment), or by an in-place update of the instances.",
        ),
      keepPrevious: z
        .boolean({ error: "true or false" })
        .default(false)
        .describe(
          "Whether to keep the previous deployment at weight 0 after a rollout, at full cost, for an instant rollback, for example with `npm run lock -- -s prod --rollback chat/main`.",
        ),
      check: z
        .strictObject(
          {
            request: z.unknown().describe("Body of a sample request to the scoring route. Only with `score`.").optional(),
            answer: z
              .unknown()
              .describe("Example of the expected answer. The gate compares keys and value types. Only with `request`.")
              .optional(),
            latency: z
              .number({ error: "a number of seconds greater than 0" })
              .positive({ error: "a number of seconds greater than 0" })
              .describe("Maximum latency of an answer, in seconds.")
              .optional(),
          },
          map("request, answer, latency"),
        )
        .describe(
          "Additional checks of the gate. It always checks readiness, and for vLLM also the model name and answers to requests of the task: a chat answer and a stream, embeddings, or a ranking.",
        )
        .optional(),
      requestTimeout: whole(1, endpointLimits.requestTimeoutSeconds, "Azure's maximum, in seconds")
        .describe("Request timeout, in seconds. Default: with vLLM, derived from the estimated speed; with score.py, 60.")
        .optional(),
    },
    map(`${patterns.join(" or ")}, size, instances or scale, weight, and optionally mirror, requestTimeout`),
  )
  .meta({
    allOf: [
      { oneOf: patterns.map((pattern) => ({ required: [pattern] })) },
      { oneOf: [{ required: ["instances"] }, { required: ["scale"] }] },
    ],
  });

const endpoint = z.strictObject(
  {
    name: text(
      physicalNamePattern,
      `${nameLength.min} to ${nameLength.max} lowercase letters, digits and single hyphens, starting with a letter and not ending with a hyphen`,
    )
      .describe("Name in Azure. It must be unique in the region and can't be changed. Default: `<key>-<stack>-<6 characters>`.")
      .optional(),
    auth: oneOf(["key", "entra"]).describe("Authentication of callers: with a key, or with Microsoft Entra ID (`entra`)."),
    invokers: z
      .array(objectId, { error: "a list of object IDs" })
      .default([])
      .describe("Object IDs of users, groups or service principals that are allowed to send requests. Only with `auth: entra`."),
    gate: oneOf(gateModes)
      .default(defaultGate)
      .describe(
        "Check of a new deployment before it receives traffic: test requests from the machine that runs Pulumi (`runner`), the deployment state in Azure Resource Manager (`controlPlane`), or no check (`off`). `auto` is the same as `controlPlane` if the machine can't reach the endpoint and no deployment has traffic yet, and otherwise the same as `runner`.",
      ),
    deployments: z
      .record(namePart, deployment, map("labels to deployments"))
      .describe("Deployments by label. In the rows below, the second `<key>` is the label."),
  },
  map("auth, deployments, and optionally name, invokers, gate"),
);

const quota = z
  .record(
    freeText("a quota family, for example NCADSA100v4"),
    z.strictObject(
      {
        limit: whole(0, 100_000).describe("Azure Machine Learning quota for this VM family in the stack's region, in vCPUs."),
        others: whole(0, 100_000).default(0).describe("vCPUs of this quota that other workloads use, including your other stacks."),
      },
      map("limit, and optionally others"),
    ),
    map("quota families to limits"),
  )
  .default({})
  .describe("Azure Machine Learning quota per VM family. Moor checks it before it creates any resource.");

/** The image of each pattern. */
const imageKeys = { vllm: imageSetting.optional(), score: imageSetting.optional() } satisfies Record<Pattern, z.ZodOptional>;

/** The settings under `config:` of a stack file, by their full keys. */
export const settingsSchema = z.strictObject({
  "azure-native:location": freeText("a region, for example swedencentral").meta({
    description: "Region of all resources of the stack.",
    ...regionNames,
  }),
  "moor:residency": residency,
  "moor:accept": accept,
  "moor:platform": platform,
  "moor:quota": quota,
  "moor:images": z
    .strictObject(imageKeys, map(patterns.join(" and ")))
    .default({})
    .describe(
      "Images by pattern (`vllm`, `score`), each of them as `repository@sha256:digest` if the container registry has it, or as a map with one of `import`, `layer` and `build`. The lock file records them. Without a lock file, vLLM deployments that have no image are skipped.",
    ),
  "moor:endpoints": z.record(namePart, endpoint, map("keys to endpoints")).describe("Endpoints by key."),
  "moor:licenses": z
    .array(text(/^[a-z0-9][a-z0-9.+-]*$/, "a license ID of Hugging Face, for example apache-2.0"), { error: "a list of license IDs" })
    .min(1, { error: "a list of at least one license ID" })
    .describe(
      "License IDs of Hugging Face. `npm run mirror` stages only models with one of these licenses. Default: open licenses such as `apache-2.0` and `mit` (facts/licenses.ts).",
    )
    .optional(),
  "moor:lock": oneOf(["required", "none"])
    .default("required")
    .describe("Whether Moor reads decisions from `moor.lock.<stack>.yaml` (`required`) or recomputes them at each run (`none`)."),
  "moor:alertWebhook": z
    .strictObject({ secure: z.string() })
    .describe("HTTPS URL to which alerts are posted, in Azure's common alert schema. Set it with `pulumi config set --secret`.")
    .optional(),
  "moor:importCredentials": z
    .strictObject({ secure: z.string() })
    .describe(
      "Credentials for the registries that images are imported from, as a JSON map of the registry's host name to `<username>:<password>`. They need only the permission to pull. Set it with `pulumi config set --secret`.",
    )
    .optional(),
  "moor:huggingFaceToken": z
    .strictObject({ secure: z.string() })
    .describe("Hugging Face token for gated models with `source: hub`. Set it with `pulumi config set --secret`.")
    .optional(),
  "moor:huggingFaceTokenExpires": z.iso
    .date({ error: "a date, for example 2027-03-01" })
    .describe(
      "Expiry date of the Hugging Face token, also set on its Key Vault secret (some policies require this). Previews warn 30 days before this date.",
    )
    .optional(),
});

/** The checked settings of a stack. */
export type Settings = z.output<typeof settingsSchema>;
export type PlatformSettings = Settings["moor:platform"];
export type EndpointSettings = Settings["moor:endpoints"][string];
export type DeploymentSettings = EndpointSettings["deployments"][string];

/** A complete stack file, for the JSON schema. */
export const stackFileSchema = z.looseObject({ config: settingsSchema.describe("Settings of the stack.") });
