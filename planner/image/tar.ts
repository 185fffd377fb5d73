/**
 * Writes a tar archive whose bytes depend only on its entries. Moor uses no library for it: lock files contain the digest of the image, so
 * a new version of a library must not change a single byte. Also, `tar-stream` writes only asynchronously, but the configuration is read
 * synchronously. Format: ustar with pax records for long or non-ASCII names (POSIX.1-2001,
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html).
 */

export interface TarEntry {
  /** Without a leading slash. */
  readonly path: string;
  readonly mode: number;
  /** User ID, at most `largestOwner`. */
  readonly uid: number;
  /** Group ID, at most `largestOwner`. */
  readonly gid: number;
  readonly content:
    | { readonly kind: "file"; readonly bytes: Uint8Array }
    | { readonly kind: "directory" }
    | { readonly kind: "symlink"; readonly target: string };
}

/** The largest user ID or group ID that fits in a header: seven octal digits. */
export const largestOwner = 0o7777777;

const block = 512;
const typeFlags = { file: "0", symlink: "2", directory: "5" } as const satisfies Record<TarEntry["content"]["kind"], string>;

/** Returns an archive of the entries, in this order. The modification time of all entries is 0 (1970-01-01). */
export function tar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(entryBlocks), Buffer.alloc(2 * block)]);
}

function entryBlocks(entry: TarEntry): Buffer[] {
  const name = entry.content.kind === "directory" ? `${entry.path}/` : entry.path;
  const target = entry.content.kind === "symlink" ? entry.content.target : "";
  const bytes = entry.content.kind === "file" ? entry.content.bytes : new Uint8Array();
  const records = [...(fits(name) ? [] : [paxRecord("path", name)]), ...(fits(target) ? [] : [paxRecord("linkpath", target)])].join("");
  const pax = Buffer.from(records);
  const extended = pax.length > 0 ? [header({ ...entry, name: "PaxHeader", target: "", size: pax.length, type: "x" }), ...padded(pax)] : [];
  return [...extended, header({ ...entry, name, target, size: bytes.length, type: typeFlags[entry.content.kind] }), ...padded(bytes)];
}

/** Whether a name fits in the header's field of 100 bytes without an encoding. */
function fits(name: string): boolean {
  return name.length <= 100 && /^[\x20-\x7e]*$/.test(name);
}

/** The length in a record includes its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function header(entry: {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly type: string;
  readonly target: string;
}): Buffer {
  const bytes = Buffer.alloc(block);
  bytes.write(entry.name.slice(0, 100), 0, 100, "latin1");
  bytes.write(octal(entry.mode, 7), 100);
  bytes.write(octal(entry.uid, 7), 108);
  bytes.write(octal(entry.gid, 7), 116);
  bytes.write(octal(entry.size, 11), 124);
  bytes.write(octal(0, 11), 136);
  bytes.write(" ".repeat(8), 148);
  bytes.write(entry.type, 156);
  bytes.write(entry.target.slice(0, 100), 157, 100, "latin1");
  bytes.write("ustar\u000000", 257);
  bytes.write(octal(0, 7), 329);
  bytes.write(octal(0, 7), 337);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${octal(sum, 6)}\0 `, 148);
  return bytes;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

function padded(bytes: Uint8Array): Buffer[] {
  const rest = bytes.length % block;
  return [Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), Buffer.alloc(rest === 0 ? 0 : block - rest)];
}
