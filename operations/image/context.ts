/** Archives the build context of an image: the files that Docker would send, which are also those that the hash of the inputs covers. */
import * as fs from "node:fs";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { type ContextNode, contextFiles, readIgnore, readStable } from "../../planner/image/contextFiles";
import { type TarEntry, tar } from "../../planner/image/tar";

export interface BuildContext {
  /** Absolute paths. */
  readonly context: string;
  readonly dockerfile: string;
}

/** Paths in the archive. The Dockerfile has its own path, because it can be outside the folder of the context. */
export const archivePaths = { context: "moor/context", dockerfile: "moor/Dockerfile" } as const;

/** Maximum number of nodes in a context. The size of the archive is limited by the size of the task. */
const mostNodes = 100_000;

/**
 * Archives a build context: a compressed tar with the folder and the Dockerfile. Executable files stay executable. Owners and times are
 * reset.
 * @throws PlanError MOOR253 for too many files, MOOR254 for an unreadable file, MOOR255 for an invalid pattern
 */
export function archiveContext({ context, dockerfile }: BuildContext): Buffer {
  const ignore = readIgnore(context, dockerfile, "MOOR254");
  const codes = { unreadable: "MOOR254", tooLarge: "MOOR253" } as const;
  const nodes = contextFiles(context, { ignore, excluded: () => false, most: mostNodes, codes });
  const entries = [...nodes].flatMap(([name, node]) => entryOf(`${archivePaths.context}/${name}`, path.join(context, name), node));
  return gzipSync(
    tar([
      entry(archivePaths.context, 0o755, { kind: "directory" }),
      ...entries,
      entry(archivePaths.dockerfile, 0o644, { kind: "file", bytes: fs.readFileSync(dockerfile) }),
      // The archive contains no excluded files. This empty file replaces a `.dockerignore` in the context, which could exclude more.
      entry(`${archivePaths.dockerfile}.dockerignore`, 0o644, { kind: "file", bytes: Buffer.alloc(0) }),
    ]),
    { level: 9 },
  );
}

/** `buildInputs` has rejected sockets, pipes and devices before. */
function entryOf(name: string, file: string, node: ContextNode): TarEntry[] {
  switch (node.kind) {
    case "file":
      return [entry(name, node.executable ? 0o755 : 0o644, { kind: "file", bytes: readStable(file, "MOOR254") })];
    case "symlink":
      return [entry(name, 0o777, { kind: "symlink", target: node.target })];
    case "directory":
      return [entry(name, 0o755, { kind: "directory" })];
    case "special":
      return [];
    default:
      return node satisfies never;
  }
}

function entry(name: string, mode: number, content: TarEntry["content"]): TarEntry {
  return { path: name, mode, uid: 0, gid: 0, content };
}
