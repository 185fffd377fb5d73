import type { Directory } from "../registry/host";
import type { Registries } from "../registry/registries";
import type { Clock } from "./clock";
import type { NetworkPosition } from "./dataPlane";
import type { Fault } from "./faults";
import type { JsonObject } from "./json";
import type { CoreLimits, Limits } from "./limits";
import type { Grade } from "./model";
import type { PolicyOptions } from "./policies";

export interface ArmOptions {
  /** Folder of the state: `state.jsonl`, `secrets.jsonl`, `requests.jsonl`. Created if it does not exist. */
  readonly home: string;
  /** @default 0, a free port */
  readonly port?: number;
  /** Additional accepted host names, next to loopback names. @default none */
  readonly hosts?: readonly string[];
  /**
   * Azure seconds per real second; `Infinity`: an operation completes at its first poll.
   * @default 600, with which a stack is created in seconds
   */
  readonly speed?: number;
  /** @default `00000000-0000-4000-8000-000000000001` */
  readonly subscriptionId?: string;
  /** Further subscriptions of the same tenant, for registries and networks in other subscriptions. */
  readonly otherSubscriptionIds?: readonly string[];
  /** @default `00000000-0000-4000-8000-0000000000aa` */
  readonly tenantId?: string;
  /** Grades whose rules are switched off. D, S and P are facts; E, I and K are weaker evidence. @default none */
  readonly withoutGrades?: readonly Grade[];
  /** Codes of rules that are switched off. @default none */
  readonly withoutRules?: readonly string[];
  /** Azure Policy: policies that deny requests, and tags to add. @default none */
  readonly policies?: PolicyOptions;
  /** Replaces `speed`. With `manualClock()`, a test controls the time. */
  readonly clock?: Clock;
  /** Origin of an endpoint's `scoringUri`. @default Azure's, `https://<name>.<region>.inference.ml.azure.com` */
  readonly scoringOrigin?: (endpointName: string) => string;
  /**
   * Called for each request after it was handled and before the response is sent. `list` returns the resources of a type at that moment,
   * without completing due operations. @default none
   */
  readonly onCall?: (call: { readonly method: string; readonly path: string }, list: (type: string) => JsonObject[]) => void;
  /** Faults to inject. @default none */
  readonly faults?: readonly Fault[];
  /**
   * What the fault effect `crash` ends: the simulator in this process, which then does not answer and leaves its written state, or the
   * whole process by SIGKILL.
   * @default simulator
   */
  readonly crashes?: "simulator" | "process";
  /** Bearer token of internal services (the scoring proxy). Faults neither count nor affect their requests. @default none */
  readonly internalToken?: string;
  /**
   * Issues tokens of managed identities, for an audience and the tenant: of the local engine, or of the identity of a deployment script with
   * this principal ID.
   * @default no managed identity
   */
  readonly issueIdentityToken?: (audience: string, tenantId: string, principalId?: string) => string;
  /** vCPU quota by region and family: `{ swedencentral: { NCADSA100v4: 240 } }`. @default no limit */
  readonly quota?: CoreLimits;
  /** Limits of endpoints, deployments and instances. @default Azure's limits, see `Limits` */
  readonly limits?: Partial<Limits>;
  /** Azure seconds until a role assignment takes effect. @default 0 */
  readonly rolePropagation?: number;
  /**
   * `checked`: a deployment starts only if its image, its model files and its secrets exist, and secret values can be read.
   * `assumed`: they are assumed to exist.
   * @default assumed
   */
  readonly dataPlane?: "assumed" | "checked";
  /**
   * What the deployer can do with blobs. `everything`: read and write all blobs, as the deployer does with images. `assigned`: what its role
   * assignments allow, as in Azure, where the role Owner has no data actions.
   * @default everything
   */
  readonly deployerBlobs?: "everything" | "assigned";
  /** Replaces what the resource manager does with registries, for tests. @default the contents of the registries below */
  readonly registries?: Registries;
  /** Address of a real OCI registry on loopback that stores the contents of all registries. @default a store in the state folder */
  readonly registry?: string;
  /**
   * Addresses that stand for registries outside Azure, by host name: `{ "docker.io": "http://127.0.0.1:5001" }`. Only `importImage` uses
   * them. An import from another host records only the digest.
   * @default none
   */
  readonly outsideRegistries?: Readonly<Record<string, string>>;
  /** Where tokens for registries come from. @default each token is one of the deployer */
  readonly directory?: Directory;
  /** The network position of data plane callers that do not send one. @default outside */
  readonly network?: NetworkPosition;
}
