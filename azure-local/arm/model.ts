import type { Contents } from "./contents";
import type { Credentials } from "./credentials";
import type { JsonObject } from "./json";
import type { CoreLimits, Limits } from "./limits";
import type { Operation, OperationKind } from "./operations";

/** A request body without `name` and read-only properties. */
export interface Body extends JsonObject {
  location?: string;
  kind?: unknown;
  sku?: unknown;
  tags?: Record<string, string>;
  identity?: ManagedIdentity;
  properties?: JsonObject;
}

export interface ManagedIdentity {
  type?: string;
  userAssignedIdentities?: Record<string, unknown>;
}

export type ProvisioningState =
  | "Creating"
  /** Only deployment scripts: their container is being created. */
  | "ProvisioningResources"
  | "Updating"
  | "Scaling"
  | "Deleting"
  | "Accepted"
  | "Running"
  | "Succeeded"
  | "Failed"
  | "Canceled";

/** A stored resource. `view` creates the response of GET from it. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly apiVersion: string;
  /** The last body that the caller wrote, with the service's defaults. */
  readonly body: Body;
  /** Values that the service generated and returns: IDs, addresses. */
  readonly outputs: JsonObject;
  /** Internal values that the service never returns. */
  readonly facts: JsonObject;
  readonly state: ProvisioningState;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** A soft-deleted resource. Its name stays reserved. */
export interface SoftDeleted {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly location: string;
  readonly deletedAt: number;
  /** Time at which the service purges it, in milliseconds since 1970. */
  readonly purgeAt: number;
  readonly purgeProtected: boolean;
  readonly resource: Resource;
  /** Its child resources, which are recovered with it. Absent in state folders of earlier versions. */
  readonly children?: readonly Resource[];
}

/** Settings of the simulated Azure. */
export interface Settings {
  readonly coreLimits: CoreLimits;
  readonly limits: Limits;
  /** Milliseconds until a role assignment takes effect. */
  readonly rolePropagation: number;
  /** Whether the downloads of a deployment must exist. */
  readonly dataPlane: "assumed" | "checked";
}

/** Read access of rules and types to all resources. */
export interface Inventory {
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly settings: Settings;
  /** The contents of storage accounts and registries. */
  readonly contents: Pick<Contents, "hasBlobs" | "hasImage">;
  /** Origin of an endpoint's `scoringUri`, if it differs from Azure's. */
  readonly scoringOrigin?: (endpointName: string) => string;
  now(): number;
  get(id: string | undefined): Resource | undefined;
  /** Returns direct children, optionally of one type. */
  children(parentId: string, type?: string): Resource[];
  all(type: string): Resource[];
  /** Returns the running operation of this resource. */
  running(id: string): Operation | undefined;
  /** Returns running operations of this resource and of resources below it. */
  runningWithin(id: string): Operation[];
  /** Returns soft-deleted resources of a type. */
  softDeleted(type: string): SoftDeleted[];
}

/** `action`: a POST to a resource, for example `importImage`. */
export type Event = "create" | "update" | "delete" | "action";

/**
 * The evidence for a rule. D: Azure's documentation; S: the ARM specification; P: the Pulumi provider's source; E: samples only; I:
 * inferred; K: common knowledge. E, I and K can be switched off.
 */
export type Grade = "D" | "S" | "P" | "E" | "I" | "K";

export interface RuleContext {
  readonly event: Event;
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly parentId: string;
  readonly apiVersion: string;
  /** The body with the service's defaults. For a delete: the stored body. For an action: the body of the request. */
  readonly body: Body;
  readonly previous?: Resource;
  /** For a PATCH: the request body; `body` is the result. */
  readonly patch?: JsonObject;
  /** For an action: its name, in the simulator's spelling. */
  readonly action?: string;
  readonly inventory: Inventory;
}

/** A check that rejects what Azure rejects. */
export interface Rule {
  /** The name of the rule, for reports and switches. */
  readonly code: string;
  readonly types: readonly string[];
  readonly on: readonly Event[];
  /** For the event `action`: the name of the action. */
  readonly action?: string;
  readonly azureCode: string;
  readonly status: number;
  /** The Azure documentation page, specification or repository that states the rule. */
  readonly source: string;
  readonly grade: Grade;
  /** The `target` of the error. @default none */
  readonly target?: string;
  /** The request is accepted, and its operation ends as Failed with `azureCode`. */
  readonly failsOperation?: true;
  /** Returns the error message, or undefined if the request is valid. */
  check(context: RuleContext): string | undefined;
}

/** Actions of a resource type after a write was accepted, an operation ended, or a resource was removed. */
export interface Effects {
  readonly inventory: Inventory;
  readonly credentials: Credentials;
  put(resource: Resource): void;
  /** Writes a resource that is created with another one (a subnet of a network, a container of a version). */
  putChild(id: string, type: string, body: Body, outputs?: JsonObject, facts?: JsonObject): void;
  remove(id: string): void;
  /** Soft-deletes a resource: keeps it recoverable and its name reserved for this number of seconds, independent of the clock's speed. */
  softDelete(resource: Resource, seconds: number, purgeProtected: boolean): void;
  /** Ends the retention of a deleted resource and restores its children. The caller must write the resource itself. */
  recover(id: string): SoftDeleted | undefined;
  /** Purges a deleted resource and the deleted resources below it, which frees their names. */
  purge(id: string): void;
  /** Starts an operation of the service on a resource. */
  begin(
    resource: Pick<Resource, "id">,
    kind: OperationKind,
    azureSeconds: number | undefined,
    apiVersion: string,
    more?: Partial<Operation>,
  ): Operation;
}

export interface Timing {
  readonly event: Exclude<Event, "action">;
  readonly body: Body;
  readonly previous?: Resource;
  readonly id: string;
  readonly inventory: Inventory;
}

export interface ActionRequest {
  readonly resource: Resource;
  readonly body: JsonObject;
  readonly apiVersion: string;
  readonly effects: Effects;
}

/** The response of a POST action: a body, or a running operation. */
export interface ActionAnswer {
  readonly body?: unknown;
  readonly operation?: Operation;
  /** The header by which the client follows the operation. @default both `Azure-AsyncOperation` and `Location` */
  readonly polling?: "location";
}

/** Duration of a write that ends with work outside the state: a job sets the end of its operation (see `Jobs`). */
export const UNTIL_WORK_ENDS = Number.POSITIVE_INFINITY;

/** The service-side behavior of a type. For a type without it, only the schema applies. */
export interface ResourceType {
  readonly type: string;
  /** Duration of a write in Azure seconds, or `UNTIL_WORK_ENDS`. 0 or undefined: completed with the response. */
  seconds?(timing: Timing): number;
  /** The state while a write runs, if it is not Creating or Updating. */
  writing?(timing: Timing): ProvisioningState | undefined;
  /** The defaults for omitted values. */
  defaults?(body: Body, id: string, inventory: Inventory): JsonObject;
  /** Paths of the body that are stored elsewhere. */
  omit?: readonly string[];
  /** Query parameter with which a DELETE also purges the resource. */
  readonly purgeParameter?: string;
  /** Secrets in the body are never returned, so only a fingerprint is stored. */
  readonly keepsOnlyFingerprint?: true;
  /** Outputs and facts that are generated at creation. */
  created?(id: string, body: Body, effects: Effects): { outputs?: JsonObject; facts?: JsonObject };
  /** Called after each accepted write, before the response. `request` also contains the paths in `omit`. */
  written?(resource: Resource, request: Body, effects: Effects): void;
  /** Called when an operation on the resource has succeeded. */
  finished?(resource: Resource, operation: Operation, effects: Effects): void;
  /** Called when an operation on the resource has failed. */
  failed?(resource: Resource, operation: Operation, effects: Effects): void;
  /** The state in responses, for a type whose state also depends on its work. @default the stored state */
  state?(resource: Resource, inventory: Inventory): ProvisioningState;
  /** Called before the resource is removed. */
  deleted?(resource: Resource, effects: Effects, permanently: boolean): void;
  /** Outputs that depend on other resources, computed at each read. */
  derived?(resource: Resource, inventory: Inventory): JsonObject;
  readonly actions?: Readonly<Record<string, (request: ActionRequest) => ActionAnswer>>;
}
