/** Types and IDs of resources in templates. Source: Azure docs, azure-resource-manager/templates/child-resource-name-type (2025-05). */
import type { Body, Value } from "../values";
import { memberOf } from "./member";
import { literal } from "./templateText";

export interface Named {
  /** ARM type. Undefined if it is an expression. */
  readonly type: string | undefined;
  /** ARM ID. Undefined if a part of it is an expression. */
  readonly id: string | undefined;
}

/** Extension resources by the last part of their type, for types such as `Microsoft.KeyVault/vaults/providers/diagnosticSettings`. */
const extensions: Readonly<Record<string, string>> = {
  diagnosticsettings: "Microsoft.Insights/diagnosticSettings",
  eventsubscriptions: "Microsoft.EventGrid/eventSubscriptions",
  locks: "Microsoft.Authorization/locks",
  roleassignments: "Microsoft.Authorization/roleAssignments",
};

/**
 * The type and ID of a resource in a template.
 * @param scope ID of the deployment's resource group, or of another scope.
 * @param parent The resource that contains it. Then its type and name are relative.
 */
export function templateName(resource: Body, scope: string | undefined, parent?: Named): Named {
  const [type, name, own] = ["type", "name", "scope"].map((key) => literal(memberOf(resource, key)));
  const isSingle = memberOf(resource, "copy") === undefined;
  if (typeof type !== "string") return { type: undefined, id: undefined };
  const names = typeof name === "string" && isSingle ? name.split("/") : undefined;
  if (parent !== undefined) return child(type, names, parent);
  const base = own === undefined ? scope : scopeId(own, scope);
  return resourceIn(type, names, base);
}

function scopeId(own: Value, scope: string | undefined): string | undefined {
  if (typeof own !== "string") return undefined;
  if (own.startsWith("/")) return own.replace(/\/$/, "");
  return scope === undefined ? undefined : `${scope}/providers/${own}`;
}

function child(type: string, names: readonly string[] | undefined, parent: Named): Named {
  const prefix = `${parent.type}/`;
  if (type.toLowerCase().startsWith(prefix.toLowerCase())) {
    const relative = type.slice(prefix.length);
    return child(relative, names?.slice(-relative.split("/").length), parent);
  }
  if (type.split("/")[0]!.includes(".")) return resourceIn(type, names, parent.id);
  if (/^providers\//i.test(type)) return extension(type.replace(/^providers\//i, ""), names, parent.id);
  const id = parent.id === undefined || names === undefined ? undefined : joined(parent.id, type.split("/"), names);
  return { type: parent.type === undefined ? undefined : `${parent.type}/${type}`, id };
}

function resourceIn(type: string, names: readonly string[] | undefined, scope: string | undefined): Named {
  const [head, tail] = type.split(/\/providers\//i);
  if (head === undefined || tail === undefined) {
    const [namespace = "", ...types] = type.split("/");
    return { type, id: scope === undefined || names === undefined ? undefined : joined(`${scope}/providers/${namespace}`, types, names) };
  }
  const count = head.split("/").length - 1;
  const extended = resourceIn(head, names?.slice(0, count), scope);
  return extension(tail, names?.slice(count), extended.id);
}

/** An extension resource whose namespace is the first part of its name, for example `Microsoft.Insights/to-logs`. */
function extension(type: string, names: readonly string[] | undefined, scope: string | undefined): Named {
  const [namespace, ...rest] = names ?? [];
  if (namespace === undefined)
    return { type: Object.hasOwn(extensions, type.toLowerCase()) ? extensions[type.toLowerCase()] : undefined, id: undefined };
  return resourceIn(`${namespace}/${type}`, rest, scope);
}

function joined(base: string, types: readonly string[], names: readonly string[]): string | undefined {
  if (types.length !== names.length) return undefined;
  return [base, ...types.flatMap((type, index) => [type, names[index]])].join("/");
}
