/** Problems of Dockerfiles and their folders. */
import { type Code, createProblem, PlanError } from "../codes";

/** Stops with a problem. @param place File, or file and line: `docker/vllm/Dockerfile, line 3` */
export function refuse(code: Code, place: string, message: string): never {
  throw new PlanError(createProblem(code, `${place}: ${message}`));
}

/** Error code of Node.js, for example `ENOENT`. */
export function systemCode(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string" ? error.code : "unknown error";
}
