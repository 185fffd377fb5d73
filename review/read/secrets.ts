/** Secrets in texts that no program has marked as secret. They are hidden first, before a text is cut or written in lower case. */
import { withoutSecrets } from "../../facts/secretForms";
import { type Body, isBody, type Value } from "../../rules";
import { bodyFromWire } from "../../rules/read/wire";

/** Reads an object of a saved preview. Keys stay as they are, because two of them could become equal. */
export function safeBody(value: unknown): Body {
  const body = safe(bodyFromWire(value));
  return isBody(body) ? body : {};
}

function safe(value: Value): Value {
  if (typeof value === "string") return withoutSecrets(value);
  if (Array.isArray(value)) return value.map(safe);
  if (!isBody(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, safe(item)]));
}
