/**
 * Files in the secret volumes of an ACR task. A volume carries only text: the agent writes each file with a shell command, so a file has at most
 * 128 KiB, a zero byte ends it, and the shell expands `$`, backquotes and backslashes and appends a newline. The agent also reads the task file by
 * lines of at most 64 KiB. Source: Azure/acr-builder, builder/builder.go (createSecretFiles), graph/preprocessor.go (SeparateAliasFromRest).
 */

/** Characters of a piece. As a line of the task file, in Base64, it has 60,000. */
const pieceLength = 45_000;

/**
 * The files of a volume that carry these bytes, by name: their Base64 text in pieces, each again in Base64 as a task file requires. A step joins the
 * pieces in the order of their names and decodes them.
 * @param name Letters, digits, `.`, `-` and `_`. The names of the files are `<name>.000`, `<name>.001`, …
 */
export function secretFiles(name: string, bytes: Uint8Array): Readonly<Record<string, string>> {
  const text = Buffer.from(bytes).toString("base64");
  const count = Math.max(1, Math.ceil(text.length / pieceLength));
  const pieces = Array.from({ length: count }, (_, index) => text.slice(index * pieceLength, (index + 1) * pieceLength));
  return Object.fromEntries(pieces.map((piece, index) => [`${name}.${String(index).padStart(3, "0")}`, secretText(piece)]));
}

/** A file of a volume that is plain text without `$`, backquotes and backslashes. A newline is appended to it. */
export function secretText(text: string): string {
  if (/[$`\\\0]/.test(text)) throw new Error("The text contains a character that the shell of the task's agent would expand.");
  return Buffer.from(text).toString("base64");
}
