/** Cases of the mutation corpus: a violation of residency or exposure on the shipped stack `prod`, and a similar change that is allowed. */
import type { FindingCode } from "../../../rules";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * A change of prod. Text can contain references: `{hub}` is the scope of the resources of the world (see world.ts), `{subscription}` and `{tenant}` are
 * IDs, and `{platform-vault:id}` and `{platform-vault:name}` are those of a resource of the stack. `{chat-identity:principalId}` is an object ID.
 */
export type Change =
  /** Sets an input of a resource, or removes it if the value is undefined. */
  | { readonly kind: "set"; readonly target: string; readonly path: string; readonly value: Json | undefined }
  /** Adds a resource. */
  | { readonly kind: "add"; readonly token: string; readonly name: string; readonly inputs: { readonly [key: string]: Json } }
  /** Changes the stack file: paths of keys below `config`. */
  | { readonly kind: "file"; readonly changes: readonly (readonly [keys: readonly string[], value: unknown])[] };

export interface Case {
  readonly name: string;
  readonly code: FindingCode;
  /** Name of the resource that has the finding. `*` replaces the parts of names that are hashes. */
  readonly resource: string;
  /** Path in the ARM body. */
  readonly property: string;
  readonly change: Change;
  readonly twin: Change;
}

/** Logical names of the program contain hashes of recipes and images. */
export function withoutHashes(name: string): string {
  return name.replace(/-[0-9a-f]{8}(?=-|$)/g, "-*");
}

/** A case that changes one input. @param property Path in the ARM body. @default - `properties.` and the path of the input */
export function change(
  name: string,
  code: FindingCode,
  target: string,
  path: string,
  [value, legal]: readonly [Json | undefined, Json | undefined],
  property = `properties.${path}`,
): Case {
  const set = (one: Json | undefined): Change => ({ kind: "set", target, path, value: one });
  return { name, code, resource: target, property, change: set(value), twin: set(legal) };
}

/** A case that adds a resource. @param inputs The inputs, and those in which the twin differs. */
export function addition(
  name: string,
  code: FindingCode,
  token: string,
  property: string,
  [inputs, legal]: readonly [{ readonly [key: string]: Json }, { readonly [key: string]: Json }],
): Case {
  const all = { resourceGroupName: "hub", ...inputs };
  const add = (given: { readonly [key: string]: Json }): Change => ({
    kind: "add",
    token: `azure-native:${token}`,
    name: "added",
    inputs: given,
  });
  return { name, code, resource: "added", property, change: add(all), twin: add({ ...all, ...legal }) };
}

/** A case that adds a resource of a kind that is never allowed. The twin adds another one. */
export function unwanted(
  name: string,
  code: FindingCode,
  token: string,
  property: string,
  inputs: { readonly [key: string]: Json },
  other: { readonly token: string; readonly inputs: { readonly [key: string]: Json } },
): Case {
  const { change } = addition(name, code, token, property, [inputs, {}]);
  const { change: twin } = addition(name, code, other.token, property, [other.inputs, {}]);
  return { name, code, resource: "added", property, change, twin };
}

/** A case that changes the stack file. */
export function setting(
  name: string,
  code: FindingCode,
  [resource, property]: readonly [string, string],
  changes: readonly (readonly [keys: readonly string[], value: unknown])[],
  legal: readonly (readonly [keys: readonly string[], value: unknown])[],
): Case {
  return { name, code, resource, property, change: { kind: "file", changes }, twin: { kind: "file", changes: legal } };
}
