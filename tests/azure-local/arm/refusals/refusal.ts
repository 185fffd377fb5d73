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

/** A request that Azure refuses, and its near twin that Azure accepts. Both are sent to a copy of the same platform. */
export interface Refusal {
  /** The simulator's code of the rule. */
  readonly rule: string;
  /** What tells this row from others of the same rule. */
  readonly case?: string;
  /** Status and Azure's code. For a rule that lets the operation start: the code with which it ends. */
  readonly answer: string;
  /** How this Azure differs from the usual one. */
  readonly options?: Partial<ArmOptions>;
  /** What has to be there besides the platform. */
  given?(scene: Scene): Promise<unknown>;
  refused(scene: Scene): Request;
  accepted(scene: Scene): Request;
}

export function sceneOf(caller: Caller): Scene {
  return { caller, body: bodies(caller), id: (below) => caller.id(below) };
}

/** The body with one value changed; `undefined` takes it out. */
export function but<T>(body: T, path: string, value: unknown): T {
  const [key, ...rest] = path.split("/") as [string, ...string[]];
  const copy: Parsed = Array.isArray(body) ? [...body] : { ...body };
  if (rest.length > 0) copy[key] = but(copy[key] ?? {}, rest.join("/"), value);
  else if (value === undefined) delete copy[key];
  else copy[key] = value;
  return copy;
}

/** Refused and accepted differ in the value at one path of the body; `undefined` leaves the value out. */
export function differ(
  below: string,
  body: (scene: Scene) => unknown,
  path: string,
  refused: unknown,
  accepted: unknown,
): Pick<Refusal, "refused" | "accepted"> {
  return {
    refused: (scene) => ["PUT", below, but(body(scene), path, refused)],
    accepted: (scene) => ["PUT", below, but(body(scene), path, accepted)],
  };
}
