/** The secrets in the local copy of a stack file: stand-ins for secrets of the real file, and secrets that were set locally. */
import { createHash } from "node:crypto";
import { type Document, isMap, isScalar, type YAMLMap } from "yaml";
import { importCredentialsKey, standInRegistry, webhookKey } from "../../config/rawStack";

/** Fingerprints of the secrets of the last run, by path. */
export type KnownSecrets = Readonly<Record<string, KnownSecret>>;

interface KnownSecret {
  /** Fingerprint of the value in the real file. */
  readonly real: string;
  /** Fingerprint of the stand-in in the copy. Absent if the secret was set locally. */
  readonly standIn?: string;
}

/** A secret of the real stack that requires a stand-in, because only the real stack can decrypt it. */
export interface StandIn {
  readonly keys: readonly string[];
  readonly value: string;
}

/**
 * Adds the local secrets to the document of the real file. Removes and returns the secrets that require a stand-in. A secret that was
 * removed from the real file is dropped; a secret that was only set locally is kept.
 */
export function takeOverSecrets(real: Document, local: Document, known: KnownSecrets): StandIn[] {
  const missing: StandIn[] = [];
  for (const { keys, value } of secretsOf(real)) {
    const own = secretAt(local, keys);
    const before = known[nameOf(keys)];
    const isStandIn = own !== undefined && before?.standIn === fingerprint(own);
    if (own !== undefined && (!isStandIn || before?.real === fingerprint(value))) real.setIn(["config", ...keys], own);
    else missing.push({ keys, value: standInFor(keys, value) });
  }
  for (const { keys, value } of secretsOf(local)) {
    if (known[nameOf(keys)] === undefined && isFree(real, keys)) real.setIn(["config", ...keys], value);
  }
  for (const { keys } of missing) real.deleteIn(["config", ...keys]);
  return missing;
}

/** Returns the fingerprints for the next run. */
export function knownSecrets(real: Document, copy: Document, known: KnownSecrets, missing: readonly StandIn[]): KnownSecrets {
  const fresh = missing.map(({ keys }) => nameOf(keys));
  return Object.fromEntries(
    secretsOf(real).map(({ keys, value }) => {
      const [name, own] = [nameOf(keys), secretAt(copy, keys)];
      const isStandIn = own !== undefined && (fresh.includes(name) || known[name]?.standIn === fingerprint(own));
      return [name, { real: fingerprint(value), ...(isStandIn ? { standIn: fingerprint(own) } : {}) }];
    }),
  );
}

/** Returns a stand-in that changes with the secret, so that a changed secret shows as a change. It is valid for its setting. */
function standInFor([setting = ""]: readonly string[], secret: YAMLMap): string {
  const standIn = `stand-in-for-a-secret-of-the-real-stack-${fingerprint(secret).slice(0, 8)}`;
  return validStandIns[setting]?.(standIn) ?? standIn;
}

/** Stand-ins for secrets whose content is checked. */
const validStandIns: Readonly<Record<string, (standIn: string) => string>> = {
  [webhookKey]: (standIn) => `https://${standIn}.example.com`,
  [importCredentialsKey]: (standIn) => JSON.stringify({ [standInRegistry]: `stand-in:${standIn}` }),
};

interface Secret {
  readonly keys: readonly string[];
  readonly value: YAMLMap;
}

function secretsOf(document: Document): Secret[] {
  const visit = (node: unknown, keys: readonly string[]): Secret[] => {
    if (!isMap(node)) return [];
    if (keys.length > 0 && isSecret(node)) return [{ keys, value: node }];
    return node.items.flatMap(({ key, value }) => visit(value, [...keys, String(isScalar(key) ? key.value : key)]));
  };
  return visit(document.get("config"), []);
}

function secretAt(document: Document, keys: readonly string[]): YAMLMap | undefined {
  const node = document.getIn(["config", ...keys]);
  return isSecret(node) ? node : undefined;
}

/** Whether a value can be set at a path: no value exists there, and only maps exist above it. */
function isFree(document: Document, keys: readonly string[]): boolean {
  const above = keys.slice(0, -1).map((_, index) => document.getIn(["config", ...keys.slice(0, index + 1)]));
  return above.every((node) => node === undefined || (isMap(node) && !isSecret(node))) && !document.hasIn(["config", ...keys]);
}

function isSecret(node: unknown): node is YAMLMap {
  return isMap(node) && node.items.length === 1 && node.has("secure");
}

function nameOf(keys: readonly string[]): string {
  return JSON.stringify(keys);
}

function fingerprint(secret: YAMLMap): string {
  return createHash("sha256")
    .update(String(secret.get("secure")))
    .digest("hex");
}
