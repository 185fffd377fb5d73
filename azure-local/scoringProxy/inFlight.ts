import type { DeploymentView, Directory, EndpointView } from "./directory";

/** Milliseconds between two checks whether answering deployments still exist. */
const checkInterval = 500;

/** Requests of one deployment that are being answered. */
interface Answering {
  readonly endpoint: Pick<EndpointView, "name" | "region">;
  readonly deployment: Pick<DeploymentView, "name" | "createdAt">;
  readonly cuts: Set<() => void>;
}

/** Aborts the in-flight requests of a deployment when it is deleted. It checks only while requests are in flight. */
export class InFlight {
  private readonly answering = new Map<string, Answering>();
  private timer?: NodeJS.Timeout;

  constructor(private readonly directory: Directory) {}

  /** @returns a function to call when the request was answered */
  enter(endpoint: EndpointView, deployment: DeploymentView, cut: () => void): () => void {
    const key = `${endpoint.region}/${endpoint.name}/${deployment.name}/${deployment.createdAt ?? ""}`;
    const requests = this.answering.get(key) ?? { endpoint, deployment, cuts: new Set() };
    this.answering.set(key, requests);
    requests.cuts.add(cut);
    this.timer ??= setInterval(() => void this.check(), checkInterval).unref();
    return () => {
      requests.cuts.delete(cut);
      if (requests.cuts.size === 0) this.answering.delete(key);
      if (this.answering.size === 0) this.stop();
    };
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private async check(): Promise<void> {
    for (const { endpoint, deployment, cuts } of [...this.answering.values()]) {
      // An unreachable directory is no evidence that the deployment was deleted.
      const view = await this.directory.find(endpoint.name, endpoint.region).catch(() => "unknown" as const);
      if (view === "unknown") continue;
      const now = view?.deployments.find(({ name }) => name === deployment.name);
      const exists = now !== undefined && now.state !== "Deleting" && now.createdAt === deployment.createdAt;
      if (!exists) for (const cut of [...cuts]) cut();
    }
  }
}
