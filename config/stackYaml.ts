/** Reads a stack file without Pulumi, for commands that run outside the engine and for checking the file itself. */
import type { Document } from "yaml";
import { type ConfigError, configError } from "./errors";
import { encrypted, type RawStack } from "./rawStack";
import { readStrictYaml } from "./strictYaml";

type Read = { readonly document: Document; readonly value: { readonly config?: Record<string, unknown> | null } };

/** Parses a stack file. Returns its document and values, or an error. `name` is the file name for the message. */
function readStackFile(text: string, name: string): Read | { readonly error: ConfigError } {
  const read = readStrictYaml(text);
  const wrong = (what: string, line: number, fix: string) => {
    const allowed = "a map with the key `config`, in YAML without aliases, anchors, tags or directives";
    return { error: configError("MOOR062", name, { problem: `${name} ${what} (line ${line}).`, allowed, fix }) };
  };
  if ("fault" in read) return wrong(read.fault.what, read.fault.line, read.fault.fix);
  const { document, value } = read;
  const config = isMap(value) ? value.config : value;
  const noSettings = 'is not a stack file: it must be a map with the key "config", whose value is also a map; see Pulumi.dev.yaml';
  if (!isMap(value) || !(isMap(config) || config === undefined || config === null)) return wrong(noSettings, 1, "Correct the file.");
  for (const key of Object.keys(config ?? {})) {
    if (/^[^:]+:[^:]+$/.test(key)) continue;
    const what = `has the key ${JSON.stringify(key.slice(0, 80))} without a valid namespace`;
    return wrong(what, lineOf(text, document, key), `Write the key with its namespace, for example \`moor:${key.split(":").at(-1)}\`.`);
  }
  return { document, value: value as Read["value"] };
}

function lineOf(text: string, document: Document, key: string): number {
  const { isMap: isYamlMap, isScalar } = require("yaml") as typeof import("yaml");
  const config = document.get("config");
  const pair = isYamlMap(config) ? config.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
  const offset = isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : 0;
  return text.slice(0, offset).split("\n").length;
}

/** Checks the YAML of a stack file. Its settings are checked in the form in which Pulumi passes them. */
export function stackFileErrors(text: string, name: string): ConfigError[] {
  if (text.trim() === "") return [];
  const read = readStackFile(text, name);
  return "error" in read ? [read.error] : [];
}

/**
 * Parses a stack file to a document that can be edited and keeps its comments. `name` is the file name for the message.
 * @throws Error if the text is not a valid stack file
 */
export function stackDocument(text: string, name: string): Document {
  return orThrow(readStackFile(text, name)).document;
}

/**
 * Returns the settings of a stack file in the form in which Pulumi passes them to a program. Secrets stay encrypted.
 * @throws Error if the text is not a valid stack file
 */
export function settingsOf(text: string, name = "The stack file"): Pick<RawStack, "settings" | "secretKeys"> {
  const { config } = text.trim() === "" ? {} : orThrow(readStackFile(text, name)).value;
  const entries = Object.entries(config ?? {}).map(([key, value]) => ({ key, value, secret: isSecret(value) }));
  return {
    settings: Object.fromEntries(entries.map(({ key, value, secret }) => [key, secret ? encrypted : asText(value)])),
    secretKeys: entries.filter(({ secret }) => secret).map(({ key }) => key),
  };
}

function orThrow(read: ReturnType<typeof readStackFile>): Read {
  if ("error" in read) throw new Error(`${read.error.code} ${read.error.problem.slice(0, -1)}: ${read.error.fix}`);
  return read;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSecret(value: unknown): boolean {
  return isMap(value) && Object.keys(value).join() === "secure" && typeof value.secure === "string";
}

/** Pulumi passes a key without a value as empty text. */
function asText(value: unknown): string {
  if (value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
