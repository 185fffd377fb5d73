import type { IncomingMessage } from "node:http";

/** Levels of objects and lists that a body may have. Newtonsoft.Json, which many services of Azure read bodies with, has the same default. */
export const mostLevels = 64;

/** A parsed body, or why it can't be read; `invalid` follows "the body" in a message. */
export type JsonBody =
  | { readonly value: unknown }
  | { readonly invalid: string }
  /** The bytes that are taken. */
  | { readonly tooLarge: number };

/** The body of a request as JSON; undefined when it has none. Never rejects. */
export async function readJsonBody(request: IncomingMessage, mostBytes: number): Promise<JsonBody> {
  const body = await readBody(request, mostBytes);
  if (body === "broken off") return { invalid: "breaks off" };
  if (body === "too large") return { tooLarge: mostBytes };
  return body.length === 0 ? { value: undefined } : parseJson(body.toString("utf8"));
}

/** A JSON text, whose levels are counted first: code that walks a value would overflow the stack on what JSON.parse can still read. */
export function parseJson(text: string): Exclude<JsonBody, { readonly tooLarge: number }> {
  if (isTooDeep(text)) return { invalid: `is nested deeper than ${mostLevels} levels` };
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
      if (++depth > mostLevels) return true;
    } else if (character === "}" || character === "]") depth--;
  }
  return false;
}

/** The bytes of a body. What comes after `most` bytes is dropped, so that the caller can still be answered. */
function readBody(request: IncomingMessage, most: number): Promise<Buffer | "too large" | "broken off"> {
  if (Number(request.headers["content-length"] ?? 0) > most) return Promise.resolve("too large");
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= most) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve("too large");
      }
    });
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("close", () => resolve("broken off"));
  });
}
