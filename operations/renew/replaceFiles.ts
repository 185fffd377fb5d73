import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Replaces files. All files are first written to temporary files in the same folders and then renamed, so that each file has either its old
 * or its new bytes. If a file can't be written, none is changed.
 */
export function replaceFiles(files: readonly { readonly file: string; readonly bytes: Uint8Array }[]): void {
  const parts = files.map(({ file, bytes }) => ({ file, bytes, part: `${file}.${process.pid}.part` }));
  try {
    for (const { file, bytes, part } of parts) {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(part, bytes);
    }
    for (const { file, part } of parts) fs.renameSync(part, file);
  } finally {
    for (const { part } of parts) if (fs.existsSync(part)) fs.rmSync(part);
  }
}
