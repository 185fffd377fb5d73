import * as path from "node:path";
import { startArm } from "./arm";
import { armDirectory, startFrontdoor } from "./frontdoor";
import { startProviders } from "./providers";

/** Azure on this machine: the resource manager, the providers that the Pulumi engine attaches to, and the endpoints' front door. */
export interface Azure {
  /** Resource manager, plain HTTP on loopback. */
  readonly armUrl: string;
  /** Data plane of every endpoint: `<url>/<endpoint name>/<path>`. */
  readonly frontdoorUrl: string;
  readonly subscriptionId: string;
  /** For the engine's PULUMI_DEBUG_PROVIDERS. */
  readonly debugProviders: string;
  /** Everything that Azure holds now, children and extensions included. */
  resources(): AzureResource[];
  close(): Promise<void>;
}

export interface AzureResource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly location?: string;
}

export interface AzureOptions {
  /** Folder that holds the state; what is in it after `close` or a crash is there again at the next opening. */
  readonly home: string;
  /** Seconds of Azure that pass in one second here. @default Infinity: operations are over when they are first asked about */
  readonly speed?: number;
  /** Whether a refresh leaves out what `ignoreChanges` names; see `ProvidersOptions`. @default true */
  readonly refreshIgnores?: boolean;
  /** Servers to answer in place of the built-in responder, by `<endpoint>/<deployment>`, `<endpoint>` or `*`. */
  readonly backends?: Readonly<Record<string, string>>;
}

export async function openAzure({ home, speed = Number.POSITIVE_INFINITY, backends, refreshIgnores }: AzureOptions): Promise<Azure> {
  const arm = await startArm({ home: path.join(home, "azure"), speed });
  const directory = armDirectory(arm.url, arm.subscriptionId);
  const [providers, frontdoor] = await Promise.all([
    startProviders({ armUrl: arm.url, subscriptionId: arm.subscriptionId, refreshIgnores }),
    startFrontdoor({ directory, backends }),
  ]);
  return {
    armUrl: arm.url,
    frontdoorUrl: frontdoor.url,
    subscriptionId: arm.subscriptionId,
    debugProviders: providers.debugProviders,
    resources: () => arm.everything() as unknown as AzureResource[],
    async close() {
      await frontdoor.close();
      await providers.close();
      await arm.close();
    },
  };
}
