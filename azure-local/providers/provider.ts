/** The provider interface: Pulumi's protocol without its protobuf messages. */
import type { Properties } from "./wire";

/** The values that each operation on a resource receives. */
export interface ResourceRequest {
  readonly urn: string;
  /** Type token, e.g. `azure-native:network:Subnet`. */
  readonly type: string;
  /** Logical name in the program. */
  readonly name: string;
}

export interface CheckRequest extends ResourceRequest {
  readonly olds: Properties;
  readonly news: Properties;
  /** Seed with which generated names are the same in preview and update. */
  readonly randomSeed: Uint8Array;
}

export interface DiffRequest extends ResourceRequest {
  readonly oldInputs: Properties;
  readonly news: Properties;
  /** Property paths whose differences are ignored. */
  readonly ignoreChanges: readonly string[];
}

export interface WriteRequest extends ResourceRequest {
  readonly inputs: Properties;
  readonly preview: boolean;
  /** Seconds; 0 for the provider's default. */
  readonly timeout: number;
}

export interface UpdateRequest extends WriteRequest {
  readonly id: string;
  readonly state: Properties;
}

export interface ReadRequest extends ResourceRequest {
  readonly id: string;
  readonly state: Properties;
  /** Undefined in an import. */
  readonly inputs: Properties | undefined;
}

export interface DeleteRequest extends ResourceRequest {
  readonly id: string;
  readonly inputs: Properties;
  readonly timeout: number;
}

export type DiffKind = "add" | "delete" | "update";
export interface Difference {
  readonly kind: DiffKind;
  readonly replace: boolean;
}

export interface DiffResult {
  /** By property path, e.g. `properties.traffic.main`. */
  readonly differences: ReadonlyMap<string, Difference>;
  readonly deleteBeforeReplace: boolean;
}

/** A configured provider instance: the default provider of a stack, or an explicit `new azure.Provider(…)`. */
export interface Provider {
  check(request: CheckRequest): Promise<{ inputs: Properties; failures: string[] }>;
  diff(request: DiffRequest): DiffResult;
  create(request: WriteRequest): Promise<{ id: string; state: Properties }>;
  read(request: ReadRequest): Promise<{ id: string; state: Properties; inputs: Properties }>;
  update(request: UpdateRequest): Promise<Properties>;
  delete(request: DeleteRequest): Promise<void>;
  invoke(token: string, args: Properties): Promise<Properties>;
  /** Aborts running operations. */
  cancel(): void;
}

/** A resource that Azure accepted and that failed later. The engine keeps it in the state and reports the reason. */
export class InitializationError extends Error {
  constructor(
    message: string,
    readonly id: string,
    readonly state: Properties,
    readonly inputs: Properties,
  ) {
    super(message);
  }
}

/** Shows an information line at a resource, in the output of the engine. */
export type EngineLog = (urn: string, message: string) => Promise<void>;

export interface ProviderDefinition {
  readonly name: string;
  readonly version: string;
  /** Creates an instance from its configuration, whose keys have no prefix (`location`, `subscriptionId`). */
  configure(config: Readonly<Record<string, string>>, log?: EngineLog): Provider;
}
