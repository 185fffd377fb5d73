import type { Contents } from "./contents";
import type { Credentials } from "./credentials";
import type { JsonObject } from "./json";
import type { CoreLimits, Limits } from "./limits";
import type { Operation, OperationKind } from "./operations";

/** A request body after `name` and read-only properties are taken out. */
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
  | "Updating"
  | "Scaling"
  | "Deleting"
  | "Accepted"
  | "Running"
  | "Succeeded"
  | "Failed"
  | "Canceled";

/** A resource as it is stored. What GET shows is put together from it by `view`. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly apiVersion: string;
  /** What the caller wrote last, with the service's defaults. */
  readonly body: Body;
  /** What the service decided once and shows: generated ids, addresses. */
  readonly outputs: JsonObject;
  /** What the service knows and never shows. */
  readonly facts: JsonObject;
  readonly state: ProvisioningState;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** A name that stays taken after a delete. */
export interface SoftDeleted {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly location: string;
  readonly deletedAt: number;
  /** Milliseconds since 1970 at which the service purges it by itself. */
  readonly purgeAt: number;
  readonly purgeProtected: boolean;
  readonly resource: Resource;
  /** What was below it, and comes back with it. Absent in a state folder of an earlier version. */
  readonly children?: readonly Resource[];
}

/** What differs from one Azure to another. */
export interface Settings {
  readonly coreLimits: CoreLimits;
  readonly limits: Limits;
  /** Milliseconds until a role assignment counts everywhere. */
  readonly rolePropagation: number;
  /** Whether what a deployment downloads has to be there. */
  readonly dataPlane: "assumed" | "checked";
}

/** What rules and types may ask about everything else that exists. */
export interface Inventory {
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly settings: Settings;
  /** What lies in storage accounts and registries. */
  readonly contents: Pick<Contents, "hasBlobs" | "hasImage">;
  /** Origin of an endpoint's `scoringUri`, where it is not Azure's own. */
  readonly scoringOrigin?: (endpointName: string) => string;
  now(): number;
  get(id: string | undefined): Resource | undefined;
  /** Direct children, of one type if given. */
  children(parentId: string, type?: string): Resource[];
  all(type: string): Resource[];
  /** The operation that runs on exactly this resource. */
  running(id: string): Operation | undefined;
  /** Operations that run on this resource or below it. */
  runningWithin(id: string): Operation[];
  /** Deleted resources of a type whose names are still taken. */
  softDeleted(type: string): SoftDeleted[];
}

export type Event = "create" | "update" | "delete";

/**
 * How sure a rule is. D: Azure's documentation; S: the ARM specification; P: the Pulumi provider's source; E: seen in samples only;
 * I: inferred; K: common knowledge. E, I and K can be switched off.
 */
export type Grade = "D" | "S" | "P" | "E" | "I" | "K";

export interface RuleContext {
  readonly event: Event;
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly parentId: string;
  readonly apiVersion: string;
  /** The body with the service's defaults; on a delete the stored one. */
  readonly body: Body;
  readonly previous?: Resource;
  /** The body of a PATCH, of which `body` is the result. */
  readonly patch?: JsonObject;
  readonly inventory: Inventory;
}

/** One thing that Azure refuses. */
export interface Rule {
  /** The simulator's own name of the rule, for reports and switches. */
  readonly code: string;
  readonly types: readonly string[];
  readonly on: readonly Event[];
  readonly azureCode: string;
  readonly status: number;
  /** Azure documentation page, specification or repository that says so. */
  readonly source: string;
  readonly grade: Grade;
  /** What the error's `target` names. @default nothing */
  readonly target?: string;
  /** The request is accepted and its operation ends Failed with `azureCode`. */
  readonly failsOperation?: true;
  /** The refusal's sentence, or undefined when all is well. */
  check(context: RuleContext): string | undefined;
}

/** What a type may do when a write is accepted, ends, or a resource is gone. */
export interface Effects {
  readonly inventory: Inventory;
  readonly credentials: Credentials;
  put(resource: Resource): void;
  /** Writes a resource that comes along with another one (a subnet of a network, a container of a version). */
  putChild(id: string, type: string, body: Body, outputs?: JsonObject, facts?: JsonObject): void;
  remove(id: string): void;
  /** Keeps a resource that is being removed recoverable, and its name taken, for so many seconds whatever the clock's speed. */
  softDelete(resource: Resource, seconds: number, purgeProtected: boolean): void;
  /** Takes a deleted resource back out of retention and restores its children; the resource itself is the caller's to write. */
  recover(id: string): SoftDeleted | undefined;
  /** Forgets what is kept of a deleted resource and of deleted ones below it, which frees their names. */
  purge(id: string): void;
  /** Starts a service-side operation on a resource. */
  begin(resource: Resource, kind: OperationKind, azureSeconds: number, apiVersion: string): Operation;
}

export interface Timing {
  readonly event: Event;
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

/** The answer of a POST action: a body now, or an operation that runs on. */
type ActionAnswer = { readonly body?: unknown; readonly operation?: Operation };

/** What the service adds to a type beyond its schema. A type without a descriptor is served by its schema alone. */
export interface ResourceType {
  readonly type: string;
  /** Seconds of Azure; 0 or none: done when answered. */
  seconds?(timing: Timing): number;
  /** State shown while a write runs, where it isn't Creating or Updating. */
  writing?(timing: Timing): ProvisioningState | undefined;
  /** What the service fills in where the caller left it out. */
  defaults?(body: Body, id: string, inventory: Inventory): JsonObject;
  /** Parts of the body that are kept elsewhere and not stored with it. */
  omit?: readonly string[];
  /** Query parameter of a DELETE that leaves nothing recoverable. */
  readonly purgeParameter?: string;
  /** Secrets of the body are never read back: only a fingerprint is kept. */
  readonly keepsOnlyFingerprint?: true;
  /** Outputs and facts made once, at creation. */
  created?(id: string, body: Body, effects: Effects): { outputs?: JsonObject; facts?: JsonObject };
  /** After each accepted write, before it is answered. `request` still has what `omit` leaves out of the store. */
  written?(resource: Resource, request: Body, effects: Effects): void;
  /** When an operation on the resource ended well. */
  finished?(resource: Resource, operation: Operation, effects: Effects): void;
  /** Just before the resource disappears. */
  deleted?(resource: Resource, effects: Effects, permanently: boolean): void;
  /** Outputs that depend on other resources, put together at each read. */
  derived?(resource: Resource, inventory: Inventory): JsonObject;
  readonly actions?: Readonly<Record<string, (request: ActionRequest) => ActionAnswer>>;
}
