/** The replacement for a secret. */
export const REDACTED = "[redacted]";

const keys = "access|account|admin|api|encryption|function|host|master|primary|private|query|secondary|shared|signing|storage|subscription";

/** Names whose values are always secret, so that misplaced or unknown properties don't leak. */
const secretName = new RegExp(
  `(pass(word|phrase|wd)|secrets?|token|(^|_)tokens|credentials?|(${keys}|primaryshared|secondaryshared)[-_]?key(data)?|key[-_]?value|` +
    "encoded(task|values)content|connection[-_]?string|signature|(^|_)sas|sas[-_]?(token|ur[il])|authorization|pfx[-_]?(blob|data)?)$",
  "i",
);

/** Parameters of a query or a connection string that are secret by convention. */
const secretParameter = /^(sig|code)$/i;

export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** Removes secrets with a recognizable format: JSON Web Tokens, Hugging Face tokens, signed links, connection strings. */
export function redactText(text: string): string {
  return text
    .replace(/\beyJ[\w-]*\.[\w-]+\.[\w-]+/g, REDACTED)
    .replace(/\b(Bearer|Basic)\s+\S+/gi, `$1 ${REDACTED}`)
    .replace(/\bhf_[A-Za-z0-9]{16,}/g, REDACTED)
    .replace(/([?&;]|^)([\w.-]+)=([^&;#\s"]+)/g, (whole, before: string, name: string) =>
      secretParameter.test(name) || isSecretName(name) ? `${before}${name}=${REDACTED}` : whole,
    );
}
