import type { ArmOptions } from "./arm";
import type { RequestWatch } from "./requests";
import type { Addresses } from "./running";
import type { Issuer, ScoringProxyOptions } from "./scoringProxy";

/** The local Azure: the resource manager, the provider stand-ins that the Pulumi engine attaches to, and the scoring proxy. */
export interface Azure extends Addresses {
  /** The value of PULUMI_DEBUG_PROVIDERS for the engine. */
  readonly debugProviders: string;
  /** The ID of the process that runs the local Azure. Undefined if this process runs it. */
  readonly hostProcessId?: number;
  /** Issues a test token. Endpoints with authMode AADToken accept it from principals that can score. */
  issueToken: Issuer["issueToken"];
  /** All existing resources, including child and extension resources. */
  resources(): AzureResource[];
  /**
   * Writes the files of a model version to a folder that stands for `AZUREML_MODEL_DIR`.
   * @throws Error if another process runs the local Azure, or the model version doesn't exist, is not in a datastore, or has no files
   */
  mountModel(modelVersionId: string, folder: string): Promise<void>;
  /** Detaches from the local Azure. If this process runs it, waits until no other process uses it, and then stops it. */
  close(): Promise<void>;
}

export interface AzureResource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly location?: string;
}

/** The options that are passed to the scoring proxy. */
export const scoringProxyOptions = ["backends", "standInSpeed", "faults", "rules", "limits"] as const;

/** The options of the resource manager that the local Azure sets, or that are options of their own. */
type OwnOptions =
  | "directory"
  | "home"
  | "hosts"
  | "internalToken"
  | "issueIdentityToken"
  | "outsideRegistries"
  | "port"
  | "registry"
  | "scoringOrigin"
  | "speed";

export interface AzureOptions extends Pick<ScoringProxyOptions, (typeof scoringProxyOptions)[number]> {
  /** State folder. Its contents persist after `close` and after a crash. */
  readonly home: string;
  /** Azure seconds per real second. @default Infinity: operations complete at their first poll */
  readonly speed?: number;
  /** Whether a refresh respects `ignoreChanges`; see `ProvidersOptions`. @default true */
  readonly refreshIgnores?: boolean;
  /**
   * First of five consecutive ports: resource manager and scoring proxy over HTTP, then both over HTTPS, then images.
   * @default free ports
   */
  readonly port?: number;
  /** Host names to accept in addition to loopback names and Azure's names. @default none */
  readonly hosts?: readonly string[];
  /** Also serves HTTPS, with a certificate that is stored in the state folder. @default false */
  readonly https?: boolean;
  /**
   * The value of `scoringUri`: Azure's address, or the local address (HTTPS if `https` is set).
   * @default "azure"
   */
  readonly scoringUris?: "azure" | "loopback";
  /** Whether to attach to a process that already uses this folder; most options are then ignored. If false, opening fails. @default true */
  readonly attach?: boolean;
  /** Address of a real OCI registry on loopback that stores the images of all registries. @default a store in the state folder */
  readonly registry?: ArmOptions["registry"];
  /** Addresses that stand for registries outside Azure, by host name. @default none: imports record only digests */
  readonly outsideRegistries?: ArmOptions["outsideRegistries"];
  /** Further options of the resource manager: faults, quota, rules to switch off, a clock. */
  readonly arm?: Omit<ArmOptions, OwnOptions>;
  /** Called after each request, except those from the scoring proxy to the resource manager. */
  readonly onRequest?: RequestWatch["onRequest"];
  /** Called when a request arrives, except those from the scoring proxy to the resource manager. */
  readonly onArrival?: RequestWatch["onArrival"];
  /** Called with a line that states what `close` waits for. */
  readonly report?: (line: string) => void;
}
