import { type BackendOptions, Backends } from "./backends";
import type { DeploymentView, EndpointView } from "./directory";
import { Readiness, stillStarting } from "./readiness";
import type { Refusal } from "./refusal";
import { modelNotReady } from "./relay";
import type { ScoringProxyRules } from "./rules";

export interface ContainerOptions extends BackendOptions {
  /** Seconds of Azure that pass in one second while containers start. @default Infinity: they are up at once, if ever */
  readonly speed?: number;
  /** Milliseconds since 1970, by the clock that the directory's `createdAt` is of. @default Date.now */
  readonly now?: () => number;
}

/** The containers behind deployments: which server answers for each, whether it is up, and its restart when it is dead. */
export class Containers {
  private readonly backends: Backends;
  private readonly readiness = new Readiness();

  /** @throws if a backend's address is not a plain `http://host:port` */
  constructor(
    private readonly options: ContainerOptions,
    private readonly rules: ScoringProxyRules,
  ) {
    this.backends = new Backends(options);
  }

  /** The address of a deployment's container, or why it gets no request now. */
  async ready(endpoint: EndpointView, deployment: DeploymentView): Promise<{ url: string } | Refusal> {
    const { now = Date.now, speed = Number.POSITIVE_INFINITY } = this.options;
    const starting = stillStarting(deployment, this.rules, now(), speed);
    if (starting) return modelNotReady(starting);
    const url = await this.backends.urlOf(endpoint, deployment);
    const condition = await this.readiness.conditionOf(url, deployment);
    if (condition === "ready") return { url };
    if (condition === "not ready" || !this.rules.livenessRestarts) {
      return modelNotReady(`${deployment.name} fails its readiness probe on ${deployment.readiness.path}`);
    }
    this.readiness.forget(url);
    await this.backends.restart(endpoint, deployment);
    return modelNotReady(`${deployment.name} fails its liveness probe on ${deployment.liveness.path} and is restarted`);
  }

  close(): Promise<void> {
    return this.backends.close();
  }
}
