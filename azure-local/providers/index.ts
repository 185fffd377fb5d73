/** Pulumi providers for the local Azure: stand-ins for the plugins `azure-native`, `random` and `docker`. */
import { azureNative } from "./azureNative";
import { dockerProvider } from "./docker";
import type { IssueToken } from "./invoke";
import { random } from "./random";
import { serveProvider } from "./server";

export { deployerObjectId } from "./invoke";

export interface ProvidersOptions {
  /** Address of ARM, for example `http://127.0.0.1:4000`. */
  readonly armUrl: string;
  /** Address of the registries for pushes without credentials. @default images are not pushed */
  readonly imagesAddress?: string;
  /** Used if the stack's configuration contains none. */
  readonly subscriptionId: string;
  /** @default 00000000-0000-4000-8000-0000000000aa */
  readonly tenantId?: string;
  /** Milliseconds between two polls of a long-running operation. @default 50 */
  readonly pollMs?: number;
  /**
   * Whether a refresh respects `ignoreChanges`. The engine passes the paths to each Diff, but the latest public source of azure-native
   * ignores them. If false, one refresh adopts foreign changes before the next one shows no change.
   * @default true
   */
  readonly refreshIgnores?: boolean;
  /** Signs a Microsoft Entra token of the deployer. @default - tokens that no local server accepts */
  readonly issueToken?: IssueToken;
}

export interface Providers {
  /** Value of the environment variable PULUMI_DEBUG_PROVIDERS with which the engine uses these providers. */
  readonly debugProviders: string;
  close(): Promise<void>;
}

/** Starts the providers in this process, on free loopback ports. */
export async function startProviders(options: ProvidersOptions): Promise<Providers> {
  const { armUrl, pollMs = 50, subscriptionId, tenantId = "00000000-0000-4000-8000-0000000000aa", refreshIgnores = true } = options;
  const definitions = [
    azureNative({ armUrl: armUrl.replace(/\/+$/, ""), pollMs, subscriptionId, tenantId, refreshIgnores, issueToken: options.issueToken }),
    random,
    dockerProvider({ armUrl: armUrl.replace(/\/+$/, ""), imagesAddress: options.imagesAddress }),
  ];
  const servers = await Promise.all(definitions.map(async (definition) => ({ ...definition, server: await serveProvider(definition) })));
  return {
    debugProviders: servers.map(({ name, server }) => `${name}:${server.port}`).join(","),
    close: async () => {
      await Promise.all(servers.map(({ server }) => server.close()));
    },
  };
}
