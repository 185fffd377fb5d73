import type { IncomingMessage } from "node:http";

/** Maximum nesting depth of a body. Newtonsoft.Json, which many Azure services use, has the same default. */
export const maxDepth = 64;

/** A parsed body, or the reason why it can't be read. `invalid` continues the words "The body". */
export type JsonBody =
  | { readonly value: unknown }
  | { readonly invalid: string }
  /** The maximum size in bytes. */
  | { readonly tooLarge: number };

/** Reads the body of a request as JSON; undefined if there is none. Never rejects. */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<JsonBody> {
  const body = await readBody(request, maxBytes);
  if (body === "incomplete") return { invalid: "is incomplete" };
  if (body === "too large") return { tooLarge: maxBytes };
  return body.length === 0 ? { value: undefined } : parseJson(body.toString("utf8"));
}

/** Parses JSON. Checks the depth first, because recursive code would overflow the stack on values that JSON.parse can still read. */
export function parseJson(text: string): Exclude<JsonBody, { readonly tooLarge: number }> {
  if (isTooDeep(text)) return { invalid: `is nested deeper than ${maxDepth} levels` };
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { invalid: "is not JSON" };
  }
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (inString) {
      if (character === "\\") index++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") {
      if (++depth > maxDepth) return true;
    } else if (character === "}" || character === "]") depth--;
  }
  return false;
}

/** Reads the bytes of a body. Bytes above the limit are discarded, so that the caller still receives an answer. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | "too large" | "incomplete"> {
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) return Promise.resolve("too large");
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve("too large");
      }
    });
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("close", () => resolve("incomplete"));
  });
}
