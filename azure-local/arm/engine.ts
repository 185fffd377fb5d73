import * as path from "node:path";
import { AzureError, type ErrorBody } from "./azureError";
import type { Catalog } from "./catalog";
import type { Clock } from "./clock";
import { Contents } from "./contents";
import type { Credentials } from "./credentials";
import type { JsonObject } from "./json";
import type { Body, Effects, Inventory, Resource, SoftDeleted } from "./model";
import { type Operation, type OperationKind, Operations } from "./operations";
import { isWithin, nameOf, sameId } from "./path";
import { Store } from "./store";
import type { Table, Tables } from "./tables";

/** The state of Azure and how it changes by itself: resources, running operations, deleted names. Knows nothing of HTTP. */
export class Engine implements Effects {
  readonly store: Store;
  readonly operations: Operations;
  readonly inventory: Inventory;
  readonly contents: Contents;
  private readonly deleted: Table<SoftDeleted>;
  /** Told of each operation that ended, so that a template can go on. */
  onEnded: (operation: Operation, now: number) => void = () => {};
  /** Told of each poll of a template, whose resources are polled with it. */
  onTemplatePolled: (template: Resource) => void = () => {};
  private settlingAt: number | undefined;
  /** What the removal at hand takes away, children first. */
  private removing: readonly Resource[] = [];
  private fault: ErrorBody | undefined;

  constructor(
    readonly catalog: Catalog,
    readonly credentials: Credentials,
    readonly clock: Clock,
    private readonly tables: Tables,
    identity: Pick<Inventory, "subscriptionId" | "tenantId" | "scoringOrigin" | "settings">,
  ) {
    this.contents = new Contents(tables);
    this.store = new Store(tables);
    this.operations = new Operations(tables, clock);
    this.deleted = tables.table("softDeleted");
    this.inventory = {
      ...identity,
      contents: this.contents,
      now: () => this.now(),
      get: (id) => this.store.get(id),
      children: (parentId, type) => this.store.children(parentId, type),
      all: (type) => this.store.all(type),
      running: (id) => this.operations.on(id),
      runningWithin: (id) => this.operations.within(id),
      softDeleted: (type) => this.softDeleted(type),
    };
  }

  /** While operations are brought to their end: the time at which the one at hand ended. */
  now(): number {
    return this.settlingAt ?? this.clock.now();
  }

  /** Brings to their end all operations whose time has come, in the order of their ends. */
  settle(): void {
    for (let due = this.operations.nextDue(this.clock.now()); due; due = this.operations.nextDue(this.clock.now())) {
      this.settlingAt = due.endsAt;
      try {
        this.finish(due);
      } finally {
        this.settlingAt = undefined;
      }
    }
    this.purgeOverdue();
  }

  /** A client asks how an operation is: one whose work is done ends at this. */
  poll(operation: Operation | undefined): void {
    if (operation?.status !== "InProgress") return;
    if (operation.kind === "template") this.onTemplatePolled(this.store.get(operation.resourceId)!);
    else if ((operation.doneAt ?? Number.POSITIVE_INFINITY) <= this.now()) this.finish(operation);
    // The operation has ended, also where the request is refused: a GET of a resource whose deletion ends by it answers 404.
    for (const tables of this.written) tables.begin();
  }

  /**
   * Does something that is kept as a whole or not at all: what it changed is written before this returns, and taken back if it throws or
   * can't be written. What only reads goes on while the disk is full.
   * @throws AzureError 507 if it can't be written
   */
  transact<T>(act: () => T): T {
    this.settle();
    for (const tables of this.written) tables.begin();
    let result: T;
    try {
      result = act();
    } catch (error) {
      this.rollback();
      this.commit();
      throw error;
    }
    const problem = this.commit();
    if (problem === undefined || !this.isChanged) return result;
    this.rollback();
    throw new AzureError(507, "InsufficientStorage", notWritten(this.tables.path, problem));
  }

  /** Writes pending changes. @returns the error if they can't be written; all of them then stay pending */
  private commit(): Error | undefined {
    const takeBack: (() => void)[] = [];
    try {
      // Secrets first: a crash between the two leaves an unused secret, not a resource without one.
      for (const tables of this.written) takeBack.push(tables.commit());
      return undefined;
    } catch (error) {
      for (const one of takeBack) one();
      return error as Error;
    }
  }

  private get written(): readonly Tables[] {
    return [this.credentials.tables, this.tables];
  }

  private get isChanged(): boolean {
    return this.written.some((tables) => tables.isChanged);
  }

  private rollback(): void {
    if (!this.isChanged) return;
    for (const tables of this.written) tables.rollback();
    this.store.reindex();
    this.operations.reindex();
  }

  /** Lets every operation that begins meanwhile end Failed with this error. */
  failing<T>(error: ErrorBody, act: () => T): T {
    this.settle();
    this.fault = error;
    try {
      return act();
    } finally {
      this.fault = undefined;
    }
  }

  get isFailing(): boolean {
    return this.fault !== undefined;
  }

  begin(
    resource: Resource,
    kind: OperationKind,
    azureSeconds: number | undefined,
    apiVersion: string,
    more: Partial<Operation> = {},
  ): Operation {
    // A template ends as its resources do.
    const failure = kind === "template" ? undefined : this.fault;
    return this.operations.begin({ kind, resourceId: resource.id, apiVersion, failure, ...more }, azureSeconds, this.now());
  }

  put(resource: Resource): void {
    this.store.put(resource);
  }

  putChild(id: string, type: string, body: Body, outputs: JsonObject = {}, facts: JsonObject = {}): void {
    const previous = this.store.get(id);
    const now = this.now();
    this.store.put({
      id: previous?.id ?? id,
      type,
      name: nameOf(id),
      apiVersion: this.catalog.find(type)!.schema.apiVersion,
      body,
      outputs: { ...previous?.outputs, ...outputs },
      facts: { ...previous?.facts, ...facts },
      state: "Succeeded",
      createdAt: previous?.createdAt ?? now,
      modifiedAt: now,
    });
  }

  /** Removes a resource with all that stands below it. */
  remove(id: string, permanently = false): void {
    const root = this.store.get(id);
    if (!root) return;
    const outer = this.removing;
    const removing = [...this.store.descendants(root.id), root];
    this.removing = removing;
    for (const resource of removing) {
      this.catalog.find(resource.type)?.service.deleted?.(resource, this, permanently);
      this.store.remove(resource.id);
      this.contents.forget(resource.id);
      const running = this.operations.on(resource.id);
      if (running) this.end(running, "Canceled");
    }
    this.removing = outer;
    for (const { id: gone } of removing) if (!this.isKept(gone)) this.credentials.forget(gone);
  }

  softDelete(resource: Resource, seconds: number, purgeProtected: boolean): void {
    const { id, type } = resource;
    // What goes with a resource above it of the same service is kept with that one.
    if (this.removing.some((other) => isWithin(id, other.id) && type.startsWith(`${other.type}/`))) return;
    const now = this.now();
    // Role assignments and other extensions are not restored. Source: Azure docs, key-vault/general/soft-delete-overview.
    const children = this.removing.filter((other) => isWithin(other.id, `${id}/`) && other.type.startsWith(`${type}/`));
    this.deleted.set(id.toLowerCase(), {
      id: resource.id,
      type: resource.type,
      name: resource.name,
      location: resource.body.location ?? "",
      deletedAt: now,
      purgeAt: now + seconds * 1000,
      purgeProtected,
      resource,
      children,
    });
  }

  recover(id: string): SoftDeleted | undefined {
    const found = this.deleted.get(id.toLowerCase());
    if (!found) return undefined;
    this.deleted.delete(id.toLowerCase());
    for (const child of found.children ?? []) this.store.put(child);
    return found;
  }

  purge(id: string): void {
    for (const { id: deletedId, resource, children = [] } of [...this.deleted.values()]) {
      if (!isWithin(deletedId, id)) continue;
      this.deleted.delete(deletedId.toLowerCase());
      for (const one of [resource, ...children]) if (!this.store.get(one.id)) this.credentials.forget(one.id);
    }
  }

  /** Ends an operation before or at its time. */
  end(operation: Operation, status: "Succeeded" | "Failed" | "Canceled", failure = operation.failure): void {
    const ended = this.operations.end(operation, status, this.now(), failure);
    this.onEnded(ended, this.now());
  }

  private softDeleted(type: string): SoftDeleted[] {
    const now = this.now();
    return [...this.deleted.values()].filter((one) => one.type.toLowerCase() === type.toLowerCase() && one.purgeAt > now);
  }

  /** Whether a deleted resource is recoverable, on its own or with the one above it. */
  private isKept(id: string): boolean {
    return [...this.deleted.values()].some(({ resource, children = [] }) => [resource, ...children].some((one) => sameId(one.id, id)));
  }

  /** Retention ends by itself. */
  private purgeOverdue(): void {
    const now = this.now();
    for (const { id, purgeAt } of [...this.deleted.values()]) if (purgeAt <= now) this.purge(id);
  }

  private finish(operation: Operation): void {
    const failed = operation.failure !== undefined;
    const resource = this.store.get(operation.resourceId);
    if (resource && operation.kind === "delete" && !failed) {
      this.operations.end(operation, "Succeeded", this.now());
      this.remove(resource.id, operation.permanently);
    } else if (resource) {
      if (operation.kind !== "provisionManagedNetwork" && operation.kind !== "template")
        this.store.put({ ...resource, state: failed ? "Failed" : "Succeeded" });
      if (!failed) this.catalog.find(resource.type)?.service.finished?.(this.store.get(resource.id)!, operation, this);
    }
    this.end(operation, failed ? "Failed" : "Succeeded");
  }
}

function notWritten(file: string, { message }: Error): string {
  return `The state could not be written to ${path.dirname(file)}: ${message}. Nothing was changed. Free space there and send the request again.`;
}
