/** Removes the credential of the requests, and secrets with a recognizable format, from a text that is shown. */
export function withoutSecrets(text: string, credential: string): string {
  const redacted = credential === "" ? text : text.replaceAll(credential, "[secret]");
  return redacted.replace(/hf_\w{8,}/g, "[secret]").replace(/Bearer +[\w.~+/-]{8,}=*/gi, "Bearer [secret]");
}
