/** Formats of secrets in text. Only unambiguous formats are listed, so that ordinary text is never reported as a secret. */

/**
 * Each pattern runs in linear time. Sources: the token documentation of each provider; for the prefixes also GitHub docs, "Supported secret
 * scanning patterns".
 */
const forms = {
  "a Hugging Face token": /\b(?:hf|api_org)_[A-Za-z0-9]{12,}/,
  "a GitHub token": /\b(?:gh[pousr]|github_pat)_\w{20,}/,
  "an API key": /\bsk-(?:[A-Za-z0-9]{20,}|(?:proj|ant|svcacct|admin|or)-[\w-]{16,})|\bAIza[\w-]{35}|\bnvapi-[\w-]{20,}|\bpul-[0-9a-f]{40}/,
  "an AWS access key": /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  "an Azure storage key": /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==/,
  "a shared access signature": /\bsig=[\w%+/=-]{20,}/,
  "an Entra client secret": /(?<![\w.~-])[\w.~-]{3}8Q~[\w.~-]{31,37}/,
  "a JSON web token": /\beyJ[\w-]{10}[\w.-]*/,
  "a private key": /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*/,
  "a password in a URL": /:\/\/[^\s/:@]{0,100}:[^\s/:@]{3,200}@/,
} as const satisfies Record<string, RegExp>;

const all = new RegExp(
  Object.values(forms)
    .map(({ source }) => source)
    .join("|"),
  "g",
);

/** The kind of secret that a text contains, for example "a GitHub token"; undefined if it contains no secret in a known format. */
export function secretIn(text: string): string | undefined {
  return Object.entries(forms).find(([, form]) => form.test(text))?.[0];
}

/** Replaces all secrets in a known format. */
export function withoutSecrets(text: string): string {
  return text.replace(all, "[secret]");
}
