/** Secrets of a stack file's copy on this machine: which follow the real file, and which were only set here. */
import { createHash } from "node:crypto";
import { type Document, isMap, isScalar, type YAMLMap } from "yaml";
import { webhookKey } from "../../config/rawStack";

/** What is known of the secrets of the real stack file, by path. */
export type KnownSecrets = Readonly<Record<string, KnownSecret>>;

interface KnownSecret {
  /** Fingerprint of the value in the real file. */
  readonly real: string;
  /** Fingerprint of the stand-in in the copy. Absent when the value in the copy was set on this machine. */
  readonly standIn?: string;
}

/** A secret of the real stack that gets a stand-in, because only that stack can decrypt it. */
export interface Missing {
  readonly keys: readonly string[];
  readonly value: string;
}

/**
 * Puts the secrets of this machine into the real file's document, and takes out, and yields, those that need a stand-in. A secret that was
 * removed from the real file goes; one that was only set here stays.
 */
export function takeOverSecrets(real: Document, local: Document, known: KnownSecrets): Missing[] {
  const missing: Missing[] = [];
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

/** What to know at the next run. */
export function knownSecrets(real: Document, copy: Document, known: KnownSecrets, missing: readonly Missing[]): KnownSecrets {
  const fresh = missing.map(({ keys }) => nameOf(keys));
  return Object.fromEntries(
    secretsOf(real).map(({ keys, value }) => {
      const [name, own] = [nameOf(keys), secretAt(copy, keys)];
      const isStandIn = own !== undefined && (fresh.includes(name) || known[name]?.standIn === fingerprint(own));
      return [name, { real: fingerprint(value), ...(isStandIn ? { standIn: fingerprint(own) } : {}) }];
    }),
  );
}

/** Another value for another secret, so that a changed one shows as a change; an address where the program checks that it is one. */
function standInFor([setting]: readonly string[], secret: YAMLMap): string {
  const standIn = `stand-in-for-a-secret-of-the-real-stack-${fingerprint(secret).slice(0, 8)}`;
  return setting === webhookKey ? `https://${standIn}.example.com` : standIn;
}

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

/** Whether nothing stands at a path, nor anything but maps above it. */
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
