import type { ArmOptions } from "./arm";
import type { RequestWatch } from "./requests";
import type { Addresses } from "./running";
import type { Issuer, ScoringProxyOptions } from "./scoringProxy";

/** Azure on this machine: the resource manager, the providers that the Pulumi engine attaches to, and the endpoints' scoring proxy. */
export interface Azure extends Addresses {
  /** For the engine's PULUMI_DEBUG_PROVIDERS. */
  readonly debugProviders: string;
  /** With the process id of the one whose Azure this is, where another process runs it. */
  readonly runsIn?: number;
  /** An Entra token of a test issuer, which endpoints with authMode AADToken accept from whoever may score. */
  issueToken: Issuer["issueToken"];
  /** Everything that Azure holds now, children and extensions included. */
  resources(): AzureResource[];
  /** Where this process runs it: waits until no other process needs it, then takes it down. */
  close(): Promise<void>;
}

export interface AzureResource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly location?: string;
}

/** What the scoring proxy can be told. */
export const scoringProxyOptions = ["backends", "standInSpeed", "faults", "rules", "limits"] as const;

export interface AzureOptions extends Pick<ScoringProxyOptions, (typeof scoringProxyOptions)[number]> {
  /** Folder that holds the state; what is in it after `close` or a crash is there again at the next opening. */
  readonly home: string;
  /** Seconds of Azure that pass in one second here. @default Infinity: operations are over when they are first asked about */
  readonly speed?: number;
  /** Whether a refresh leaves out what `ignoreChanges` names; see `ProvidersOptions`. @default true */
  readonly refreshIgnores?: boolean;
  /** First of four ports in a row: resource manager and scoring proxy by HTTP, then both by HTTPS. @default any free ones */
  readonly port?: number;
  /** Host names by which callers may reach the servers besides those of this machine and of Azure. @default none */
  readonly hosts?: readonly string[];
  /** Serves HTTPS too, with a certificate that is kept in the home. @default false */
  readonly https?: boolean;
  /**
   * What `scoringUri` says: Azure's own address, or one that answers on this machine: HTTPS where it is served.
   * @default "azure"
   */
  readonly scoringUris?: "azure" | "loopback";
  /** Use the Azure that another process runs on this home, whatever its options are; otherwise that is an error. @default true */
  readonly attach?: boolean;
  /** What else the resource manager can be told: faults, quota, rules that are off, a clock of the test's own. */
  readonly arm?: Omit<ArmOptions, "home" | "port" | "speed" | "scoringOrigin" | "ownBearer" | "hosts" | "issueIdentityToken">;
  /** Told of each request that is over, the scoring proxy's own to the resource manager left out. */
  readonly onRequest?: RequestWatch["onRequest"];
  /** Told of the same requests as they come in. */
  readonly onArrival?: RequestWatch["onArrival"];
  /** Told what `close` waits for. */
  readonly report?: (line: string) => void;
}
