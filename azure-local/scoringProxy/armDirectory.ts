import { regionName } from "../arm/region";
import { ArmClient } from "./armClient";
import { scorersOf } from "./armScorers";
import { type ArmDeployment, type ArmEndpoint, type ArmEnvironmentVersion, type ArmWorkspace, machineLearningVersion } from "./armTypes";
import { viewDeployment } from "./deploymentView";
import type { Directory, EndpointView } from "./directory";

export interface ArmDirectoryOptions {
  /** How long a result is cached, in milliseconds. A missing endpoint is not cached. @default 200 */
  readonly cache?: number;
  /** Secret with which the local issuer signs tokens. Without it, endpoints accept only keys and endpoint tokens of ARM. */
  readonly tokenSecret?: string;
  /** Object IDs of the subscription's owners. They can score at every endpoint without a stored role assignment. @default none */
  readonly owners?: readonly string[];
}

/** Bearer token of the scoring proxy's requests to ARM. */
export const directoryBearer = "scoring-proxy";

export interface ArmDirectory extends Directory {
  /** Deletes all cached results, because a request can have changed the resources. */
  forget(): void;
}

interface Cached {
  readonly until: number;
  readonly view: Promise<EndpointView | undefined>;
}

/**
 * A directory that reads only ARM's REST API. It searches each workspace of the subscription for the endpoint, and reads the endpoint's
 * deployments with their environments, its keys, and the principals that can score.
 */
export function armDirectory(armUrl: string, subscriptionId: string, options: ArmDirectoryOptions = {}): ArmDirectory {
  const reader = new EndpointReader(new ArmClient(armUrl, directoryBearer), subscriptionId, options);
  const cache = new Map<string, Cached>();
  return {
    find(endpointName, region) {
      const key = `${endpointName}@${region ?? ""}`.toLowerCase();
      const cached = cache.get(key);
      if (cached && cached.until > Date.now()) return cached.view;
      const view = reader.read(endpointName, region);
      cache.set(key, { until: Date.now() + (options.cache ?? 200), view });
      const forget = () => cache.get(key)?.view === view && cache.delete(key);
      view.then((endpoint) => endpoint ?? forget(), forget);
      return view;
    },
    forget: () => cache.clear(),
  };
}

class EndpointReader {
  /** Endpoint tokens read so far and their expiry, in milliseconds since 1970. ARM returns only the newest; older ones stay valid. */
  private readonly tokens = new Map<string, Map<string, number>>();

  constructor(
    private readonly arm: ArmClient,
    private readonly subscriptionId: string,
    private readonly options: Pick<ArmDirectoryOptions, "tokenSecret" | "owners">,
  ) {}

  async read(endpointName: string, region: string | undefined): Promise<EndpointView | undefined> {
    const endpoint = await this.locate(endpointName, region);
    if (!endpoint) return undefined;
    const { authMode, publicNetworkAccess, traffic, mirrorTraffic } = endpoint.properties;
    const [deployments, keys, scorers] = await Promise.all([
      this.deployments(endpoint.id),
      this.secrets(endpoint),
      authMode === "AADToken" ? this.scorers(endpoint.id) : [],
    ]);
    return {
      name: endpoint.name,
      region: regionName(endpoint.location),
      publicAccess: publicNetworkAccess !== "Disabled",
      authMode,
      keys,
      tokenSecret: this.options.tokenSecret,
      scorers,
      traffic: byName(traffic ?? {}, deployments),
      mirrorTraffic: byName(mirrorTraffic ?? {}, deployments),
      deployments,
    };
  }

  private async scorers(endpointId: string): Promise<string[]> {
    return [...(this.options.owners ?? []), ...(await scorersOf(this.arm, endpointId))];
  }

  /** Names are unique only within a region, so an address without a region selects the first endpoint with that name. */
  private async locate(endpointName: string, region: string | undefined): Promise<ArmEndpoint | undefined> {
    const workspaces = await this.arm.list<ArmWorkspace>(
      `/subscriptions/${this.subscriptionId}/providers/Microsoft.MachineLearningServices/workspaces`,
      machineLearningVersion,
    );
    const candidates = await Promise.all(
      workspaces.map(({ id }) => this.arm.get<ArmEndpoint>(`${id}/onlineEndpoints/${endpointName}`, machineLearningVersion)),
    );
    return candidates.find((endpoint) => endpoint && (region === undefined || regionName(endpoint.location) === regionName(region)));
  }

  private async deployments(endpointId: string) {
    const deployments = await this.arm.list<ArmDeployment>(`${endpointId}/deployments`, machineLearningVersion);
    return Promise.all(
      deployments.map(async (deployment) => {
        // Only environments of a workspace have an ARM ID. One in a registry (`azureml://registries/...`) can't be read here.
        const id = /^(?:azureml:)?(\/subscriptions\/.+)$/.exec(deployment.properties.environmentId ?? "")?.[1];
        const environment = id ? await this.arm.get<ArmEnvironmentVersion>(id, machineLearningVersion) : undefined;
        return viewDeployment(deployment, environment);
      }),
    );
  }

  private async secrets(endpoint: ArmEndpoint): Promise<string[]> {
    if (endpoint.properties.authMode === "Key") {
      const keys = await this.arm.post<{ primaryKey: string; secondaryKey: string }>(endpoint.id, "listKeys", machineLearningVersion);
      return keys ? [keys.primaryKey, keys.secondaryKey] : [];
    }
    if (endpoint.properties.authMode === "AMLToken") return this.endpointTokens(endpoint.id);
    return [];
  }

  private async endpointTokens(endpointId: string): Promise<string[]> {
    const tokens = this.tokens.get(endpointId) ?? new Map<string, number>();
    this.tokens.set(endpointId, tokens);
    const current = await this.arm.post<{ accessToken: string; expiryTimeUtc: number }>(endpointId, "token", machineLearningVersion);
    // `expiryTimeUtc` is in seconds.
    if (current) tokens.set(current.accessToken, current.expiryTimeUtc * 1000);
    for (const [token, expiry] of tokens) if (expiry <= Date.now()) tokens.delete(token);
    return [...tokens.keys()];
  }
}

/** Weights with the deployments' exact names as keys. Azure ignores the case of the names. */
function byName(weights: Readonly<Record<string, number>>, deployments: readonly { readonly name: string }[]): Record<string, number> {
  const exactName = (key: string) => deployments.find(({ name }) => name.toLowerCase() === key.toLowerCase())?.name ?? key;
  return Object.fromEntries(Object.entries(weights).map(([key, weight]) => [exactName(key), weight]));
}
