/** The schema of the lock file and the types of its contents. */
import * as z from "zod";
import { autoscaleLimits, endpointLimits } from "../azure/limits";
import { sizes } from "../facts/sizes";
import type { DeploymentDecision, ModelDecision, WeightSource } from "../planner/decision";
import { patterns } from "../planner/pattern";
import { poolingTasks } from "../planner/task";
import { manifestPathPattern } from "../planner/weights";
import { map, oneOf, text, whole } from "./leaves";
import { lockModels } from "./lockModels";

const anyText = z.string({ error: "text" });
const sha256 = () => text(/^sha256:[0-9a-f]{64}$/, "sha256: and 64 hexadecimal digits");
const seconds = (error = "a whole number of seconds, at least 1") => z.int({ error }).min(1, { error });
const positive = (error = "a number greater than 0") => z.number({ error }).positive({ error });

const probe = z.strictObject(
  {
    initialDelay: seconds().describe("Seconds before the first probe."),
    period: seconds().describe("Seconds between probes."),
    timeout: seconds().describe("Timeout of a probe, in seconds."),
    failureThreshold: whole(1, 100_000).describe(
      "Number of consecutive failed probes after which Azure restarts the container (liveness) or stops sending requests to it (readiness).",
    ),
  },
  map("initialDelay, period, timeout, failureThreshold"),
);

const source = <const Source extends WeightSource>(name: Source) => z.literal(name, { error: name });
const modelId = anyText.describe("Model ID on Hugging Face.");
const baseModelId = anyText.describe("Model ID of the base model on Hugging Face.");
const revision = text(/^[0-9a-f]{40}$/, "a commit hash of 40 hexadecimal digits");
const modelVersion = text(/^[1-9]\d*$/, "a whole number, as text");

const adapter = z.strictObject(
  {
    name: anyText.describe("Model name that clients send."),
    id: modelId.optional(),
    revision: text(/^([0-9a-f]{40}|[0-9a-f]{64})$/, "a commit hash of 40 hexadecimal digits, or a SHA-256 hash of 64"),
    rank: whole(1, 1024).describe("Rank of the adapter's matrices."),
  },
  map("name, revision, rank, and optionally id"),
);

/** The weights by source. */
const models = {
  mirror: z.strictObject(
    {
      id: modelId,
      revision,
      source: source("mirror"),
      path: anyText.describe("Folder in the blob datastore of the workspace."),
      adapters: z
        .array(adapter, { error: "a list of adapters" })
        .min(1, { error: "a list of at least one adapter" })
        .optional()
        .describe("LoRA adapters in the same folder."),
      staged: z.boolean({ error: "true or false" }).describe("Whether the weights are staged in this region."),
      manifest: sha256().optional().describe("Hash of the list of the staged files, which is in `manifests`."),
    },
    map("id, revision, source, path, staged, and optionally adapters, manifest"),
  ),
  hub: z.strictObject({ id: modelId, revision, source: source("hub") }, map("id, revision, source")),
  workspace: z.strictObject(
    { id: baseModelId, source: source("workspace"), name: anyText.describe("Name of the model in the workspace."), version: modelVersion },
    map("id, source, name, version"),
  ),
  catalogue: z.strictObject(
    {
      id: baseModelId,
      source: source("catalogue"),
      registry: anyText.describe("Name of the registry."),
      name: anyText.describe("Name of the model in the registry."),
      version: modelVersion,
    },
    map("id, source, registry, name, version"),
  ),
} satisfies { readonly [Source in WeightSource]: z.ZodType<Extract<ModelDecision, { readonly source: Source }>> };

const model = z.discriminatedUnion("source", [models.mirror, models.hub, models.workspace, models.catalogue], {
  error: "a map whose `source` is mirror, hub, workspace or catalogue",
});

const minutes = ({ min, max }: { readonly min: number; readonly max: number }) => whole(min, max, "Azure's limits, in minutes");

// Optional and without defaults: the lock file omits values that equal their default, and reading it must not add them.
const scaleRule = z.strictObject(
  {
    scaleOutAbove: positive().describe("Requests per minute per instance above which autoscale adds an instance."),
    scaleInBelow: positive().describe("Requests per minute per instance below which autoscale removes an instance."),
    scaleOutWindowMinutes: minutes(autoscaleLimits.window)
      .optional()
      .describe("Time over which requests are averaged before an instance is added, in minutes. Default: 5."),
    scaleInWindowMinutes: minutes(autoscaleLimits.window)
      .optional()
      .describe("Time over which requests are averaged before an instance is removed, in minutes. Default: 15."),
    cooldownMinutes: minutes(autoscaleLimits.cooldown)
      .optional()
      .describe("Minimum time between two scaling operations, in minutes. Default: 15."),
  },
  map("scaleOutAbove and scaleInBelow, and optionally scaleOutWindowMinutes, scaleInWindowMinutes, cooldownMinutes"),
);

const clients = z
  .strictObject(
    {
      maxTokens: whole(0, 100_000_000).optional().describe("Largest `max_tokens` whose answer is complete within the timeout."),
      timeoutSeconds: seconds().describe("Recommended client timeout, in seconds."),
      retryOn: z.array(whole(400, 599), { error: "a list of status codes" }).describe("Retryable status codes."),
    },
    map("timeoutSeconds, retryOn, and optionally maxTokens"),
  )
  .describe("Recommendations for clients of the deployment.");

const image = z.union(
  [
    z.strictObject({ repository: anyText, digest: sha256() }, map("repository and digest")),
    z.strictObject(
      {
        repository: anyText,
        inputs: sha256().describe("Hash of the files, the Dockerfile and the arguments of the build."),
        digest: sha256().optional().describe("Digest of the image that `npm run image` built. Absent if `pulumi up` builds the image."),
      },
      map("repository and inputs, and optionally digest"),
    ),
  ],
  { error: "a map: repository and digest, or repository and inputs" },
);

const registeredModel = z.strictObject(
  { name: anyText.describe("Name of the model in the workspace."), version: modelVersion },
  map("name and version"),
);

const decision = z.strictObject(
  {
    name: anyText.describe("Name in Azure: <label>-<name hash of 8 hexadecimal digits>."),
    pattern: oneOf(patterns),
    instanceType: z.enum(Object.keys(sizes), { error: "a VM size that managed online endpoints support" }),
    image,
    routes: z.strictObject(
      { port: whole(1, 65_535), liveness: anyText, readiness: anyText, scoring: anyText },
      map("port, liveness, readiness, scoring"),
    ),
    model: model.optional(),
    registeredModel: registeredModel.optional(),
    task: oneOf(poolingTasks).optional().describe("What the deployment does for its clients. Default: chat."),
    tensorParallelSize: whole(1, 64).optional(),
    flags: z.array(anyText, { error: "a list of flags" }).optional(),
    environmentVariables: z.record(anyText, anyText, map("names to text")),
    probes: z.strictObject({ liveness: probe, readiness: probe }, map("liveness and readiness")),
    requestSettings: z.strictObject(
      { requestTimeout: whole(1, endpointLimits.requestTimeoutSeconds), maxConcurrentRequestsPerInstance: whole(1, 100_000) },
      map("requestTimeout and maxConcurrentRequestsPerInstance"),
    ),
    scaleRule,
    clients: clients.optional(),
    usdPerHour: positive().optional().describe("List price of one instance at the time of the decision, in USD per hour."),
  },
  map("the values of a decision"),
) satisfies z.ZodType<Omit<DeploymentDecision, "reasons">>;

const wishValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())], {
  error: "text, a number, true or false, or a list",
});

const entry = z.strictObject(
  {
    wish: z
      .record(z.string(), wishValue, map("settings to values"))
      .describe("Requirements in the stack file from which this decision was made."),
    current: decision.describe("Current decision."),
    previous: decision.optional().describe("Previous decision, for a rollback."),
    rolledBack: z
      .literal(true, { error: "true" })
      .optional()
      .describe("Whether `current` is the result of a rollback. The rollback stays in effect until the requirements change."),
  },
  map("wish, current, and optionally previous, rolledBack"),
);

const weightFile = z.strictObject(
  {
    path: text(manifestPathPattern, "a path of letters, digits and . _ + = -, separated by /").describe("Path in the model repository."),
    size: whole(0, Number.MAX_SAFE_INTEGER).describe("Size of the file, in bytes."),
    sha256: text(/^[0-9a-f]{64}$/, "64 hexadecimal digits").describe("SHA-256 hash of the file."),
  },
  map("path, size, sha256"),
);

export const lockSchema = z
  .strictObject(
    {
      version: z.literal(1, { error: "1" }),
      stack: anyText.describe("Stack of this lock file."),
      location: anyText.describe("Region of the stack."),
      madeBy: anyText.describe("Version of Moor that made the decisions."),
      endpoints: z
        .record(z.string(), z.record(z.string(), entry, map("labels to decisions")), map("keys to endpoints"))
        .describe("Decisions by endpoint key and deployment label."),
      manifests: z
        .record(
          sha256(),
          z.array(weightFile, { error: "a list of files" }).min(1, { error: "a list of at least one file" }),
          map("hashes to lists of files"),
        )
        .optional()
        .describe("Files of staged weights, by the hash of the list. `npm run mirror` writes them."),
      models: lockModels,
    },
    map("version, stack, location, madeBy, endpoints, and optionally manifests, models"),
  )
  .describe("Decisions for a stack. `npm run lock` writes this file. Do not edit it by hand.");

/** The contents of a lock file without the reasons in its comments. */
export type LockData = z.output<typeof lockSchema>;
type EntryData = LockData["endpoints"][string][string];

/** The current and previous decision for one deployment, with its requirements. */
export interface LockEntry extends Omit<EntryData, "current" | "previous"> {
  readonly current: DeploymentDecision;
  readonly previous?: DeploymentDecision;
}

/** The contents of a lock file with the reasons for its decisions. */
export interface Lock extends Omit<LockData, "endpoints"> {
  readonly endpoints: Readonly<Record<string, Readonly<Record<string, LockEntry>>>>;
}
