/** Rules for the expiry date of the Hugging Face token. The token itself is never checked. */
import { type ConfigError, configError } from "../errors";
import { type RawStack, tokenKey } from "../settings";
import type { Settings } from "../stackFile";
import type { SettingsDraft } from "./draft";

const expiryKey = "moor:huggingFaceTokenExpires";

/** Number of days before the expiry date from which the preview warns. */
const daysOfWarning = 30;

export function tokenErrors({ settings }: RawStack, draft: SettingsDraft): ConfigError[] {
  if (draft[expiryKey] === undefined || settings[tokenKey] !== undefined) return [];
  const problem = "The stack has an expiry date for a Hugging Face token, but no token.";
  return [configError("MOOR095", expiryKey, { problem, allowed: `${expiryKey} together with ${tokenKey}` })];
}

/** Notes for the preview about a token that expires soon or has expired. */
export function tokenNotes({ now = new Date() }: RawStack, settings: Settings): string[] {
  const expires = settings[expiryKey];
  if (expires === undefined) return [];
  const days = Math.ceil((Date.parse(`${expires}T00:00:00Z`) - now.getTime()) / (24 * 3600 * 1000));
  if (days > daysOfWarning) return [];
  const when = days > 0 ? `expires on ${expires}, in ${days} ${days === 1 ? "day" : "days"}` : `expired on ${expires}`;
  const remedy = `create a new one, set it with \`pulumi config set --secret ${tokenKey}\`, and update ${expiryKey}.`;
  return [`The Hugging Face token ${when}: ${remedy}`];
}
