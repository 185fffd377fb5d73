/** The files of a folder that `.dockerignore` doesn't exclude. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Code } from "../codes";
import { refuse, systemCode } from "./problem";

export type ContextNode =
  | {
      readonly kind: "file";
      /** Whether the owner can execute the file. */
      readonly executable: boolean;
      /** Size in bytes. */
      readonly size: number;
    }
  | {
      readonly kind: "symlink";
      /** Target as it is written in the link. */
      readonly target: string;
    }
  | { readonly kind: "directory" }
  /** A socket, pipe or device. */
  | { readonly kind: "special" };

/** Nodes by their path relative to the folder, with `/` as the separator, in byte order. The folder itself is not included. */
export type ContextFiles = ReadonlyMap<string, ContextNode>;

export interface ContextRules {
  /** Text of `.dockerignore`, with its path for messages. */
  readonly ignore: { readonly file: string; readonly text: string } | undefined;
  /** Whether a path is excluded in addition to `.dockerignore`. */
  readonly excluded: (path: string) => boolean;
  /** Maximum number of nodes. */
  readonly most: number;
  readonly codes: { readonly unreadable: Code; readonly tooLarge: Code };
}

/** Reads `<Dockerfile>.dockerignore`, or else `.dockerignore` in the folder, as Docker does. Undefined if neither exists. */
export function readIgnore(folder: string, dockerfile: string, unreadable: Code): ContextRules["ignore"] {
  return readIgnoreFile(`${dockerfile}.dockerignore`, unreadable) ?? readIgnoreFile(path.join(folder, ".dockerignore"), unreadable);
}

function readIgnoreFile(file: string, unreadable: Code): ContextRules["ignore"] {
  try {
    return { file, text: fs.readFileSync(file, "utf8").replace(/^\uFEFF/, "") };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    return refuse(unreadable, file, `the file can't be read (${systemCode(error)}).`);
  }
}

/**
 * Lists the files of a folder without following symbolic links. An excluded folder is listed only if it contains a file that a `!` pattern
 * includes again.
 * @throws PlanError for an unreadable folder, too many files, or an invalid pattern
 */
export function contextFiles(root: string, rules: ContextRules): ContextFiles {
  const ignored = ignoreFilter(rules.ignore);
  const found = new Map<string, ContextNode>();

  /** Lists a folder. Returns whether it contains anything that is included. */
  function visit(folder: string): boolean {
    let included = false;
    for (const name of names(path.join(root, folder), rules)) {
      const relative = folder === "" ? name : `${folder}/${name}`;
      if (rules.excluded(relative)) continue;
      const excluded = ignored.test(relative);
      if (excluded && !ignored.exceptions) continue;
      const node = readNode(path.join(root, relative), rules);
      if (node.kind !== "directory") {
        if (excluded) continue;
        found.set(relative, node);
        included = true;
      } else if (visit(relative) || !excluded) {
        found.set(relative, node);
        included = true;
      }
      if (found.size > rules.most) {
        refuse(rules.codes.tooLarge, root, `the folder contains more than ${rules.most.toLocaleString("en-US")} files and folders.`);
      }
    }
    return included;
  }

  visit("");
  return new Map([...found].sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other))));
}

function names(folder: string, rules: ContextRules): string[] {
  let found: string[];
  try {
    found = fs.readdirSync(folder);
  } catch (error) {
    return refuse(rules.codes.unreadable, folder, `the folder can't be read (${systemCode(error)}).`);
  }
  const other = found.find((name) => name.includes("\uFFFD"));
  return other === undefined ? found : refuse(rules.codes.unreadable, folder, `the name of the file "${other}" is not valid UTF-8.`);
}

function readNode(file: string, rules: ContextRules): ContextNode {
  try {
    const stat = fs.lstatSync(file);
    if (stat.isDirectory()) return { kind: "directory" };
    if (stat.isSymbolicLink()) return { kind: "symlink", target: fs.readlinkSync(file) };
    if (stat.isFile()) return { kind: "file", executable: (stat.mode & 0o100) !== 0, size: stat.size };
    return { kind: "special" };
  } catch (error) {
    return refuse(rules.codes.unreadable, file, `the file can't be read (${systemCode(error)}).`);
  }
}

/** Loaded on demand, because most previews read no folder. */
function dockerignore(): typeof import("@balena/dockerignore").default {
  return require("@balena/dockerignore");
}

/** Patterns are case-sensitive, as in Docker. `exceptions`: whether a `!` pattern can include files of an excluded folder again. */
function ignoreFilter(ignore: ContextRules["ignore"]): { readonly test: (path: string) => boolean; readonly exceptions: boolean } {
  if (ignore === undefined) return { test: () => false, exceptions: false };
  const filter = dockerignore()({ ignorecase: false }).add(ignore.text);
  const exceptions = ignore.text.split("\n").some((line) => line.trim().startsWith("!"));
  return {
    exceptions,
    test: (relative) => {
      try {
        return filter.ignores(relative);
      } catch (error) {
        return refuse("MOOR255", ignore.file, `a pattern is not valid: ${error instanceof Error ? error.message : String(error)}.`);
      }
    },
  };
}

/**
 * Reads a file, and checks that it doesn't change while it is read.
 * @throws PlanError with the code `unreadable`
 */
export function readStable(file: string, unreadable: Code): Buffer {
  let descriptor: number | undefined;
  try {
    descriptor = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
    const before = fs.fstatSync(descriptor, { bigint: true });
    const content = fs.readFileSync(descriptor);
    const after = fs.fstatSync(descriptor, { bigint: true });
    const same = before.mtimeNs === after.mtimeNs && before.size === after.size && BigInt(content.length) === after.size;
    if (!same) refuse(unreadable, file, "the file changed while it was read. Run the command again when no program writes to it.");
    return content;
  } catch (error) {
    if (systemCode(error) === "unknown error") throw error;
    return refuse(unreadable, file, `the file can't be read (${systemCode(error)}).`);
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}
