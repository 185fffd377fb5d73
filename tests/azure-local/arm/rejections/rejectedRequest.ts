import type { ArmOptions } from "../../../../azure-local/arm";
import type { Caller, Parsed } from "../client";
import { type Bodies, bodies } from "../platform";

/** A request: method, path below the subscription, body, API version if not the usual one. */
export type Request = readonly [method: string, below: string, body?: unknown, apiVersion?: string];

export interface Scene {
  readonly caller: Caller;
  readonly body: Bodies;
  id(below: string): string;
}

/** A request that Azure rejects, and a similar one that Azure accepts. Both are sent to a copy of the same platform. */
export interface RejectedRequest {
  /** The simulator's code of the rule. */
  readonly rule: string;
  /** Distinguishes this row from other rows of the same rule. */
  readonly case?: string;
  /** Status and Azure's code. For a rule that fails the operation: the operation's error code. */
  readonly answer: string;
  /** Options that differ from the defaults. */
  readonly options?: Partial<ArmOptions>;
  /** Creates resources in addition to the platform. */
  setup?(scene: Scene): Promise<unknown>;
  rejected(scene: Scene): Request;
  accepted(scene: Scene): Request;
}

export function sceneOf(caller: Caller): Scene {
  return { caller, body: bodies(caller), id: (below) => caller.id(below) };
}

/** The body with one changed value. `undefined` removes the value. */
export function but<T>(body: T, path: string, value: unknown): T {
  const [key, ...rest] = path.split("/") as [string, ...string[]];
  const copy: Parsed = Array.isArray(body) ? [...body] : { ...body };
  if (rest.length > 0) copy[key] = but(copy[key] ?? {}, rest.join("/"), value);
  else if (value === undefined) delete copy[key];
  else copy[key] = value;
  return copy;
}

/** A rejected and an accepted request that differ in one value of the body. `undefined` omits the value. */
export function differ(
  below: string,
  body: (scene: Scene) => unknown,
  path: string,
  rejected: unknown,
  accepted: unknown,
): Pick<RejectedRequest, "rejected" | "accepted"> {
  return {
    rejected: (scene) => ["PUT", below, but(body(scene), path, rejected)],
    accepted: (scene) => ["PUT", below, but(body(scene), path, accepted)],
  };
}
