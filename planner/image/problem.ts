/** Problems of Dockerfiles and their folders. */
import * as path from "node:path";
import { type Code, createProblem, PlanError } from "../codes";

/** Returns a path in the form that messages show. */
export type ShownPath = (file: string) => string;

/** The message of a problem, with the function that shows paths. */
type Message = string | ((shown: ShownPath) => string);

interface PlacedProblem {
  readonly code: Code;
  /** File, or file and line. */
  readonly place: string;
  readonly message: Message;
}

/** A problem whose message contains paths. */
class PathError extends PlanError {
  constructor(
    readonly placed: PlacedProblem,
    shown: ShownPath = (file) => file,
  ) {
    const { code, place, message } = placed;
    super(createProblem(code, `${shown(place)}: ${typeof message === "string" ? message : message(shown)}`));
  }
}

/**
 * Throws a PlanError.
 * @param place File, or file and line: `docker/vllm/Dockerfile, line 3`.
 * @param message Text, or a function that returns it and receives a function for the paths in it.
 */
export function refuse(code: Code, place: string, message: Message): never {
  throw new PathError({ code, place, message });
}

/**
 * Runs a computation whose problems show paths relative to a folder, with slashes.
 * @param folder If undefined, paths are shown as they are.
 */
export function withPathsRelativeTo<T>(folder: string | undefined, compute: () => T): T {
  if (folder === undefined) return compute();
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    throw new PathError(error.placed, (file) => relativePath(folder, file));
  }
}

function relativePath(folder: string, file: string): string {
  return path.relative(folder, file).replaceAll(path.sep, "/") || ".";
}

/** The Node.js error code, for example `ENOENT`. */
export function systemCode(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string" ? error.code : "unknown error";
}
