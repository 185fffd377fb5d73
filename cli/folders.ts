import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Creates each folder of a path. Node's `recursive` option never ends if a file system, such as /proc, returns ENOENT in an existing
 * folder.
 * @param mode Permissions of the folders that it creates. @default - those of the process
 * @throws Error if the path contains a file, or if a folder can't be created
 */
export function makeFolders(folder: string, mode?: number): void {
  if (fs.existsSync(folder)) {
    if (!fs.statSync(folder).isDirectory()) throw new Error(`${folder} is not a folder`);
    return;
  }
  makeFolders(path.dirname(folder), mode);
  try {
    fs.mkdirSync(folder, mode === undefined ? {} : { mode });
  } catch (error) {
    // Another command can have created it in the meantime.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
