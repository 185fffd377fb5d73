import type { ServerResponse } from "node:http";
import { sendJson } from "./http";

/** An error in OpenAI's format, with vLLM's messages and types. vLLM reports bodies that don't match its schema as `Bad Request`. */
export interface OpenaiError {
  readonly status: number;
  readonly type: "BadRequestError" | "NotFoundError" | "Bad Request";
  readonly message: string;
  readonly param: string | null;
}

export function badRequest(message: string, param: string | null): OpenaiError {
  return { status: 400, type: "BadRequestError", message, param };
}

/** The error for a body that doesn't match the schema. The message is shorter than vLLM's, which lists each schema that it tried. */
export function invalidBody(message: string, param: string): OpenaiError {
  return { status: 400, type: "Bad Request", message, param };
}

/** @param param `model` for completions, null for the pooling API */
export function unknownModel(model: unknown, param: string | null): OpenaiError {
  const requested = typeof model === "string" ? model : JSON.stringify(model);
  return { status: 404, type: "NotFoundError", message: `The model \`${requested}\` does not exist.`, param };
}

export function isError(value: object): value is OpenaiError {
  return "status" in value;
}

export function sendError(response: ServerResponse, { status, type, message, param }: OpenaiError): void {
  sendJson(response, status, { error: { message, type, param, code: status } });
}
