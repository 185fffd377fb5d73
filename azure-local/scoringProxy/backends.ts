import type { DeploymentView, EndpointView } from "./directory";
import type { StandInIdentity } from "./standin/identity";
import type { Fault, Speed } from "./standin/pace";
import { type RunningStandIn, startStandIn } from "./standin/server";

/** Values for deployments: by `<endpoint>/<deployment>`, by `<endpoint>`, or by `*` for all; the narrowest counts. */
export type PerDeployment<T> = Readonly<Record<string, T>>;

export interface BackendOptions {
  /** Addresses of real servers, such as `http://127.0.0.1:8000`. A deployment without one is answered by a stand-in. */
  readonly backends?: PerDeployment<string>;
  /** Speed of the stand-ins' answers. */
  readonly standInSpeed?: Speed;
  /** Faults of the stand-ins. */
  readonly faults?: PerDeployment<Fault>;
}

/** Finds the server behind a deployment; starts stand-ins when they are first needed. */
export class Backends {
  private readonly standIns = new Map<string, Promise<RunningStandIn>>();

  /** @throws if an address is not a plain `http://host:port` */
  constructor(private readonly options: BackendOptions) {
    for (const [key, url] of Object.entries(options.backends ?? {})) {
      if (!/^http:\/\/[^/?#@]+$/.test(url)) {
        throw new Error(`backends["${key}"] is "${url}"; it must be an address like http://127.0.0.1:8000, without path or user.`);
      }
    }
  }

  /** The address of a deployment's server, without a slash at the end. */
  async urlOf(endpoint: EndpointView, deployment: DeploymentView): Promise<string> {
    const given = narrowest(this.options.backends, endpoint, deployment);
    return given ?? (await this.standIn(endpoint, deployment)).url;
  }

  /** Replaces the stand-in of a deployment by a new one; a real server is its owner's to restart. */
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
    const known = this.standIns.get(key);
    if (known) return known;
    const { standInSpeed, faults } = this.options;
    const started = startStandIn(identityOf(endpoint, deployment), {
      speed: standInSpeed,
      fault: narrowest(faults, endpoint, deployment),
    });
    this.standIns.set(key, started);
    return started;
  }
}

/** An update in place changes what the container says about itself, and so needs a new stand-in. */
function keyOf(endpoint: EndpointView, deployment: DeploymentView): string {
  return JSON.stringify([endpoint.name, identityOf(endpoint, deployment)]);
}

function identityOf(endpoint: EndpointView, deployment: DeploymentView): StandInIdentity {
  return {
    deployment: deployment.name,
    region: endpoint.region,
    pattern: deployment.pattern,
    models: deployment.models,
    scoringPath: deployment.scoring.path,
    readinessPath: deployment.readiness.path,
    livenessPath: deployment.liveness.path,
  };
}

function narrowest<T>(table: PerDeployment<T> | undefined, endpoint: EndpointView, deployment: DeploymentView): T | undefined {
  return table?.[`${endpoint.name}/${deployment.name}`] ?? table?.[endpoint.name] ?? table?.["*"];
}
