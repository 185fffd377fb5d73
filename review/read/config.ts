/** The settings of the stack file in a saved preview. */
import { withoutSecrets } from "../../facts/secretForms";
import { isJson } from "../../rules/read/json";

/**
 * Plain settings as text. A saved preview contains texts, which are JSON for lists and objects; a plan contains the values themselves. Settings
 * that are secret, or that contain a secret, are omitted.
 */
export function configOf(config: unknown): Record<string, string> {
  if (!isJson(config)) return {};
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) => {
      const text = textOfSetting(value);
      return text === undefined ? [] : [[key, text]];
    }),
  );
}

function textOfSetting(value: unknown): string | undefined {
  if (value === undefined || value === null || containsSecret(value)) return undefined;
  if (isJson(value) && typeof value.secret === "boolean") return textOfSetting(value.value);
  return withoutSecrets(typeof value === "string" ? value : JSON.stringify(value));
}

/** `[secret]` is the engine's text; `secure` is ciphertext of a stack file; a plan marks a secret with a signature, next to its ciphertext. */
function containsSecret(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(containsSecret);
  if (!isJson(value)) return typeof value === "string" && value.includes("[secret]");
  return (
    value.secret === true ||
    Object.hasOwn(value, "secure") ||
    Object.hasOwn(value, "ciphertext") ||
    Object.values(value).some(containsSecret)
  );
}
