/** Settings as text, which is how Pulumi hands them to a program, and back to the values that a stack file's author wrote. */
import * as z from "zod";
import { type Mistake, mistake, show } from "./mistakes";
import { didYouMean, mostSuggestions } from "./nearest";
import { encrypted, type RawStack, tokenKey, webhookKey } from "./rawStack";
import { unwrap } from "./schemaTools";
import { settingsSchema } from "./stackFile";

export { encrypted, type RawStack, tokenKey, webhookKey } from "./rawStack";

const knownKeys = Object.keys(settingsSchema.shape);

/** The settings of Moor as a tree, without other providers' settings, and what is wrong with the keys themselves. */
export function decodeSettings({ settings, secretKeys }: RawStack): { tree: Record<string, unknown>; mistakes: Mistake[] } {
  const own = Object.keys(settings).filter((key) => key.startsWith("moor:") || knownKeys.includes(key));
  const known = own.filter((key) => knownKeys.includes(key) && key !== tokenKey && key !== webhookKey);
  const tree = Object.fromEntries(known.map((key) => [key, decode(key, settings[key] ?? "")]));
  const unknown = unknownKeys(
    "",
    knownKeys,
    own.filter((key) => !knownKeys.includes(key)),
  );
  const plain = own.includes(tokenKey) && !secretKeys.includes(tokenKey) ? [plainToken()] : [];
  // Rules see that there is a webhook, and not its address.
  const webhook = own.includes(webhookKey) ? { [webhookKey]: { secure: encrypted } } : {};
  return { tree: { ...tree, ...webhook }, mistakes: [...unknown, ...plain, ...webhookMistakes(settings[webhookKey], secretKeys)] };
}

/** An unquoted date of a stack file, as Pulumi hands it over: `2027-03-01 00:00:00 +0000 UTC`. */
const pulumiDate = /^(\d{4}-\d{2}-\d{2}) 00:00:00 \+0000 UTC$/;

/** An object's text is read as JSON; text that isn't JSON stays text, and the schema says what it should have been. */
function decode(key: string, text: string): unknown {
  const schema = unwrap(settingsSchema.shape[key as keyof typeof settingsSchema.shape] as z.ZodType);
  if (schema instanceof z.ZodISODate) return text.replace(pulumiDate, "$1");
  if (schema.def.type !== "object" && schema.def.type !== "record") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Azure's own words for what Moor derives or names otherwise; a stack file written from a sample has them. */
const azureWords: Readonly<Record<string, string>> = {
  environmentvariables: "Moor sets the container's variables itself; flags of vLLM go under `vllm.flags`.",
  image: "Name the image under `moor:images`, by digest.",
  instancecount: "Write `instances`, or `scale` with `min` and `max`.",
  instancetype: "Write `size`.",
  livenessprobe: "Moor derives the probes from how long the model takes to start.",
  maxconcurrentrequestsperinstance: "Write `concurrencyPerInstance` below `vllm` or `score`: Moor derives it from that.",
  readinessprobe: "Moor derives the probes from how long the model takes to start.",
  requestsettings: "Write `requestTimeout`, and `concurrencyPerInstance` below `vllm` or `score`.",
  requesttimeoutms: "Write `requestTimeout`, in seconds.",
};

/** Keys that nothing reads, each with the nearest one that is known. `path` is that of their map; empty for the settings themselves. */
export function unknownKeys(path: string, known: readonly string[], keys: readonly string[]): Mistake[] {
  const allowed = known.join(", ") || "no keys";
  return keys.map((key, index) => {
    const word = key.toLowerCase().replaceAll("_", "");
    const near = index < mostSuggestions ? didYouMean(key, known) : undefined;
    const fix = Object.hasOwn(azureWords, word) ? azureWords[word] : near;
    return mistake("MOOR001", path === "" ? key : `${path}.${key}`, { problem: `The key ${show(key)} is unknown here.`, allowed, fix });
  });
}

/** @param address As Pulumi decrypted it; outside of the engine it stays encrypted and can't be checked. */
function webhookMistakes(address: string | undefined, secretKeys: readonly string[]): Mistake[] {
  if (address === undefined || address === encrypted) return [];
  if (!secretKeys.includes(webhookKey)) {
    const problem = "The address stands in the stack file in plain text, and addresses of webhooks hold tokens.";
    return [mistake("MOOR081", webhookKey, { problem, allowed: "a value that Pulumi encrypted (`secure:`)" })];
  }
  if (URL.canParse(address) && new URL(address).protocol === "https:") return [];
  return [
    mistake("MOOR082", webhookKey, { problem: "The secret is not an HTTPS address.", allowed: "an address that begins with https://" }),
  ];
}

function plainToken(): Mistake {
  return mistake("MOOR060", tokenKey, {
    problem: "The token stands in the stack file in plain text, where every reader of the repository sees it.",
    allowed: "a value that Pulumi encrypted (`secure:`)",
  });
}
