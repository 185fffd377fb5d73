import type { DeploymentView, EndpointView } from "./directory";
import type { StandInIdentity } from "./standin/identity";
import type { Fault, Speed } from "./standin/pace";
import { type RunningStandIn, startStandIn } from "./standin/server";
import { vllmAdapters, vllmTask } from "./task";

/** Values for deployments, by `<endpoint>/<deployment>`, `<endpoint>`, or `*` for all. The most specific key applies. */
export type PerDeployment<T> = Readonly<Record<string, T>>;

export interface BackendOptions {
  /** Addresses of real servers, such as `http://127.0.0.1:8000`. A stand-in answers for a deployment without one. */
  readonly backends?: PerDeployment<string>;
  /** Response speed of the stand-ins. */
  readonly standInSpeed?: Speed;
  /** Faults to inject into the stand-ins. */
  readonly faults?: PerDeployment<Fault>;
}

/** Finds the server behind a deployment. Starts a stand-in at its first use. */
export class Backends {
  private readonly standIns = new Map<string, Promise<RunningStandIn>>();

  /** @throws if an address is not a plain `http://host:port` */
  constructor(private readonly options: BackendOptions) {
    for (const [key, url] of Object.entries(options.backends ?? {})) {
      if (!/^http:\/\/[^/?#@]+$/.test(url)) {
        throw new Error(`backends["${key}"] is "${url}". Set it to an address such as http://127.0.0.1:8000, without a path or user.`);
      }
    }
  }

  /** Returns the address of a deployment's server, without a trailing slash. */
  async urlOf(endpoint: EndpointView, deployment: DeploymentView): Promise<string> {
    const backend = mostSpecific(this.options.backends, endpoint, deployment);
    return backend ?? (await this.standIn(endpoint, deployment)).url;
  }

  /** Replaces the stand-in of a deployment with a new one. Real servers are not restarted. */
  async restart(endpoint: EndpointView, deployment: DeploymentView): Promise<void> {
    const key = keyOf(endpoint, deployment);
    const standIn = this.standIns.get(key);
    this.standIns.delete(key);
    await (await standIn)?.close();
  }

  async close(): Promise<void> {
    const running = await Promise.all(this.standIns.values());
    await Promise.all(running.map((standIn) => standIn.close()));
  }

  private standIn(endpoint: EndpointView, deployment: DeploymentView): Promise<RunningStandIn> {
    const key = keyOf(endpoint, deployment);
    const existing = this.standIns.get(key);
    if (existing) return existing;
    const { standInSpeed, faults } = this.options;
    const started = startStandIn(identityOf(endpoint, deployment), {
      speed: standInSpeed,
      fault: mostSpecific(faults, endpoint, deployment),
    });
    this.standIns.set(key, started);
    return started;
  }
}

/** Contains the identity, because an in-place update changes it and then needs a new stand-in. */
function keyOf(endpoint: EndpointView, deployment: DeploymentView): string {
  return JSON.stringify([endpoint.name, identityOf(endpoint, deployment)]);
}

function identityOf(endpoint: EndpointView, deployment: DeploymentView): StandInIdentity {
  return {
    deployment: deployment.name,
    region: endpoint.region,
    pattern: deployment.pattern,
    models: deployment.models,
    task: vllmTask(deployment.environmentVariables),
    adapters: vllmAdapters(deployment.environmentVariables),
    scoringPath: deployment.scoring.path,
    readinessPath: deployment.readiness.path,
    livenessPath: deployment.liveness.path,
  };
}

function mostSpecific<T>(table: PerDeployment<T> | undefined, endpoint: EndpointView, deployment: DeploymentView): T | undefined {
  return table?.[`${endpoint.name}/${deployment.name}`] ?? table?.[endpoint.name] ?? table?.["*"];
}
