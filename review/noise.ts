/** Changes that have no effect on what runs: tags, values that Azure has already, and hashes that Moor writes. */
import { isBody, isOpaque, type Value, valueAt } from "../rules";
import { ruleResources } from "../rules/read/pulumi";
import type { ResourceChange } from "./change";
import { type Difference, differencesOf } from "./differences";

/**
 * `tag`: Azure's tags. `default`: the value that Azure has already, for example because a newer provider writes a default. `hash`: text that only
 * says what was written.
 */
export type Noise = "tag" | "default" | "hash";

/** A changed resource: what has an effect, and what doesn't. */
export interface SortedChange {
  readonly change: ResourceChange;
  readonly differences: readonly Difference[];
  readonly noise: Readonly<Record<Noise, readonly Difference[]>>;
  /** Whether the engine reports that a secret changes, which the bodies don't show. */
  readonly isSecretChanged: boolean;
}

/**
 * Paths of hashes. `moor-written` is the hash of the body that Moor wrote; the metadata of a template contains the recipes and the creation times
 * of deployments; a deployment script runs again if `requestSignature` differs from that of its last run.
 */
const hashes =
  /^(tags\.moor-written|properties\.tags\.moor-written|properties\.template\.metadata(\..*)?|properties\.parameters\.requestSignature(\..*)?)$/;
const tags = /^(tags|properties\.tags)(\.|$)/;
/** A template's resources are resources of their own. */
const contents = /^properties\.template\.resources(\.|$)/;

export function sorted(change: ResourceChange): SortedChange {
  const { before, after } = change;
  const all = before === undefined || after === undefined ? [] : differencesOf(before.body, after.body);
  const differences = all.filter(({ path }) => !contents.test(path));
  const observed = observedBody(change);
  const noiseOf = (one: Difference): Noise | undefined => {
    if (hashes.test(one.path)) return "hash";
    if (tags.test(one.path)) return "tag";
    return isKnownDefault(one, observed) ? "default" : undefined;
  };
  const kinds = differences.map((one) => [noiseOf(one), one] as const);
  const of = (kind: Noise | undefined) => kinds.filter(([noise]) => noise === kind).map(([, one]) => one);
  return {
    change,
    differences: of(undefined),
    noise: { tag: of("tag"), default: of("default"), hash: of("hash") },
    isSecretChanged: isSecretChanged(change),
  };
}

/** The body that Azure returned at the last write or refresh. A resource in a template has none. */
function observedBody({ step, name }: ResourceChange) {
  const { before, token } = step;
  if (before === undefined || Object.keys(before.outputs).length === 0) return undefined;
  return ruleResources({ token, name: step.name, inputs: before.outputs }).find((one) => one.name === name)?.body;
}

/** Whether a value is written for the first time, and Azure has it already. */
function isKnownDefault({ path, before, after }: Difference, observed: ReturnType<typeof observedBody>): boolean {
  if (observed === undefined || before !== undefined || path.includes("*") || isOpaque(after)) return false;
  if (typeof after !== "string" && typeof after !== "number" && typeof after !== "boolean") return false;
  return valueAt(observed, path) === after;
}

/** A resource in a template has no inputs of its own. Its deployment has them. */
function isSecretChanged({ name, step: { before, after, changed, name: own } }: ResourceChange): boolean {
  if (before === undefined || after === undefined || name !== own) return false;
  return changed.map(dotted).some((path) => [before, after].every(({ inputs }) => containsSecret(valueAt(inputs, path))));
}

/** `a["b"].c[0]` is a.b.c.0. Source: pulumi/pulumi, sdk/go/common/resource/property_path.go. */
function dotted(path: string): string {
  return path.replace(/\[(?:"([^"]*)"|(\d+))\]/g, (_, name = "", index = "") => `.${name}${index}`);
}

function containsSecret(value: Value): boolean {
  if (Array.isArray(value)) return value.some(containsSecret);
  return isBody(value) ? Object.values(value).some(containsSecret) : isOpaque(value);
}
