/** A stack file read without Pulumi, for commands that run outside the engine and for the check of the file itself. */
import type { Document } from "yaml";
import { type Mistake, mistake } from "./mistakes";
import { encrypted, type RawStack } from "./rawStack";
import { readStrictYaml } from "./strictYaml";

type Read = { readonly document: Document; readonly value: { readonly config?: Record<string, unknown> | null } };

/** A stack file as a document and as values, or the mistake by which it is none. `name` is the file's, for the message. */
function readStackFile(text: string, name: string): Read | { readonly mistake: Mistake } {
  const read = readStrictYaml(text);
  const wrong = (what: string, line: number, fix: string) => {
    const allowed = "a map with the key config, in plain YAML without aliases, anchors, tags and directives";
    return { mistake: mistake("MOOR062", name, { problem: `${name} ${what} (line ${line}).`, allowed, fix }) };
  };
  if ("fault" in read) return wrong(read.fault.what, read.fault.line, read.fault.fix);
  const { document, value } = read;
  const config = isMap(value) ? value.config : value;
  const noSettings = 'holds no settings: a stack file is a map with the key "config", which is a map too; see Pulumi.dev.yaml';
  if (!isMap(value) || !(isMap(config) || config === undefined || config === null)) return wrong(noSettings, 1, "Correct the file.");
  for (const key of Object.keys(config ?? {})) {
    if (/^[^:]+:[^:]+$/.test(key)) continue;
    const what = `has the key ${JSON.stringify(key.slice(0, 80))}, which Pulumi reads under another name`;
    return wrong(what, lineOf(text, document, key), `Write it with its namespace, for instance \`moor:${key.split(":").at(-1)}\`.`);
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

/** What is wrong with a stack file as YAML. Its settings are checked as Pulumi hands them over. */
export function stackFileMistakes(text: string, name: string): Mistake[] {
  if (text.trim() === "") return [];
  const read = readStackFile(text, name);
  return "mistake" in read ? [read.mistake] : [];
}

/**
 * A stack file as a document, so that it can be changed and keep its comments. `name` is the file's, for the message.
 * @throws Error when the text isn't plain YAML, or no stack file
 */
export function stackDocument(text: string, name: string): Document {
  return orThrow(readStackFile(text, name)).document;
}

/**
 * The settings of a stack file as Pulumi would hand them to a program, except that secrets stay unknown.
 * @throws Error when the text isn't plain YAML, or no stack file
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
  if ("mistake" in read) throw new Error(`${read.mistake.code} ${read.mistake.problem.slice(0, -1)}: ${read.mistake.fix}`);
  return read;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSecret(value: unknown): boolean {
  return isMap(value) && Object.keys(value).join() === "secure" && typeof value.secure === "string";
}

/** Pulumi hands over a key without a value as empty text. */
function asText(value: unknown): string {
  if (value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
