/** The inputs of an image build, and their hash. */
import * as fs from "node:fs";
import * as path from "node:path";
import { sha256 } from "./base";
import { type ContextFiles, type ContextNode, contextFiles, readIgnore, readStable } from "./contextFiles";
import { pinnedBases } from "./pinnedBases";
import { refuse, systemCode, withPathsRelativeTo } from "./problem";

export interface BuildInputs {
  /** Hash of the Dockerfile, the files of the context that `.dockerignore` doesn't exclude, and the arguments: `sha256:…`. */
  readonly digest: string;
  /** References of the base images, each with a digest. */
  readonly bases: readonly string[];
}

/** Moor hashes the context in each run, and Docker sends it to its builder. */
const limits = { nodes: 100_000, bytes: 2 * 1024 ** 3 } as const;

interface Build {
  readonly context: string;
  readonly dockerfile: string;
  /** Build arguments, by name. */
  readonly args: Readonly<Record<string, string>>;
}

/**
 * Hashes the inputs of a build. For each file, the hash covers the path, the content, and whether the owner can execute the file. It
 * doesn't cover the modification time and the owner.
 * @param relativeTo Folder to which paths in messages are relative. @default - messages contain the paths as they are
 * @throws PlanError MOOR242, or MOOR251 to MOOR255
 */
export function buildInputs(build: Build, relativeTo?: string): BuildInputs {
  return withPathsRelativeTo(relativeTo, () => computed(build));
}

function computed({ context, dockerfile, args }: Build): BuildInputs {
  if (!fs.statSync(context, { throwIfNoEntry: false })?.isDirectory()) refuse("MOOR251", context, "the folder doesn't exist.");
  const content = readDockerfile(dockerfile);
  const bases = pinnedBases(dockerfile, content.toString("utf8"), args);
  const files = contextFiles(context, {
    ignore: readIgnore(context, dockerfile, "MOOR254"),
    excluded: () => false,
    most: limits.nodes,
    codes: { unreadable: "MOOR254", tooLarge: "MOOR253" },
  });
  refuseLarge(context, files);
  const inputs = {
    version: 1,
    dockerfile: sha256(content),
    arguments: Object.entries(args).sort(([one], [other]) => (one < other ? -1 : 1)),
    files: [...files].map(([file, node]) => [file, ...described(path.join(context, file), node)]),
  };
  return { digest: sha256(Buffer.from(JSON.stringify(inputs))), bases };
}

function readDockerfile(file: string): Buffer {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    return refuse(
      "MOOR251",
      file,
      systemCode(error) === "ENOENT" ? "the file doesn't exist." : `the file can't be read (${systemCode(error)}).`,
    );
  }
}

function refuseLarge(context: string, files: ContextFiles): void {
  const bytes = [...files.values()].reduce((sum, node) => sum + (node.kind === "file" ? node.size : 0), 0);
  if (bytes > limits.bytes) {
    const size = (bytes / 1024 ** 3).toFixed(1);
    refuse("MOOR253", context, `the size of the files is ${size} GiB. The limit is ${limits.bytes / 1024 ** 3} GiB.`);
  }
}

/** What the hash covers of a node, in addition to its path. */
function described(file: string, node: ContextNode): readonly string[] {
  switch (node.kind) {
    case "file":
      return [node.executable ? "executable" : "file", sha256(readStable(file, "MOOR254"))];
    case "symlink":
      return ["symlink", node.target];
    case "directory":
      return ["directory"];
    case "special":
      return refuse("MOOR254", file, "it is a socket, pipe or device.");
    default:
      return node satisfies never;
  }
}
