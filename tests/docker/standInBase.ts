/** A small base image with Debian, Python 3.11 and pip, which stands for the base images of docker/vllm and docker/score. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** $1 is a folder for the files, $2 the archive to write. pip may install into Debian's Python, as it may in the image `python`. */
const recipe = `
debootstrap --variant=minbase --include=python3,python3-pip,ca-certificates bookworm "$1"
rm -rf "$1"/usr/lib/python3.11/EXTERNALLY-MANAGED "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/*
tar -C "$1" -cf "$2" .
`;

/** What is missing for the base and for containers, or undefined. */
export function missingTool(): string | undefined {
  if (process.getuid?.() !== 0) return "the tests don't run as root";
  const tool = ["buildah", "debootstrap", "unshare", "nsenter", "ip"].find((name) => spawnSync("which", [name]).status !== 0);
  return tool && `${tool} is not installed`;
}

/**
 * Returns the archive of the base's files. The first call takes about 90 seconds and downloads Debian's packages; later calls use the file
 * in the user's cache folder, which all clones share.
 */
export function standInBase(): string {
  const cache = path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "moor");
  const archive = path.join(cache, `base-${createHash("sha256").update(recipe).digest("hex").slice(0, 16)}.tar`);
  if (fs.existsSync(archive)) return archive;
  fs.mkdirSync(cache, { recursive: true });
  // Written under another name and renamed, so that interrupted or concurrent runs leave no incomplete archive.
  const unfinished = fs.mkdtempSync(path.join(cache, "base-"));
  try {
    const partial = path.join(unfinished, "base.tar");
    const { status, stdout, stderr } = spawnSync("sh", ["-euc", recipe, "sh", path.join(unfinished, "root"), partial], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`The stand-in base was not built: ${(stderr + stdout).trim().split("\n").slice(-3).join(" ")}`);
    fs.renameSync(partial, archive);
    return archive;
  } finally {
    fs.rmSync(unfinished, { recursive: true, force: true });
  }
}
