/** Folders with a Dockerfile and a saved base, for tests of layered images. */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

export function digestOf(bytes: string | Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

export interface SavedFiles {
  readonly manifest: string;
  readonly config: string;
  /** Value for FROM. */
  readonly reference: string;
}

/** Manifest and configuration of an invented base. */
export function savedFiles({ config = {}, manifest = {} }: { readonly config?: object; readonly manifest?: object } = {}): SavedFiles {
  const configText = JSON.stringify({
    created: "2026-01-02T03:04:05Z",
    architecture: "amd64",
    os: "linux",
    config: { Env: ["PATH=/usr/bin:/bin"], Cmd: ["sh"] },
    rootfs: { type: "layers", diff_ids: [digestOf("layer")] },
    history: [{ created: "2026-01-02T03:04:05Z", created_by: "base" }],
    ...config,
  });
  const manifestText = JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(configText), size: configText.length },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: digestOf("compressed layer"), size: 16 }],
    ...manifest,
  });
  return { manifest: manifestText, config: configText, reference: `docker.io/library/base@${digestOf(manifestText)}` };
}

const created: string[] = [];

/** A folder for a test. `removeFolders` removes it. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-layer-"));
  created.push(folder);
  return folder;
}

export function removeFolders(): void {
  for (const folder of created.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
}

/**
 * A folder with `FROM <base>`, the lines, the files, and the saved base.
 * @param files Content by path. A path that ends with a slash is an empty folder.
 */
export function layerFolder(
  lines: readonly string[],
  files: Readonly<Record<string, string>> = {},
  base: SavedFiles = savedFiles(),
): string {
  const folder = temporaryFolder();
  writeFiles(folder, {
    Dockerfile: [`FROM ${base.reference}`, ...lines, ""].join("\n"),
    "base/manifest.json": base.manifest,
    "base/config.json": base.config,
    ...files,
  });
  return folder;
}

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [file, content] of Object.entries(files)) {
    const target = path.join(folder, file);
    fs.mkdirSync(file.endsWith("/") ? target : path.dirname(target), { recursive: true });
    if (!file.endsWith("/")) fs.writeFileSync(target, content);
  }
}
