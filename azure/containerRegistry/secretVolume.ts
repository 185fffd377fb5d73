/**
 * Files in the secret volumes of an ACR task. A volume can contain only text: the agent writes each file with a shell command, so a file
 * has at most 128 KiB, a zero byte ends it, and the shell expands `$`, backquotes and backslashes and appends a newline. The agent also
 * reads the task file line by line, and a line has at most 64 KiB.
 * Source: Azure/acr-builder, builder/builder.go (createSecretFiles), graph/preprocessor.go (SeparateAliasFromRest).
 */

/** Length of a piece, in characters. In the task file, Base64 makes it a line of 60,000 characters. */
const pieceLength = 45_000;

/**
 * Returns the files of a volume that contain these bytes, by name. The bytes are encoded in Base64 and split into pieces. Each piece is
 * encoded in Base64 again, as a task file requires. A step must join the pieces in the order of their names and decode the result.
 * @param name Letters, digits, `.`, `-` and `_`. The names of the files are `<name>.000`, `<name>.001`, …
 */
export function secretFiles(name: string, bytes: Uint8Array): Readonly<Record<string, string>> {
  const text = Buffer.from(bytes).toString("base64");
  const count = Math.max(1, Math.ceil(text.length / pieceLength));
  const pieces = Array.from({ length: count }, (_, index) => text.slice(index * pieceLength, (index + 1) * pieceLength));
  return Object.fromEntries(pieces.map((piece, index) => [`${name}.${String(index).padStart(3, "0")}`, secretText(piece)]));
}

/**
 * Returns a file of a volume that contains plain text. The agent appends a newline.
 * @throws Error if the text contains `$`, a backquote, a backslash, or a zero byte
 */
export function secretText(text: string): string {
  if (/[$`\\\0]/.test(text)) throw new Error("The text contains a character that the shell of the task's agent would expand.");
  return Buffer.from(text).toString("base64");
}
