import { isObject, type JsonObject } from "../json";

/**
 * Reads the content of an `EncodedTask`: YAML in base64, an object with a list of steps.
 * @returns the object, or why it can't be read
 */
export function readTaskFile(encoded: string): { readonly file: JsonObject } | { readonly problem: string } {
  const compact = encoded.replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(compact) || compact.length % 4 !== 0) return { problem: "it is not base64" };
  // Loaded with the first task, because most runs of the local Azure have none.
  const { parse } = require("yaml") as typeof import("yaml");
  let file: unknown;
  try {
    file = parse(Buffer.from(compact, "base64").toString("utf8"), { logLevel: "error" });
  } catch (error) {
    return { problem: `it is not YAML: ${(error as Error).message.split("\n")[0]}` };
  }
  if (!isObject(file) || !Array.isArray(file.steps) || file.steps.length === 0) return { problem: "it has no list of steps" };
  return { file };
}
