import type { Clock } from "./clock";
import type { NetworkPosition } from "./dataPlane";
import type { Fault } from "./faults";
import type { JsonObject } from "./json";
import type { CoreLimits, Limits } from "./limits";
import type { Grade } from "./model";
import type { PolicyOptions } from "./policies";

export interface ArmOptions {
  /** Folder that holds the state: `state.jsonl`, `secrets.jsonl`, `requests.jsonl`. Made if it isn't there. */
  readonly home: string;
  /** @default 0, any free port */
  readonly port?: number;
  /** Host names by which callers may reach it besides those of this machine. @default none */
  readonly hosts?: readonly string[];
  /**
   * Seconds of Azure that pass in one real second; `Infinity`: an operation is over at its first poll.
   * @default 600, a stack comes up in seconds
   */
  readonly speed?: number;
  /** @default `00000000-0000-4000-8000-000000000001` */
  readonly subscriptionId?: string;
  /** Further subscriptions of the same tenant, for registries and networks that stand elsewhere. */
  readonly otherSubscriptionIds?: readonly string[];
  /** @default `00000000-0000-4000-8000-0000000000aa` */
  readonly tenantId?: string;
  /** Rules of these grades are switched off; D, S and P are facts, E, I and K are weaker. @default none */
  readonly withoutGrades?: readonly Grade[];
  /** Single rules that are switched off, by their code. @default none */
  readonly withoutRules?: readonly string[];
  /** Azure Policy: what is denied, and which tags are added. @default none */
  readonly policies?: PolicyOptions;
  /** Takes the place of `speed`; a test owns the time with `manualClock()`. */
  readonly clock?: Clock;
  /** Origin of an endpoint's `scoringUri`. @default Azure's own, `https://<name>.<region>.inference.ml.azure.com` */
  readonly scoringOrigin?: (endpointName: string) => string;
  /**
   * Told of each call when it was handled and before its caller is answered, with all resources of a type as they are at that moment:
   * operations that are due are not brought to their end by the look. @default nobody is told
   */
  readonly onCall?: (call: { readonly method: string; readonly path: string }, list: (type: string) => JsonObject[]) => void;
  /** What goes wrong, and at which call. @default none */
  readonly faults?: readonly Fault[];
  /**
   * What a fault of the effect `crash` ends: the simulator in this process, which then answers nobody and leaves its state as written, or
   * the whole process by SIGKILL.
   * @default simulator
   */
  readonly crashes?: "simulator" | "process";
  /** Bearer by which Azure's own services (the scoring proxy) are known: faults neither count nor strike their calls. @default none */
  readonly ownBearer?: string;
  /** Tokens of the managed identity that the engine on this machine runs as, for an audience and the tenant. @default there is no such identity */
  readonly issueIdentityToken?: (audience: string, tenantId: string) => string;
  /** Cores granted, by region and family: `{ swedencentral: { NCADSA100v4: 240 } }`. @default no limit, as if all had been asked for */
  readonly quota?: CoreLimits;
  /** How many endpoints, deployments and instances there may be. @default Azure's own, see `Limits` */
  readonly limits?: Partial<Limits>;
  /** Seconds of Azure until a role assignment counts. @default 0 */
  readonly rolePropagation?: number;
  /**
   * `checked`: a deployment starts only if its image, the files of its model and its secrets are there, and secrets can be read back;
   * `assumed`: they are taken to be there.
   * @default assumed
   */
  readonly dataPlane?: "assumed" | "checked";
  /** Where callers of the data plane stand who don't say so. @default outside */
  readonly network?: NetworkPosition;
}
