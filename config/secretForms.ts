/** What secrets look like in text. Only forms that nothing else has, so that ordinary text is never taken for a secret. */

/**
 * Each pattern takes time that grows with the length of the text and no faster. Sources: the providers' documentation of their tokens; for the
 * prefixes also GitHub docs, supported secret scanning patterns.
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
  "a password in an address": /:\/\/[^\s/:@]{0,100}:[^\s/:@]{3,200}@/,
} as const satisfies Record<string, RegExp>;

const all = new RegExp(
  Object.values(forms)
    .map(({ source }) => source)
    .join("|"),
  "g",
);

/** What kind of secret a text has in it, for instance "a GitHub token"; undefined when it has none of a known form. */
export function secretIn(text: string): string | undefined {
  return Object.entries(forms).find(([, form]) => form.test(text))?.[0];
}

/** The text with every secret of a known form replaced. */
export function withoutSecrets(text: string): string {
  return text.replace(all, "[secret]");
}
