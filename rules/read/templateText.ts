/** Literal values in templates. Source: Azure docs, azure-resource-manager/templates/template-expressions, "Escape characters" (2025-05). */
import { isBody, UNKNOWN, type Value } from "../values";

/** Whether a text is an expression. Text in brackets is one, unless a second opening bracket escapes it. */
function isExpression(text: string): boolean {
  return /^\[(?!\[).*\]$/s.test(text);
}

/** A value with escaped text as it is sent to Azure. An expression is UNKNOWN, and so is an object with an expression as a key. */
export function literal(value: Value): Value {
  if (typeof value === "string") return textOf(value);
  if (Array.isArray(value)) return value.map(literal);
  if (!isBody(value)) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  if (entries.some(([key]) => isExpression(key))) return UNKNOWN;
  return Object.fromEntries(entries.map(([key, item]) => [String(textOf(key)), literal(item)]));
}

function textOf(text: string): Value {
  if (isExpression(text)) return UNKNOWN;
  return /^\[\[.*\]$/s.test(text) ? text.slice(1) : text;
}
