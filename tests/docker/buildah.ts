/** buildah and skopeo with storage of their own, so that suites that run at the same time don't disturb each other. */
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** A file of an unpacked image. */
export interface ImageFile {
  /** `d`, `f` or `l`, as `find` prints it. */
  readonly type: string;
  readonly mode: string;
  readonly owner: string;
  readonly target: string;
  /** SHA-256 hash of a file's content; empty for other types. */
  readonly sha256: string;
}

/** What is missing for builds, or undefined. */
export function missingTool(): string | undefined {
  return ["buildah", "skopeo"].find((tool) => spawnSync(tool, ["--version"]).status !== 0);
}

/**
 * Declares tests that require buildah and skopeo. Without them, one test reports that: it passes locally and fails if CI is set, because the
 * proof is required there.
 */
export function describeWithBuildah(proof: string, tests: () => void): void {
  const missing = missingTool();
  if (missing === undefined) {
    describe(proof, tests);
    return;
  }
  test(`not proved: ${proof}`, () => {
    const sentence = `That ${proof} remains unproved: ${missing} is not installed.`;
    if (process.env.CI) throw new Error(sentence);
    console.warn(sentence);
  });
}

export class Buildah {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-buildah-"));
  private readonly storage = path.join(this.folder, "storage");
  private readonly run = path.join(this.folder, "run");

  /** Builds an image. @param settings Options before the context */
  build(context: string, tag: string, ...settings: string[]): void {
    this.buildah("build", "--quiet", "--format", "oci", "--tag", tag, ...settings, context);
  }

  /** Writes an image to a folder: `manifest.json`, and each blob under the hexadecimal digits of its digest. */
  save(tag: string, format: "oci" | "v2s2"): string {
    const folder = path.join(this.folder, `saved-${format}`);
    this.buildah("push", "--quiet", "--format", format, tag, `dir:${folder}`);
    return folder;
  }

  /** Copies an image into the storage. skopeo checks each digest. @param source For example `oci:<folder>` */
  load(source: string, tag: string): void {
    this.inNamespace(
      "skopeo",
      "--insecure-policy",
      "copy",
      "--quiet",
      source,
      `containers-storage:[vfs@${this.storage}+${this.run}]${tag}`,
    );
  }

  /** Configuration of an image, in OCI's format. */
  config(tag: string): Record<string, unknown> {
    return JSON.parse(this.buildah("inspect", "--type", "image", tag)).OCIv1.config;
  }

  /** The files of an image by path. */
  files(tag: string): Record<string, ImageFile> {
    const list =
      'cd "$($0 mount $($0 from --pull-never "$1"))" && find . -mindepth 1 -printf \'%y %m %U:%G\\t%p\\t%l\\n\' && find . -type f -exec sha256sum {} +';
    const program = `${this.command()} `;
    const lines = this.inNamespace("sh", "-c", list.replaceAll("$0", program), "sh", tag).split("\n").filter(Boolean);
    const hashes = new Map(
      lines.flatMap((line) => {
        const [, hash, file] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
        return hash && file ? [[file, hash]] : [];
      }),
    );
    return Object.fromEntries(
      lines.flatMap((line) => {
        const [settings = "", file, target = ""] = line.split("\t");
        const [type = "", mode = "", owner = ""] = settings.split(" ");
        return file === undefined ? [] : [[file, { type, mode, owner, target, sha256: hashes.get(file) ?? "" }]];
      }),
    );
  }

  /** Removes the storage. */
  dispose(): void {
    this.inNamespace("rm", "-rf", this.folder);
  }

  private command(): string {
    return ["buildah", ...this.storageOptions()].join(" ");
  }

  private storageOptions(): string[] {
    return ["--root", this.storage, "--runroot", this.run, "--storage-driver", "vfs"];
  }

  private buildah(...args: string[]): string {
    return execute("buildah", [...this.storageOptions(), ...args]);
  }

  /** Files of other owners are accessible to root only, or in the user namespace that buildah uses for other users. */
  private inNamespace(command: string, ...args: string[]): string {
    return process.getuid?.() === 0 ? execute(command, args) : execute("buildah", [...this.storageOptions(), "unshare", command, ...args]);
  }
}

function execute(command: string, args: readonly string[]): string {
  const { BUILDAH_FORMAT: _, ...environment } = process.env;
  return execFileSync(command, args, {
    encoding: "utf8",
    env: { ...environment, BUILDAH_ISOLATION: "chroot", STORAGE_DRIVER: "vfs" },
    stdio: ["ignore", "pipe", "pipe"],
  });
}
