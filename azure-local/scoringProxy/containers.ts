import { type BackendOptions, Backends } from "./backends";
import type { DeploymentView, EndpointView } from "./directory";
import type { ErrorResponse } from "./errorResponse";
import { Readiness, stillStarting } from "./readiness";
import { modelNotReady } from "./relay";
import type { ScoringProxyRules } from "./rules";

export interface ContainerOptions extends BackendOptions {
  /** Azure seconds per real second while containers start. @default Infinity: they start immediately, or never */
  readonly speed?: number;
  /** Milliseconds since 1970, on the clock that the directory uses for `createdAt`. @default Date.now */
  readonly now?: () => number;
}

/** The containers of deployments: finds the server of each, checks its probes, and restarts it if its liveness probe fails. */
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

  /** Returns the address of a deployment's container, or an error if the container is not ready. */
  async ready(endpoint: EndpointView, deployment: DeploymentView): Promise<{ url: string } | ErrorResponse> {
    const { now = Date.now, speed = Number.POSITIVE_INFINITY } = this.options;
    const starting = stillStarting(deployment, this.rules, now(), speed);
    if (starting) return modelNotReady(starting);
    const url = await this.backends.urlOf(endpoint, deployment);
    const condition = await this.readiness.conditionOf(url, deployment);
    if (condition === "ready") return { url };
    if (condition === "not ready" || !this.rules.livenessRestarts) {
      return modelNotReady(`the readiness probe of ${deployment.name} on ${deployment.readiness.path} fails`);
    }
    this.readiness.forget(url);
    await this.backends.restart(endpoint, deployment);
    return modelNotReady(`the liveness probe of ${deployment.name} on ${deployment.liveness.path} fails; its container is restarted`);
  }

  close(): Promise<void> {
    return this.backends.close();
  }
}
