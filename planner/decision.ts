/**
 * A deployment, decided. These are the values that a lock file holds and that components turn into Azure resources; whoever computes
 * them (the lock, or a stack without one at each run) and whoever uses them meet here and nowhere else.
 */
import type { Pattern } from "./pattern";

/** An HTTP probe of the container, in whole seconds. Azure's startup probe is not used: nothing shows that it works. */
export interface Probe {
  /** Seconds before the first try. At least 1. */
  readonly initialDelay: number;
  /** Seconds between tries. At least 1. */
  readonly period: number;
  /** Seconds a try may take. At least 1. */
  readonly timeout: number;
  /** Failed tries in a row before Azure acts: liveness restarts the container, readiness takes it out of rotation. */
  readonly failureThreshold: number;
}

/** How the container answers HTTP. One port serves all routes. */
export interface Routes {
  readonly port: number;
  readonly liveness: string;
  readonly readiness: string;
  /** `/` makes every path of the container reachable below the endpoint's address, which OpenAI clients need. */
  readonly scoring: string;
}

/** An image in the image registry, pinned: `repository@digest`. The registry's host name is the platform's business. */
export interface ImageReference {
  readonly repository: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
}

/** The weights of a deployment. */
export interface ModelDecision {
  /** Hugging Face id, for instance `Qwen/Qwen2.5-7B-Instruct`. */
  readonly id: string;
  /** Commit of the model repository, 40 hexadecimal digits. */
  readonly revision: string;
  /** `mirror`: staged in the workspace's storage, started offline. `hub`: fetched from Hugging Face at each start. */
  readonly source: "mirror" | "hub";
  /** With `mirror`: folder below the workspace's blob datastore. */
  readonly path?: string;
  /** With `mirror`: whether the weights are staged in this region. A deployment whose weights are not there is left out. */
  readonly staged?: boolean;
}

/** When an instance is added, and when one is removed. A value that is equal to its default is absent. */
export interface ScaleRule {
  /** Requests per minute and instance above which an instance is added. */
  readonly scaleOutAbove: number;
  /** Requests per minute and instance below which one is removed. */
  readonly scaleInBelow: number;
  /** Minutes over which the requests are averaged before an instance is added, within `autoscaleLimits`. @default 5 */
  readonly scaleOutWindowMinutes?: number;
  /** Minutes over which the requests are averaged before an instance is removed, within `autoscaleLimits`. @default 15 */
  readonly scaleInWindowMinutes?: number;
  /** Minutes after a change before the next one, within `autoscaleLimits`. @default 15 */
  readonly cooldownMinutes?: number;
}

/** Request limits that Azure enforces before the container sees a request. */
export interface RequestSettings {
  /** Seconds, within `endpointLimits`. */
  readonly requestTimeout: number;
  /** Azure admits `admissionFactor × this × instances` requests at once and refuses the rest. */
  readonly maxConcurrentRequestsPerInstance: number;
}

/** What a client must keep to so that no request fails inside the declared load. */
export interface ClientAdvice {
  /** Largest `max_tokens` whose answer arrives within the timeout at the declared concurrency. Absent where answers aren't counted in tokens. */
  readonly maxTokens?: number;
  /** Seconds that a client waits: a little longer than Azure does. */
  readonly timeoutSeconds: number;
  /** Status codes that are worth another try, after a pause that doubles. */
  readonly retryOn: readonly number[];
}

/** Everything that alters a deployment's answers or its start-up, and so is in the hash of its name. */
export interface DeploymentRecipe {
  readonly pattern: Pattern;
  readonly instanceType: string;
  readonly image: ImageReference;
  readonly routes: Routes;
  readonly model?: ModelDecision;
  /** With `vllm`: GPUs that one server spans. */
  readonly tensorParallelSize?: number;
  /** With `vllm`: the arguments of `vllm serve`, in order. */
  readonly flags?: readonly string[];
  /** Plain values only; a secret is never here. */
  readonly environmentVariables: Readonly<Record<string, string>>;
  readonly probes: { readonly liveness: Probe; readonly readiness: Probe };
  readonly requestSettings: RequestSettings;
}

/** A recipe with its physical name and what may change without a new deployment. */
export interface DeploymentDecision extends DeploymentRecipe {
  /** `<label>-<8 hexadecimal digits of the recipe's hash>`: the deployment's name in Azure. */
  readonly name: string;
  readonly scaleRule: ScaleRule;
  /** What clients are told. Absent in a lock that was made before it was written down. */
  readonly clients?: ClientAdvice;
  /** List price of one instance when this was decided, USD per hour. Absent where Azure lists none. */
  readonly usdPerHour?: number;
  /** Why each value is what it is, one sentence each; comments of the lock file and lines of the preview. */
  readonly reasons: readonly string[];
}

/** What the stack file asked for when a decision was made; a lock whose wish differs from the stack file's is stale. */
export type DeploymentWish = Readonly<Record<string, string | number | boolean | readonly string[]>>;
