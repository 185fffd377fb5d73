import type { DeploymentView, Directory, EndpointView } from "./directory";

/** Milliseconds between two looks at whether deployments that answer are still there. */
const lookEvery = 500;

/** Requests of one deployment that are being answered. */
interface Answering {
  readonly endpoint: Pick<EndpointView, "name" | "region">;
  readonly deployment: Pick<DeploymentView, "name" | "createdAt">;
  readonly cuts: Set<() => void>;
}

/** Cuts off what a deployment is still answering when it is deleted, as its instances go. It looks only while something is in flight. */
export class InFlight {
  private readonly answering = new Map<string, Answering>();
  private looking?: NodeJS.Timeout;

  constructor(private readonly directory: Directory) {}

  /** @returns what ends the watch, once the request was answered. */
  enter(endpoint: EndpointView, deployment: DeploymentView, cut: () => void): () => void {
    const key = `${endpoint.region}/${endpoint.name}/${deployment.name}/${deployment.createdAt ?? ""}`;
    const found = this.answering.get(key) ?? { endpoint, deployment, cuts: new Set() };
    this.answering.set(key, found);
    found.cuts.add(cut);
    this.looking ??= setInterval(() => void this.look(), lookEvery).unref();
    return () => {
      found.cuts.delete(cut);
      if (found.cuts.size === 0) this.answering.delete(key);
      if (this.answering.size === 0) this.stop();
    };
  }

  stop(): void {
    clearInterval(this.looking);
    this.looking = undefined;
  }

  private async look(): Promise<void> {
    for (const { endpoint, deployment, cuts } of [...this.answering.values()]) {
      // Whoever can't be asked says nothing about deployments.
      const view = await this.directory.find(endpoint.name, endpoint.region).catch(() => "unknown" as const);
      if (view === "unknown") continue;
      const now = view?.deployments.find(({ name }) => name === deployment.name);
      const isThere = now !== undefined && now.state !== "Deleting" && now.createdAt === deployment.createdAt;
      if (!isThere) for (const cut of [...cuts]) cut();
    }
  }
}
