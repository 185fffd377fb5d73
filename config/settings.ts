/** Converts settings from text, as Pulumi passes them to a program, to the values in the stack file. */
import * as z from "zod";
import { acceptKey } from "./acceptSettings";
import { isPlatformRun } from "./endpointsVariable";
import { type ConfigError, configError, show } from "./errors";
import { didYouMean, mostSuggestions } from "./nearest";
import { encrypted, importCredentialsKey, type RawStack, tokenKey, webhookKey } from "./rawStack";
import { unwrap } from "./schemaTools";
import { settingsSchema } from "./stackFile";

export { encrypted, importCredentialsKey, type RawStack, tokenKey, webhookKey } from "./rawStack";

/** Settings whose values the schema doesn't check, because they are secrets. */
const secretSettings: readonly string[] = [tokenKey, webhookKey, importCredentialsKey];

const knownKeys = Object.keys(settingsSchema.shape);

/** Returns Moor's settings as a tree, without the settings of other providers, and the errors in their keys. */
export function decodeSettings({ settings, secretKeys, endpointsVariable }: RawStack): {
  tree: Record<string, unknown>;
  errors: ConfigError[];
} {
  const own = Object.keys(settings).filter((key) => key.startsWith("moor:") || knownKeys.includes(key));
  const known = own.filter((key) => knownKeys.includes(key) && !secretSettings.includes(key));
  const given = Object.fromEntries(known.map((key) => [key, decode(key, settings[key] ?? "")]));
  const tree = isPlatformRun({ endpointsVariable }) ? { ...given, "moor:endpoints": {} } : given;
  const unknown = unknownKeys(
    "",
    knownKeys,
    own.filter((key) => !knownKeys.includes(key)),
  );
  const plain = own.includes(tokenKey) && !secretKeys.includes(tokenKey) ? [plainToken()] : [];
  // Rules can check whether a webhook is set, but not its URL.
  const webhook = own.includes(webhookKey) ? { [webhookKey]: { secure: encrypted } } : {};
  return { tree: { ...tree, ...webhook }, errors: [...unknown, ...plain, ...webhookErrors(settings[webhookKey], secretKeys)] };
}

/** Format in which Pulumi passes an unquoted date: `2027-03-01 00:00:00 +0000 UTC`. */
const pulumiDate = /^(\d{4}-\d{2}-\d{2}) 00:00:00 \+0000 UTC$/;

/** Format in which Pulumi passes an unquoted date in a list: `2027-03-01T00:00:00Z`. */
const nestedPulumiDate = /^(\d{4}-\d{2}-\d{2})T00:00:00Z$/;

function withoutTime(_: string, value: unknown): unknown {
  return typeof value === "string" ? value.replace(nestedPulumiDate, "$1") : value;
}

/** Types whose values Pulumi passes as JSON. */
const jsonTypes: readonly string[] = ["object", "record", "array"];

/** Parses the text of maps and lists as JSON. Invalid JSON stays text, which the schema rejects. */
function decode(key: string, text: string): unknown {
  const schema = unwrap(settingsSchema.shape[key as keyof typeof settingsSchema.shape] as z.ZodType);
  if (schema instanceof z.ZodISODate) return text.replace(pulumiDate, "$1");
  if (!jsonTypes.includes(schema.def.type)) return text;
  try {
    return JSON.parse(text, key === acceptKey ? withoutTime : undefined);
  } catch {
    return text;
  }
}

/** Fixes for Azure's names of values that Moor derives or that have another name in the stack file. */
const azureWords: Readonly<Record<string, string>> = {
  environmentvariables: "Moor sets the environment variables of the container. Set flags of vLLM under `vllm.flags`.",
  image: "Set the image under `moor:images`.",
  instancecount: "Set `instances`, or `scale` with `min` and `max`.",
  instancetype: "Set `size`.",
  livenessprobe: "Remove the key. Moor derives the probes from the startup time of the model.",
  maxconcurrentrequestsperinstance: "Set `concurrencyPerInstance` under `vllm` or `score`. Moor derives this value from it.",
  readinessprobe: "Remove the key. Moor derives the probes from the startup time of the model.",
  requestsettings: "Set `requestTimeout`, and `concurrencyPerInstance` under `vllm` or `score`.",
  requesttimeoutms: "Set `requestTimeout`, in seconds.",
};

/**
 * Reports unknown keys, with suggestions.
 * @param path Path of the map that contains the keys; empty for the settings themselves.
 */
export function unknownKeys(path: string, known: readonly string[], keys: readonly string[]): ConfigError[] {
  const allowed = known.join(", ") || "no keys";
  return keys.map((key, index) => {
    const word = key.toLowerCase().replaceAll("_", "");
    const near = index < mostSuggestions ? didYouMean(key, known) : undefined;
    const fix = Object.hasOwn(azureWords, word) ? azureWords[word] : near;
    return configError("MOOR001", path === "" ? key : `${path}.${key}`, { problem: `Unknown key ${show(key)}.`, allowed, fix });
  });
}

/** @param address The decrypted URL. Outside of the Pulumi engine, it stays encrypted and can't be checked. */
function webhookErrors(address: string | undefined, secretKeys: readonly string[]): ConfigError[] {
  if (address === undefined || address === encrypted) return [];
  if (!secretKeys.includes(webhookKey)) {
    const problem = "The webhook URL is in plain text in the stack file. Such URLs contain tokens.";
    return [configError("MOOR081", webhookKey, { problem, allowed: "an encrypted value (`secure:`)" })];
  }
  if (URL.canParse(address) && new URL(address).protocol === "https:") return [];
  return [configError("MOOR082", webhookKey, { problem: "The secret is not an HTTPS URL.", allowed: "a URL that starts with https://" })];
}

function plainToken(): ConfigError {
  return configError("MOOR060", tokenKey, {
    problem: "The token is in plain text in the stack file, visible to everyone who can read the repository.",
    allowed: "an encrypted value (`secure:`)",
  });
}
