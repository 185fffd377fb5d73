/** The files that COPY and WORKDIR put into a layer. */
import * as path from "node:path";
import { linkedDirectories, standardDirectories, stickyDirectories } from "./standardDirectories";
import { largestOwner, type TarEntry } from "./tar";

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export const root: Owner = { uid: 0, gid: 0 };

/**
 * Parses `2000:0` or `2000`. Without a group, the group ID is the user ID, as in Docker. Undefined for names, because they require the
 * base's
 * /etc/passwd.
 */
export function numericOwner(text: string): Owner | undefined {
  const [, uid, gid] = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(text) ?? [];
  const owner = { uid: Number(uid), gid: Number(gid ?? uid) };
  return uid !== undefined && owner.uid <= largestOwner && owner.gid <= largestOwner ? owner : undefined;
}

/** A destination can't be written to. The caller adds the file and the line to the message. */
export class DestinationError extends Error {}

export class LayerFiles {
  private readonly entries = new Map<string, TarEntry>();
  private readonly existing: ReadonlySet<string>;

  /** @param baseWorkingDir Working directory of the base. It exists, because WORKDIR creates it. */
  constructor(baseWorkingDir: string) {
    this.existing = new Set([
      ...standardDirectories,
      ...(baseWorkingDir === "" ? [] : [...ancestors(relative(baseWorkingDir)), relative(baseWorkingDir)]),
    ]);
  }

  /** Whether a path is known to be a directory, in the base or in this layer. */
  isDirectory(absolutePath: string): boolean {
    const inImage = relative(absolutePath);
    return (
      inImage === "" ||
      this.existing.has(inImage) ||
      stickyDirectories.has(inImage) ||
      this.entries.get(inImage)?.content.kind === "directory"
    );
  }

  /** Adds a directory unless it exists. An existing directory keeps its mode and owner, as in Docker. */
  addDirectory(absolutePath: string, mode: number, owner: Owner): void {
    const inImage = relative(absolutePath);
    this.addParents(inImage, owner);
    this.ensureDirectory(inImage, mode, owner);
  }

  /** Adds a file or a symbolic link, or replaces one. */
  add(absolutePath: string, mode: number, owner: Owner, content: TarEntry["content"]): void {
    const inImage = relative(absolutePath);
    this.addParents(inImage, owner);
    if (this.isDirectory(absolutePath)) throw new DestinationError(`${absolutePath} is a directory. A file can't replace it.`);
    this.refuseSpecial(inImage);
    this.entries.set(inImage, { path: inImage, mode, ...owner, content });
  }

  /** All entries, in the order of the bytes of their paths. */
  sorted(): TarEntry[] {
    return [...this.entries.values()].sort((one, other) => Buffer.compare(Buffer.from(one.path), Buffer.from(other.path)));
  }

  private addParents(inImage: string, owner: Owner): void {
    for (const parent of ancestors(inImage)) this.ensureDirectory(parent, 0o755, owner);
  }

  private ensureDirectory(inImage: string, mode: number, owner: Owner): void {
    if (inImage === "" || this.existing.has(inImage)) return;
    this.refuseSpecial(inImage);
    const entry = this.entries.get(inImage);
    if (entry !== undefined && entry.content.kind !== "directory") {
      throw new DestinationError(
        `/${inImage} is a ${entry.content.kind === "file" ? "file" : "symbolic link"} that an earlier COPY wrote.`,
      );
    }
    if (entry !== undefined) return;
    const settings = stickyDirectories.has(inImage) ? { mode: 0o1777, ...root } : { mode, ...owner };
    this.entries.set(inImage, { path: inImage, ...settings, content: { kind: "directory" } });
  }

  private refuseSpecial(inImage: string): void {
    const target = Object.hasOwn(linkedDirectories, inImage) ? linkedDirectories[inImage] : undefined;
    if (target !== undefined) {
      throw new DestinationError(
        `/${inImage} is a symbolic link to /${target} in many images, and the layer would replace it. Use /${target}.`,
      );
    }
    if (path.posix.basename(inImage).startsWith(".wh.")) {
      throw new DestinationError(`the name of /${inImage} starts with ".wh.". In a layer, such a file deletes another file.`);
    }
  }
}

function relative(absolutePath: string): string {
  return absolutePath.replace(/^\/+/, "").replace(/\/+$/, "");
}

/** `a/b/c` → `a`, `a/b`. */
function ancestors(inImage: string): string[] {
  const parts = inImage.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}
