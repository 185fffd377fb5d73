/** The Hugging Face token's expiry. The token itself never enters a check. */
import { type Mistake, mistake } from "../mistakes";
import { type RawStack, tokenKey } from "../settings";
import type { Settings } from "../stackFile";
import type { SettingsDraft } from "./draft";

const expiryKey = "moor:huggingFaceTokenExpires";

/** Days before the expiry from which a preview warns. */
const daysOfWarning = 30;

export function tokenMistakes({ settings }: RawStack, draft: SettingsDraft): Mistake[] {
  if (draft[expiryKey] === undefined || settings[tokenKey] !== undefined) return [];
  const problem = "The stack has an expiry date for a Hugging Face token, and no token.";
  return [mistake("MOOR095", expiryKey, { problem, allowed: `${expiryKey} together with ${tokenKey}` })];
}

/** What a preview says of a token that expires soon, or has expired. */
export function tokenNotes({ now = new Date() }: RawStack, settings: Settings): string[] {
  const expires = settings[expiryKey];
  if (expires === undefined) return [];
  const days = Math.ceil((Date.parse(`${expires}T00:00:00Z`) - now.getTime()) / (24 * 3600 * 1000));
  if (days > daysOfWarning) return [];
  const when = days > 0 ? `expires on ${expires}, in ${days} ${days === 1 ? "day" : "days"}` : `expired on ${expires}`;
  const remedy = `create a new one, set it with \`pulumi config set --secret ${tokenKey}\`, and move ${expiryKey}.`;
  return [`The Hugging Face token ${when}: ${remedy}`];
}
