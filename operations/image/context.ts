/** The build context of an image as an archive. It contains the files that Docker would send: the same that the hash of the inputs counts. */
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

/** Places in the archive. The Dockerfile is outside the context, because it can be outside its folder. */
export const archivePaths = { context: "moor/context", dockerfile: "moor/Dockerfile" } as const;

/** Nodes in a context. The archive is much smaller than what Docker accepts, so a lower limit is not needed. */
const mostNodes = 100_000;

/**
 * Archives a build context: a compressed tar with the folder and the Dockerfile. Executable files keep their mode; owners and times don't count.
 * @throws PlanError with a code MOOR25x for an unreadable file
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
      // The excluded files are not in the archive. An empty file next to the Dockerfile replaces a `.dockerignore` in the context.
      entry(`${archivePaths.dockerfile}.dockerignore`, 0o644, { kind: "file", bytes: Buffer.alloc(0) }),
    ]),
    { level: 9 },
  );
}

/** `buildInputs` refuses a socket, pipe or device, so none gets here. */
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
