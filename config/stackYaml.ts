/** A stack file read without Pulumi, for commands that run outside the engine. */
import type { Document } from "yaml";
import { encrypted, type RawStack } from "./settings";

/**
 * A stack file as a document, so that it can be changed and keep its comments. `name` is the file's, for the message.
 * @throws Error when the text isn't YAML, or no stack file
 */
export function stackDocument(text: string, name: string): Document {
  const { isMap, parseDocument } = require("yaml") as typeof import("yaml");
  const document = parseDocument(text);
  const [mistake] = document.errors;
  // The lines after the first quote the file, which the reader has open.
  if (mistake) throw new Error(`${name} is not YAML: ${mistake.message.split("\n")[0]!.replace(/:$/, "")}.`);
  const config = isMap(document.contents) ? document.get("config") : document.contents;
  if (isMap(document.contents) && (isMap(config) || !config)) return document;
  throw new Error(`${name} holds no settings: a stack file is a map with the key "config", which is a map too; see Pulumi.dev.yaml.`);
}

/**
 * The settings of a stack file as Pulumi would hand them to a program, except that secrets stay unknown.
 * @throws Error when the text isn't YAML, or no stack file
 */
export function settingsOf(text: string, name = "The stack file"): Pick<RawStack, "settings" | "secretKeys"> {
  const file = text.trim() === "" ? {} : (stackDocument(text, name).toJS() as { config?: Record<string, unknown> | null });
  const entries = Object.entries(file.config ?? {}).map(([key, value]) => ({ key, value, secret: isSecret(value) }));
  return {
    settings: Object.fromEntries(entries.map(({ key, value, secret }) => [key, secret ? encrypted : asText(value)])),
    secretKeys: entries.filter(({ secret }) => secret).map(({ key }) => key),
  };
}

function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).join() === "secure";
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
