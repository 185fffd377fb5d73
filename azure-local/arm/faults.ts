import { createHash } from "node:crypto";
import { z } from "zod";
import type { ArmRequest } from "./armRequest";
import { AzureError, type ErrorBody } from "./azureError";
import { parsePath } from "./path";

const EFFECTS = ["refuse", "hang", "drop", "crash", "failOperation"] as const;

/** One way in which Azure misbehaves. The fields that say which calls are meant hold together; left out, any call is meant. */
const faultSchema = z.strictObject({
  /**
   * `refuse`: the call is answered with `status` and `code` and nothing is done. `hang`: it is never answered. `drop`: the connection is
   * closed without an answer. `crash`: the simulator is gone as by a kill, with what it had written. `failOperation`: the call is accepted
   * (a create is answered 201) and its operation ends Failed with `code`.
   */
  effect: z.enum(EFFECTS),
  /** An HTTP method, or `write`: PUT, PATCH, DELETE, and POST where it changes something. @default any */
  method: z.string().min(1).optional(),
  /** Resource type, without regard to case; for polls `<namespace>/operationsStatus`. @default any */
  type: z.string().min(1).optional(),
  /** Path of the call without its query, without regard to case: an ARM id, or that of an action. @default any */
  path: z.string().min(1).optional(),
  /** The matching call that is struck first, from 1. @default 1 */
  nth: z.int().min(1).default(1),
  /** How many calls are struck from then on; 0 counts matching calls and strikes none. Clients repeat a call up to four times. @default 1 */
  times: z.union([z.int().min(0), z.literal("until cleared")]).default(1),
  /** `repeats`: after the first strike only the same method and path are struck again. `all`: every matching call. @default repeats */
  strikes: z.enum(["repeats", "all"]).default("repeats"),
  /** Strike by chance instead of by order: the share of matching calls, 0 to 1; `nth` and `times` then say nothing. */
  rate: z.number().min(0).max(1).optional(),
  /** Decides with `rate` which calls are struck: the same seed strikes the same ones, however calls in parallel fall. @default 1 */
  seed: z.int().default(1),
  /** HTTP status of `refuse`. @default 500 */
  status: z.int().min(400).max(599).default(500),
  /** Azure's error code. @default InternalServerError */
  code: z.string().min(1).default("InternalServerError"),
  /** @default a sentence that names the fault */
  message: z.string().min(1).optional(),
  /** Whether `hang`, `drop` and `crash` come after the call has taken effect. @default true, for `hang` false */
  applied: z.boolean().optional(),
});

export type Fault = z.input<typeof faultSchema>;
type SettledFault = z.output<typeof faultSchema>;

/** What was done to one call. */
export interface Strike {
  readonly effect: Fault["effect"];
  /** Which call it was, counted from when the faults were set. */
  readonly call: number;
  readonly method: string;
  readonly path: string;
}

export interface FaultReport {
  /** Calls since the faults were set, and how many of them write. */
  readonly calls: number;
  readonly writes: number;
  /** For each fault in the order given: how many calls it meant. */
  readonly matched: readonly number[];
  readonly strikes: readonly Strike[];
}

/** POST actions that only read. */
const READS = /\/(list\w*|token|getLogs|checkNameAvailability|validate)$/i;

/** Whether a call changes something. */
export function isWrite({ method, path }: Call): boolean {
  return ["PUT", "PATCH", "DELETE"].includes(method) || (method === "POST" && !READS.test(path));
}

type Call = Pick<ArmRequest, "method" | "path">;

/** Type that a call is about: of a list the type listed, of an action the type that has it. */
function typeOf({ method, path }: Call): string {
  const parsed = parsePath(path);
  return (method === "GET" && parsed?.collectionType) || (parsed?.nodes.at(-1)?.type ?? "");
}

/** Faults in order: which call of a run goes wrong, and how. Counting begins anew whenever faults are set. */
export class Faults {
  private planned: Plan[] = [];
  private calls = 0;
  private writes = 0;
  private strikes: Strike[] = [];

  constructor(faults: readonly Fault[] = []) {
    this.set(faults);
  }

  /** @throws AzureError naming the first thing that is wrong; the faults before stay. */
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

  /** Counts the call with every fault. @returns the first fault that strikes it. */
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

/** A fault and how far it has come. */
class Plan {
  matched = 0;
  private struck = 0;
  private victim?: string;
  private readonly seen = new Map<string, number>();

  constructor(readonly fault: SettledFault) {}

  strikes(call: Call, type: string, writes: boolean, mayStrike: boolean): boolean {
    const { method, type: wanted, path, rate } = this.fault;
    if (method !== undefined && !(method === "write" ? writes : method.toUpperCase() === call.method)) return false;
    if (wanted !== undefined && wanted.toLowerCase() !== type) return false;
    if (path !== undefined && path.toLowerCase() !== call.path.toLowerCase()) return false;
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

  /** Names differ from run to run, so a call is known by its method, its type and how many of these came before. */
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
  return { code, message: message ?? `This ${effect === "refuse" ? "call" : "operation"} fails because a fault was set for it.` };
}
