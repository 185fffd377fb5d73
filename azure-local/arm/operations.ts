import { randomUUID } from "node:crypto";
import type { ErrorBody } from "./azureError";
import type { Clock } from "./clock";
import type { ImportWork } from "./imports/work";
import { isWithin } from "./path";
import type { Table, Tables } from "./tables";

/** A `template` ends when its last resource ends, an `importImage` after its image was copied. */
export type OperationKind = "create" | "update" | "delete" | "provisionManagedNetwork" | "template" | "importImage";

/** A long-running operation. It needs no timer: it is completed at the first access after `endsAt`. */
export interface Operation {
  readonly id: string;
  readonly kind: OperationKind;
  readonly resourceId: string;
  readonly apiVersion: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endsAt?: number;
  /** Time from which a poll completes it. Not later than `endsAt`. */
  readonly doneAt?: number;
  readonly status: "InProgress" | "Succeeded" | "Failed" | "Canceled";
  /** Determined when the operation starts, returned when it has ended. */
  readonly failure?: ErrorBody;
  /** For a delete: the resource is not soft-deleted. */
  readonly permanently?: boolean;
  /** For an `importImage`: what is copied. `doneAt` is set when it was copied. */
  readonly importing?: ImportWork;
}

const KEPT_FOR = 24 * 3600 * 1000;

export class Operations {
  private readonly operations: Table<Operation>;
  private readonly running = new Map<string, Operation>();

  constructor(
    tables: Tables,
    private readonly clock: Clock,
  ) {
    this.operations = tables.table<Operation>("operations");
    for (const { id, status, endsAt } of [...this.operations.values()]) {
      if (status !== "InProgress" && (endsAt ?? 0) < clock.now() - KEPT_FOR) this.operations.delete(id);
    }
    this.reindex();
  }

  /** Rebuilds the index of running operations after a rollback. */
  reindex(): void {
    this.running.clear();
    for (const operation of this.operations.values()) {
      if (operation.status === "InProgress") this.running.set(operation.id, operation);
    }
  }

  begin(
    start: Omit<Operation, "id" | "startedAt" | "doneAt" | "endsAt" | "status">,
    azureSeconds: number | undefined,
    now: number,
  ): Operation {
    const doneAt = azureSeconds === undefined ? undefined : now + this.clock.millisecondsFor(azureSeconds);
    const endsAt = doneAt && Math.max(doneAt, now + (this.clock.shortest ?? 0));
    const operation: Operation = { id: randomUUID(), status: "InProgress", startedAt: now, doneAt, endsAt, ...start };
    this.save(operation);
    return operation;
  }

  /** Sets the end of an operation that began without one: its duration in Azure, but not before now. */
  schedule(operation: Operation, azureSeconds: number, now: number): void {
    const doneAt = Math.max(now, operation.startedAt + this.clock.millisecondsFor(azureSeconds));
    this.save({ ...operation, doneAt, endsAt: Math.max(doneAt, operation.startedAt + (this.clock.shortest ?? 0)) });
  }

  end(operation: Operation, status: "Succeeded" | "Failed" | "Canceled", now: number, failure = operation.failure): Operation {
    const ended: Operation = { ...operation, status, endsAt: now, failure };
    this.save(ended);
    return ended;
  }

  get(id: string): Operation | undefined {
    return this.operations.get(id);
  }

  all(): IterableIterator<Operation> {
    return this.operations.values();
  }

  /** Returns the running operation that ends first, if it ends by `until`. */
  nextDue(until: number): Operation | undefined {
    let next: Operation | undefined;
    for (const operation of this.running.values()) {
      if (operation.endsAt === undefined || operation.endsAt > until) continue;
      if (!next || operation.endsAt < next.endsAt!) next = operation;
    }
    return next;
  }

  on(resourceId: string): Operation | undefined {
    const lower = resourceId.toLowerCase();
    return this.list().find((operation) => operation.resourceId.toLowerCase() === lower);
  }

  within(id: string): Operation[] {
    return this.list().filter((operation) => isWithin(operation.resourceId, id));
  }

  list(): Operation[] {
    return [...this.running.values()];
  }

  private save(operation: Operation): void {
    this.operations.set(operation.id, operation);
    if (operation.status === "InProgress") this.running.set(operation.id, operation);
    else this.running.delete(operation.id);
  }
}
