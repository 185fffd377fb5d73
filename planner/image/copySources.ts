/** Finds the sources of a COPY instruction: paths and wildcards in the folder of the Dockerfile. */
import * as path from "node:path";
import type { ContextFiles, ContextNode } from "./contextFiles";
import { WordError } from "./words";

/** A source that COPY found. */
export interface Source {
  /** Path in the folder, without symbolic links. Empty for the folder itself. */
  readonly path: string;
  /** The last part of the path as COPY names it. */
  readonly name: string;
  readonly kind: Exclude<ContextNode["kind"], "symlink">;
}

/** A source doesn't exist. The caller adds the file and the line to the message. */
export class SourceError extends Error {}

/**
 * Finds the sources for one argument. If the argument is a symbolic link, it is followed within the folder, as in Docker.
 * @throws SourceError
 */
export function sources(files: ContextFiles, argument: string): Source[] {
  const relative = path.posix.normalize(argument).replace(/^\/+/, "").replace(/\/$/, "");
  if (relative === ".." || relative.startsWith("../")) {
    throw new SourceError(`"${argument}" is outside the folder of the Dockerfile.`);
  }
  const clean = relative === "." ? "" : relative;
  if (!/[*?[\\]/.test(clean)) return [resolved(files, clean, argument)];
  const pattern = wildcard(clean);
  const matches = [...files.keys()].filter((file) => pattern.test(file));
  if (matches.length === 0) throw new SourceError(`"${argument}" matches no file.`);
  return matches.map((match) => resolved(files, match, argument));
}

/** A pattern of Go's filepath.Match, which Docker uses: `*` and `?` don't match a slash. */
function wildcard(pattern: string): RegExp {
  let source = "";
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at);
    if (char === "*") source += "[^/]*";
    else if (char === "?") source += "[^/]";
    else if (char === "[") {
      const [set = ""] = /^\[\^?(?:\\.|[^\]\\/])+\]/.exec(pattern.slice(at)) ?? [];
      if (set === "") throw new WordError(`"${pattern}" has no closing "]".`);
      source += `(?!/)${set.replace(/\\(.)/g, (_, inner: string) => (inner === "-" ? "\\-" : escaped(inner)))}`;
      at += set.length - 1;
    } else source += escaped(char === "\\" ? pattern.charAt(++at) : char);
  }
  try {
    return new RegExp(`^${source}$`, "u");
  } catch {
    throw new WordError(`"${pattern}" contains a character range that is not valid.`);
  }
}

function escaped(char: string): string {
  return char.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** Follows symbolic links, at most as many as Linux does. */
function resolved(files: ContextFiles, file: string, argument: string): Source {
  const name = path.posix.basename(file);
  let rest = file === "" ? [] : file.split("/");
  let done = "";
  let kind: Source["kind"] = "directory";
  for (let links = 0; rest.length > 0; ) {
    const [part = "", ...others] = rest;
    const next = done === "" ? part : `${done}/${part}`;
    const node = files.get(next);
    if (node === undefined) throw new SourceError(`"${argument}" doesn't exist or is excluded.`);
    if (node.kind !== "symlink") {
      [done, rest, kind] = [next, others, node.kind];
      continue;
    }
    links += 1;
    const target = node.target;
    const joined = path.posix.join(done, target);
    if (target.startsWith("/") || joined === ".." || joined.startsWith("../")) {
      throw new SourceError(`"${argument}" is a symbolic link to ${target}, outside the folder of the Dockerfile.`);
    }
    if (links > 40) throw new SourceError(`"${argument}" is a loop of symbolic links.`);
    [done, rest, kind] = ["", [...joined.split("/").filter((step) => step !== "" && step !== "."), ...others], "directory"];
  }
  return { path: done, name, kind };
}
