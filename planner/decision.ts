/**
 * The decision of a deployment: the values that a lock file contains and that components turn into Azure resources. `npm run lock` computes
 * them, or each run of a stack without a lock file. All other code reads them through these types.
 */
import type { Pattern } from "./pattern";
import type { PoolingTask } from "./task";

/** An HTTP probe of the container, in whole seconds. Azure's startup probe is not used because no source confirms that it works. */
export interface Probe {
  /** Seconds before the first probe. At least 1. */
  readonly initialDelay: number;
  /** Seconds between probes. At least 1. */
  readonly period: number;
  /** Seconds until a probe times out. At least 1. */
  readonly timeout: number;
  /** Consecutive failures before Azure acts: it restarts the container (liveness) or takes it out of rotation (readiness). */
  readonly failureThreshold: number;
}

/** HTTP routes of the container. All routes use one port. */
export interface Routes {
  readonly port: number;
  readonly liveness: string;
  readonly readiness: string;
  /** With `/`, every path of the container is reachable below the endpoint's URL, as OpenAI clients require. */
  readonly scoring: string;
}

/** An image in the container registry that is pinned by its digest. The platform adds the registry's host name. */
export interface PinnedImage {
  readonly repository: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
}

/** An image that is built from a Dockerfile. It is identified by its inputs, because its digest is known only after the build. */
export interface BuiltImage {
  readonly repository: string;
  /** Hash of the build's inputs: `sha256:` and 64 hexadecimal digits. */
  readonly inputs: string;
  /** Digest of an image that `npm run image` built. Absent if `pulumi up` builds the image. It is not part of the name hash. */
  readonly digest?: string;
}

export type ImageReference = PinnedImage | BuiltImage;

/** A version of a model that is registered in the workspace. */
export interface RegisteredModel {
  /** Name in the workspace. */
  readonly name: string;
  /** A positive integer, as text. */
  readonly version: string;
}

/** A version of a model in an Azure Machine Learning registry. */
export interface RegistryModel extends RegisteredModel {
  /** Name of the registry, for example `azureml`. */
  readonly registry: string;
}

/** The model of a deployment: the architecture that it serves, and the name that clients send by default. */
interface ServedModel {
  /** Hugging Face ID, for example `Qwen/Qwen2.5-7B-Instruct`. With `workspace` and `catalogue`, the ID of the base model. */
  readonly id: string;
}

/** A LoRA adapter, which vLLM serves under its name next to the base model. Its files are a part of the model version. */
export interface AdapterDecision {
  /** Model name that clients send. */
  readonly name: string;
  /** Hugging Face ID of the adapter. Absent for an adapter from a folder. */
  readonly id?: string;
  /** Commit of the adapter's repository; for an adapter from a folder, the SHA-256 hash of its files. 40 or 64 hexadecimal digits. */
  readonly revision: string;
  /** Rank of its matrices. */
  readonly rank: number;
}

/** A commit of a model repository on Hugging Face. */
interface CommittedModel extends ServedModel {
  /** Commit of the model repository, 40 hexadecimal digits. */
  readonly revision: string;
}

/** Weights that are staged in the workspace's storage account. The container starts offline. */
export interface MirroredWeights extends CommittedModel {
  readonly source: "mirror";
  /** Folder below the workspace's blob datastore. */
  readonly path: string;
  /** LoRA adapters in the same folder, in the order of their names. @default - none */
  readonly adapters?: readonly AdapterDecision[];
  /** Whether the weights are staged in this region. A deployment is not created until its weights are staged. */
  readonly staged: boolean;
  /**
   * Hash of the list of the staged files (planner/weights). The container verifies the files against it. Absent before the weights are
   * staged, and in lock files of earlier versions.
   */
  readonly manifest?: string;
}

/** Weights that the container downloads from Hugging Face at each start. */
export interface HubWeights extends CommittedModel {
  readonly source: "hub";
}

/** Weights of a model version that is registered in the workspace, for example of a fine-tuned model. The container starts offline. */
export interface WorkspaceWeights extends ServedModel, RegisteredModel {
  readonly source: "workspace";
}

/** Weights of a model version in a registry of Microsoft, which stores them in Azure. The container starts offline. */
export interface CatalogueWeights extends ServedModel, RegistryModel {
  readonly source: "catalogue";
}

/** The model weights of a deployment. */
export type ModelDecision = MirroredWeights | HubWeights | WorkspaceWeights | CatalogueWeights;

/** Where the weights of a deployment come from. */
export type WeightSource = ModelDecision["source"];

/** When autoscale adds and removes an instance. A value that equals its default is absent. */
export interface ScaleRule {
  /** Requests per minute per instance above which an instance is added. */
  readonly scaleOutAbove: number;
  /** Requests per minute per instance below which an instance is removed. */
  readonly scaleInBelow: number;
  /** Minutes over which the requests are averaged before an instance is added, within `autoscaleLimits`. @default 5 */
  readonly scaleOutWindowMinutes?: number;
  /** Minutes over which the requests are averaged before an instance is removed, within `autoscaleLimits`. @default 15 */
  readonly scaleInWindowMinutes?: number;
  /** Minutes after a change before the next one, within `autoscaleLimits`. @default 15 */
  readonly cooldownMinutes?: number;
}

/** Request limits that Azure enforces before a request reaches the container. */
export interface RequestSettings {
  /** Seconds, within `endpointLimits`. */
  readonly requestTimeout: number;
  /** Azure admits up to `admissionFactor × this × instances` concurrent requests and rejects more. */
  readonly maxConcurrentRequestsPerInstance: number;
}

/** Settings with which no client request fails within the declared load. */
export interface ClientAdvice {
  /**
   * Largest `max_tokens` whose answer arrives within the timeout at the declared concurrency. Absent if answers aren't counted in tokens.
   */
  readonly maxTokens?: number;
  /** Client timeout in seconds, slightly longer than Azure's. */
  readonly timeoutSeconds: number;
  /** Retryable status codes. The pause between retries doubles. */
  readonly retryOn: readonly number[];
}

/** All values that affect a deployment's answers or its start, and that are therefore part of the hash in its name. */
export interface DeploymentRecipe {
  readonly pattern: Pattern;
  readonly instanceType: string;
  readonly image: ImageReference;
  readonly routes: Routes;
  readonly model?: ModelDecision;
  /** With `score`: the model that score.py loads. @default - the model is part of the image */
  readonly registeredModel?: RegisteredModel;
  /** With `vllm`: what it does for its clients. Absent with `chat`. */
  readonly task?: PoolingTask;
  /** With `vllm`: GPUs across which each layer is split. */
  readonly tensorParallelSize?: number;
  /** With `vllm`: the arguments of `vllm serve`, in order. */
  readonly flags?: readonly string[];
  /** Plain values only, never secrets. */
  readonly environmentVariables: Readonly<Record<string, string>>;
  readonly probes: { readonly liveness: Probe; readonly readiness: Probe };
  readonly requestSettings: RequestSettings;
}

/** A recipe with its physical name and the values that can change without a new deployment. */
export interface DeploymentDecision extends DeploymentRecipe {
  /** `<label>-<8 hexadecimal digits of the recipe's hash>`: the deployment's name in Azure. */
  readonly name: string;
  readonly scaleRule: ScaleRule;
  /** Settings for clients. Absent in lock files of earlier versions. */
  readonly clients?: ClientAdvice;
  /** List price of one instance at the time of the decision, USD per hour. Absent if Azure lists none. */
  readonly usdPerHour?: number;
  /** The reasons for the values, one sentence each. They become comments in the lock file. */
  readonly reasons: readonly string[];
}

/** The requirements in the stack file when a decision was made. The lock file is stale if they differ from the current requirements. */
export type RecordedRequirements = Readonly<Record<string, string | number | boolean | readonly string[]>>;
