import { at, textOf } from "../json";
import type { Expression, PolicyRequest } from "./policy";

/** `Microsoft.Storage/storageAccounts` and `properties.encryption.x`: the alias is the type and the path without `properties`. */
function aliasOf(type: string, path: string): string {
  return `${type}/${path.replace(/^properties\./, "")}`;
}

/** `exists: false`. */
export function isAbsent({ type, body }: PolicyRequest, path: string, alias = aliasOf(type, path)): Expression[] {
  return at(body, path) === undefined ? [{ expression: alias, path, operator: "Exists", targetValue: "false" }] : [];
}

/** `notEquals`, which is also true if the property is absent. */
export function differsFrom({ type, body }: PolicyRequest, path: string, targetValue: unknown): Expression[] {
  const expressionValue = at(body, path);
  if (textOf(expressionValue).toLowerCase() === String(targetValue).toLowerCase()) return [];
  return [{ expression: aliasOf(type, path), path, expressionValue, operator: "NotEquals", targetValue }];
}
