/** Pulumi providers for Azure on this machine: stand-ins for the plugins `azure-native`, `random` and `docker`. */
import { azureNative } from "./azureNative";
import { docker } from "./docker";
import type { IssueToken } from "./invoke";
import { random } from "./random";
import { serveProvider } from "./server";

export { deployerObjectId } from "./invoke";

export interface ProvidersOptions {
  /** Where ARM is, e.g. `http://127.0.0.1:4000`. */
  readonly armUrl: string;
  /** Used where the stack's configuration names none. */
  readonly subscriptionId: string;
  /** @default 00000000-0000-4000-8000-0000000000aa */
  readonly tenantId?: string;
  /** Milliseconds between two looks at a long-running operation. @default 50 */
  readonly pollMs?: number;
  /**
   * Whether a refresh leaves out what `ignoreChanges` names. The engine hands the paths to every Diff; the last source of azure-native that
   * could be read makes nothing of them, and then one refresh takes over what others have written before the next shows no change.
   * @default true
   */
  readonly refreshIgnores?: boolean;
  /** Signs an Entra token of the deployer. @default - one that nobody on this machine accepts */
  readonly issueToken?: IssueToken;
}

export interface Providers {
  /** Value of the environment variable PULUMI_DEBUG_PROVIDERS that makes the engine use these providers. */
  readonly debugProviders: string;
  close(): Promise<void>;
}

/** Serves the providers on free loopback ports, in this process. */
export async function startProviders(options: ProvidersOptions): Promise<Providers> {
  const { armUrl, pollMs = 50, subscriptionId, tenantId = "00000000-0000-4000-8000-0000000000aa", refreshIgnores = true } = options;
  const definitions = [
    azureNative({ armUrl: armUrl.replace(/\/+$/, ""), pollMs, subscriptionId, tenantId, refreshIgnores, issueToken: options.issueToken }),
    random,
    docker,
  ];
  const servers = await Promise.all(definitions.map(async (definition) => ({ ...definition, server: await serveProvider(definition) })));
  return {
    debugProviders: servers.map(({ name, server }) => `${name}:${server.port}`).join(","),
    close: async () => {
      await Promise.all(servers.map(({ server }) => server.close()));
    },
  };
}
