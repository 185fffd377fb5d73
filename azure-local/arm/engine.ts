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
import { Runs } from "./runs/runs";
import { Store } from "./store";
import type { Table, Tables } from "./tables";

/** The state of the simulated Azure and its changes over time: resources, running operations, deleted names. Independent of HTTP. */
export class Engine implements Effects {
  readonly store: Store;
  readonly operations: Operations;
  readonly inventory: Inventory;
  readonly contents: Contents;
  readonly runs: Runs;
  private readonly deleted: Table<SoftDeleted>;
  /** Called when an operation has ended, so that a template can continue. */
  onEnded: (operation: Operation, now: number) => void = () => {};
  /** Called when a template is polled, because its resources are then polled too. */
  onTemplatePolled: (template: Resource) => void = () => {};
  /** Called for each removed resource, within the transaction. */
  onRemoved: (resource: Resource) => void = () => {};
  private settlingAt: number | undefined;
  /** The resources of the current removal, children first. */
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
    this.runs = new Runs(tables);
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

  /** The current time. While operations are completed: the end of the current operation. */
  now(): number {
    return this.settlingAt ?? this.clock.now();
  }

  /** Completes all due operations, in the order of their ends. */
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

  /** A client polls an operation. If its work is done, it completes now. */
  poll(operation: Operation | undefined): void {
    if (operation?.status !== "InProgress") return;
    if (operation.kind === "template") this.onTemplatePolled(this.store.get(operation.resourceId)!);
    else if ((operation.doneAt ?? Number.POSITIVE_INFINITY) <= this.now()) this.finish(operation);
    // The operation stays completed even if the request fails: a GET that completes the deletion of its resource answers 404.
    for (const tables of this.written) tables.begin();
  }

  /**
   * Runs a transaction. Its changes are written before this returns, and rolled back if it throws or if they can't be written. Reads
   * continue to work when the disk is full.
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

  /** Writes pending changes. @returns the error if they can't be written; then all of them stay pending */
  private commit(): Error | undefined {
    const undo: (() => void)[] = [];
    try {
      // Secrets first: a crash between the two writes leaves an unused secret, not a resource without its secret.
      for (const tables of this.written) undo.push(tables.commit());
      return undefined;
    } catch (error) {
      for (const one of undo) one();
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

  /** All operations that begin during `act` end as Failed with this error. */
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

  /** The error with which operations that begin now fail. */
  get failure(): ErrorBody | undefined {
    return this.fault;
  }

  begin(
    resource: Pick<Resource, "id">,
    kind: OperationKind,
    azureSeconds: number | undefined,
    apiVersion: string,
    more: Partial<Operation> = {},
  ): Operation {
    // A template fails only through its resources.
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

  /** Removes a resource and all resources below it. */
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
      this.runs.forget(resource.id);
      this.onRemoved(resource);
      const running = this.operations.on(resource.id);
      if (running) this.end(running, "Canceled");
    }
    for (const operation of this.operations.within(root.id)) this.end(operation, "Canceled");
    this.removing = outer;
    for (const { id: removedId } of removing) if (!this.isRecoverable(removedId)) this.credentials.forget(removedId);
  }

  softDelete(resource: Resource, seconds: number, purgeProtected: boolean): void {
    const { id, type } = resource;
    // Removed together with a parent of the same service: it is kept with the parent.
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
    const entry = this.deleted.get(id.toLowerCase());
    if (!entry) return undefined;
    this.deleted.delete(id.toLowerCase());
    for (const child of entry.children ?? []) this.store.put(child);
    return entry;
  }

  purge(id: string): void {
    for (const { id: deletedId, resource, children = [] } of [...this.deleted.values()]) {
      if (!isWithin(deletedId, id)) continue;
      this.deleted.delete(deletedId.toLowerCase());
      for (const one of [resource, ...children]) if (!this.store.get(one.id)) this.credentials.forget(one.id);
    }
  }

  /** Ends an operation, at its end or earlier. */
  end(operation: Operation, status: "Succeeded" | "Failed" | "Canceled", failure = operation.failure): void {
    const ended = this.operations.end(operation, status, this.now(), failure);
    this.onEnded(ended, this.now());
  }

  private softDeleted(type: string): SoftDeleted[] {
    const now = this.now();
    return [...this.deleted.values()].filter((one) => one.type.toLowerCase() === type.toLowerCase() && one.purgeAt > now);
  }

  /** Whether a deleted resource is recoverable, by itself or with its parent. */
  private isRecoverable(id: string): boolean {
    return [...this.deleted.values()].some(({ resource, children = [] }) => [resource, ...children].some((one) => sameId(one.id, id)));
  }

  /** Purges resources whose retention has ended. */
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
      const service = this.catalog.find(resource.type)?.service;
      const ended = this.store.get(resource.id)!;
      if (failed) service?.failed?.(ended, operation, this);
      else service?.finished?.(ended, operation, this);
    }
    this.end(operation, failed ? "Failed" : "Succeeded");
  }
}

function notWritten(file: string, { message }: Error): string {
  return `The state could not be written to ${path.dirname(file)}: ${message}. Nothing was changed. Free disk space and retry the request.`;
}
