import { createHash } from "node:crypto";
import { z } from "zod";
import type { ArmRequest } from "./armRequest";
import { AzureError, type ErrorBody } from "./azureError";
import { parsePath } from "./path";

const EFFECTS = ["refuse", "hang", "drop", "crash", "failOperation"] as const;

/** A fault to inject. A request matches if all given conditions apply. An omitted condition matches each request. */
const faultSchema = z.strictObject({
  /**
   * `refuse`: the request is answered with `status` and `code`, without effect. `hang`: it is never answered. `drop`: the connection is
   * closed without an answer. `crash`: the simulator ends as if killed, with its written state. `failOperation`: the request is accepted (a
   * create is answered with 201) and its operation ends as Failed with `code`.
   */
  effect: z.enum(EFFECTS),
  /** An HTTP method, or `write`: PUT, PATCH, DELETE, and POST if it changes something. @default any */
  method: z.string().min(1).optional(),
  /**
   * Resource type, case-insensitive. For polls: `<namespace>/operationsStatus`. For the data plane: `<resource type>/data`.
   * @default any
   */
  type: z.string().min(1).optional(),
  /**
   * Path of the request without the query, case-insensitive: an ARM ID, the path of an action, or `/data/<host>/<path>`. `*` stands for any
   * text without `/`.
   * @default any
   */
  path: z.string().min(1).optional(),
  /** The first matching request that fails, counted from 1. @default 1 */
  nth: z.int().min(1).default(1),
  /** The number of requests that fail; 0 only counts matching requests. Clients send a request up to four times. @default 1 */
  times: z.union([z.int().min(0), z.literal("until cleared")]).default(1),
  /**
   * `repeats`: after the first failure, only requests with the same method and path fail. `all`: each matching request. @default repeats
   */
  strikes: z.enum(["repeats", "all"]).default("repeats"),
  /** Random failures: the fraction of matching requests, 0 to 1. `nth` and `times` are then ignored. */
  rate: z.number().min(0).max(1).optional(),
  /** Seed for `rate`. The same seed selects the same requests, even if parallel requests arrive in another order. @default 1 */
  seed: z.int().default(1),
  /** HTTP status of `refuse`. @default 500 */
  status: z.int().min(400).max(599).default(500),
  /** Azure's error code. @default InternalServerError */
  code: z.string().min(1).default("InternalServerError"),
  /** @default a message that mentions the fault */
  message: z.string().min(1).optional(),
  /** Whether the request takes effect before `hang`, `drop` and `crash`. @default true, for `hang` false */
  applied: z.boolean().optional(),
});

export type Fault = z.input<typeof faultSchema>;
type SettledFault = z.output<typeof faultSchema>;

/** A fault that was applied to a request. */
export interface Strike {
  readonly effect: Fault["effect"];
  /** The number of the request, counted since the faults were set. */
  readonly call: number;
  readonly method: string;
  readonly path: string;
}

export interface FaultReport {
  /** The number of requests since the faults were set, and of writes among them. */
  readonly calls: number;
  readonly writes: number;
  /** The number of matching requests, for each fault in order. */
  readonly matched: readonly number[];
  readonly strikes: readonly Strike[];
}

/** POST actions that are read-only. */
const READS = /\/(list\w*|token|exchange|getLogs|checkNameAvailability|validate)$/i;

/** Whether a request changes something. */
export function isWrite({ method, path }: Call): boolean {
  return ["PUT", "PATCH", "DELETE"].includes(method) || (method === "POST" && !READS.test(path));
}

interface Call extends Pick<ArmRequest, "method" | "path"> {
  /** @default by the path */
  readonly type?: string;
}

/** The resource type of a request: for a list the listed type, for an action the type that has it. */
function typeOf({ method, path, type }: Call): string {
  if (type !== undefined) return type;
  const parsed = parsePath(path);
  return (method === "GET" && parsed?.collectionType) || (parsed?.nodes.at(-1)?.type ?? "");
}

/** Decides which requests fail, and how. Setting the faults resets all counters. */
export class Faults {
  private planned: Plan[] = [];
  private calls = 0;
  private writes = 0;
  private strikes: Strike[] = [];

  constructor(faults: readonly Fault[] = []) {
    this.set(faults);
  }

  /** @throws AzureError with the first problem; then the previous faults stay set */
  set(faults: unknown): void {
    const read = z.array(faultSchema).safeParse(faults);
    if (!read.success) {
      const { path, message } = read.error.issues[0]!;
      const what = path.length > 0 ? `Fault ${path.join(".")}` : "Faults";
      throw new AzureError(400, "InvalidFault", `${what}: ${message}. Send a list of faults; [] clears them.`);
    }
    this.planned = read.data.map((fault) => new Plan(fault));
    this.calls = 0;
    this.writes = 0;
    this.strikes = [];
  }

  /** Counts the request for each fault. @returns the first fault that applies */
  next(call: Call): SettledFault | undefined {
    this.calls += 1;
    const writes = isWrite(call);
    if (writes) this.writes += 1;
    let struck: SettledFault | undefined;
    const type = this.planned.length > 0 ? typeOf(call).toLowerCase() : "";
    for (const plan of this.planned) {
      if (plan.strikes(call, type, writes, struck === undefined)) struck = plan.fault;
    }
    if (struck) this.strikes.push({ effect: struck.effect, call: this.calls, method: call.method, path: call.path });
    return struck;
  }

  report(): FaultReport {
    return { calls: this.calls, writes: this.writes, matched: this.planned.map(({ matched }) => matched), strikes: [...this.strikes] };
  }
}

/** A fault with its counters. */
class Plan {
  matched = 0;
  private struck = 0;
  private victim?: string;
  private readonly seen = new Map<string, number>();
  private readonly path: RegExp;

  constructor(readonly fault: SettledFault) {
    const parts = (fault.path ?? "").split("*").map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
    this.path = new RegExp(`^${parts.join("[^/]*")}$`, "i");
  }

  strikes(call: Call, type: string, writes: boolean, mayStrike: boolean): boolean {
    const { method, type: typeFilter, path, rate } = this.fault;
    if (method !== undefined && !(method === "write" ? writes : method.toUpperCase() === call.method)) return false;
    if (typeFilter !== undefined && typeFilter.toLowerCase() !== type) return false;
    if (path !== undefined && !this.path.test(call.path)) return false;
    this.matched += 1;
    const strikes = rate === undefined ? this.inOrder(call) : this.byChance(`${call.method} ${type}`, rate);
    if (strikes && mayStrike) this.struck += 1;
    return strikes && mayStrike;
  }

  private inOrder(call: Call): boolean {
    const { nth, times, strikes } = this.fault;
    if (this.matched < nth || (times !== "until cleared" && this.struck >= times)) return false;
    const name = `${call.method} ${call.path.toLowerCase()}`;
    this.victim ??= name;
    return strikes === "all" || this.victim === name;
  }

  /** Names differ between runs, so a request is identified by its method, its type and their count. */
  private byChance(kind: string, rate: number): boolean {
    const count = (this.seen.get(kind) ?? 0) + 1;
    this.seen.set(kind, count);
    const digest = createHash("sha256").update(`${this.fault.seed} ${kind} ${count}`).digest();
    return digest.readUInt32BE() / 2 ** 32 < rate;
  }
}

export function isApplied({ effect, applied }: SettledFault): boolean {
  return applied ?? effect !== "hang";
}

export function errorOf({ code, message, effect }: SettledFault): ErrorBody {
  return { code, message: message ?? `This ${effect === "refuse" ? "request" : "operation"} fails because of an injected fault.` };
}
