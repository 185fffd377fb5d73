// Does not prove that a registry or a container runtime accepts the image: tests/docker/layered.test.ts compares it with buildah's.
import * as fs from "node:fs";
import * as path from "node:path";
import { layeredImage } from "../../../planner/image";
import { digestOf, layerFolder, removeFolders, savedFiles } from "./layerFolder";
import { entriesOf } from "./tarEntries";

afterAll(removeFolders);

function json(bytes: Uint8Array): unknown {
  return JSON.parse(Buffer.from(bytes).toString("utf8"));
}

test("an image has the base's layers and one layer of the copied files", async () => {
  const base = savedFiles();
  const folder = layerFolder(["COPY start.sh /opt/moor/", "USER 2000:0"], { "start.sh": "exec true\n" }, base);
  fs.chmodSync(path.join(folder, "start.sh"), 0o744);
  const image = layeredImage(folder);
  expect(image.base).toEqual({ registry: "docker.io", repository: "library/base", digest: digestOf(base.manifest) });
  expect(image.baseConfig).toBe(digestOf(base.config));
  expect(image.files).toEqual({ "start.sh": { sha256: digestOf("exec true\n").slice(7), mode: "0755" } });
  expect(await entriesOf(image.layer.bytes)).toEqual([
    { name: "opt/moor/", type: "directory", mode: 0o755, uid: 0, gid: 0, mtime: 0, content: "" },
    { name: "opt/moor/start.sh", type: "file", mode: 0o755, uid: 0, gid: 0, mtime: 0, content: "exec true\n" },
  ]);
  expect(image.layer.mediaType).toBe("application/vnd.oci.image.layer.v1.tar");
  expect(image.layer.digest).toBe(digestOf(image.layer.bytes));
  expect(json(image.config.bytes)).toEqual({
    created: "2026-01-02T03:04:05Z",
    architecture: "amd64",
    os: "linux",
    config: { Env: ["PATH=/usr/bin:/bin"], Cmd: ["sh"], User: "2000:0" },
    rootfs: { type: "layers", diff_ids: [digestOf("layer"), image.layer.digest] },
    history: [
      { created: "2026-01-02T03:04:05Z", created_by: "base" },
      { created: "2026-01-02T03:04:05Z", created_by: "COPY start.sh /opt/moor/; USER 2000:0" },
    ],
  });
  expect(json(image.manifest.bytes)).toEqual({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      digest: digestOf(image.config.bytes),
      size: image.config.bytes.length,
    },
    layers: [
      { mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest: digestOf("compressed layer"), size: 16 },
      { mediaType: "application/vnd.oci.image.layer.v1.tar", digest: image.layer.digest, size: image.layer.bytes.length },
    ],
  });
  expect(image.manifest.digest).toBe(digestOf(image.manifest.bytes));
});

test("a base in Docker's format gives an image in Docker's format", () => {
  const types = {
    mediaType: "application/vnd.docker.distribution.manifest.v2+json",
    layers: [{ mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip", digest: digestOf("compressed layer"), size: 16 }],
  };
  const first = savedFiles({ manifest: types });
  const config = { mediaType: "application/vnd.docker.container.image.v1+json", digest: digestOf(first.config), size: first.config.length };
  const image = layeredImage(
    layerFolder(["COPY a /opt/"], { a: "A" }, savedFiles({ manifest: { ...types, config, annotations: { title: "base" } } })),
  );
  expect(json(image.manifest.bytes)).toEqual({
    schemaVersion: 2,
    mediaType: types.mediaType,
    config: { mediaType: config.mediaType, digest: image.config.digest, size: image.config.bytes.length },
    layers: [
      ...types.layers,
      { mediaType: "application/vnd.docker.image.rootfs.diff.tar", digest: image.layer.digest, size: image.layer.bytes.length },
    ],
  });
  expect(image.manifest.mediaType).toBe(types.mediaType);
  expect(image.config.mediaType).toBe(config.mediaType);
});

test("a manifest without a media type is OCI's", () => {
  const image = layeredImage(layerFolder(["USER 1"], {}, savedFiles({ manifest: { mediaType: undefined } })));
  expect(json(image.manifest.bytes)).toMatchObject({ mediaType: "application/vnd.oci.image.manifest.v1+json" });
});
