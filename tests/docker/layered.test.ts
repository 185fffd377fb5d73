// Does not prove that Docker's own builder gives the same files: buildah stands for it, and differences between the two are tested in
// tests/planner/image. buildah keeps modes such as 0600, and a layer has 0644 and 0755 only, so the files here have these modes.
import * as fs from "node:fs";
import * as path from "node:path";
import { type LayeredImage, layeredImage } from "../../planner/image";
import { digestOf, removeFolders, temporaryFolder, writeFiles } from "../planner/image/layerFolder";
import { Buildah, describeWithBuildah } from "./buildah";

const baseDockerfile = `FROM scratch
COPY rootfs/ /
ENV PATH=/usr/local/bin:/usr/bin GREETING="hello world"
LABEL origin=base
EXPOSE 22
WORKDIR /work
ENTRYPOINT ["/usr/bin/tool"]
CMD ["base"]
USER 1000
`;

const directories = [
  "etc",
  "home",
  "opt",
  "root",
  "run",
  "srv",
  "tmp",
  "usr/bin",
  "usr/lib",
  "usr/local/bin",
  "usr/share",
  "var/lib",
  "var/log",
  "var/tmp",
];

/** Files that the Dockerfiles of the table copy. */
const sources = {
  "start.sh": "exec true\n",
  "settings.json": "{}\n",
  "notes.txt": "notes\n",
  "app/main.py": "print()\n",
  "app/lib/util.py": "pass\n",
  "app/empty/": "",
  "app/secret.key": "key\n",
  "with space.txt": "space\n",
} as const;

interface Case {
  readonly name: string;
  readonly lines: readonly string[];
  readonly ignore?: string;
}

const cases: readonly Case[] = [
  {
    name: "files",
    lines: [
      "COPY start.sh /opt/start",
      "COPY start.sh /opt/deep/er/",
      "COPY start.sh /opt",
      "COPY notes.txt /tmp",
      "COPY settings.json /work",
      "COPY start.sh settings.json /opt/moor/",
      "COPY start.sh .",
      "COPY notes.txt sub/",
      'COPY ["with space.txt", "/opt/a b/"]',
      "COPY link.txt /opt/followed",
    ],
  },
  { name: "folders", lines: ["COPY app /opt/app", "COPY app/lib/ /srv/lib/", "COPY app /usr/local/bin/"] },
  { name: "exclusions", lines: ["COPY . /opt/all/"], ignore: "base\n*.txt\n!notes.txt\napp\n!app/lib\n**/*.key\n# comment\n" },
  {
    name: "wildcards",
    lines: ["COPY *.json /opt/json/", "COPY app/*.p? /opt/python/", "COPY [sn]* /opt/set/", "COPY app/l* /opt/contents/"],
  },
  {
    name: "owners and modes",
    lines: [
      "COPY --chown=2000:0 start.sh /opt/one/two/start.sh",
      "COPY --chown=3000 app /srv/a/app",
      "COPY notes.txt /opt/one/",
      "COPY --chmod=0700 start.sh /opt/three/start.sh",
      "COPY --chmod=640 app/lib /srv/lib",
      "COPY --chown=5:6 --chmod=4755 notes.txt /opt/",
      "COPY start.sh /opt/file",
      "COPY --chown=7:8 notes.txt /opt/file",
    ],
  },
  {
    name: "working directories",
    lines: ["WORKDIR /opt/moor", "COPY start.sh .", "WORKDIR data/../state", "USER 2000:0", "WORKDIR /srv/own/er", "WORKDIR /work"],
  },
  {
    name: "variables",
    lines: [
      'ENV A=1 B="two words" C=three\\ words D=\'$A\' E="$GREETING!" EMPTY=',
      "ENV OLD form  with   spaces",
      "ENV GREETING=changed LATER=${GREETING} NEXT=$A-${B:-none}-${UNSET:-none}-${A:+set}-${UNSET:+set}-\\$A",
      'ENV TARGET=/opt/moor OWNER=2000 QUOTED="a \\"b\\" \\\\c \\d"',
      "LABEL from=$GREETING 'quoted key'=\"quoted $A\"",
      "WORKDIR $TARGET",
      "COPY --chown=$OWNER start.sh ${TARGET}/x/",
      "USER $OWNER:0",
      "EXPOSE $A 8000 53/udp",
    ],
  },
  {
    name: "joined lines and comments",
    lines: [
      "ENV A=1 \\",
      "# comment",
      "    B=2 \\",
      "",
      "  # comment \\",
      "  C=c\\ \\ ",
      "    D=4",
      "COPY start.sh \\",
      "  notes.txt \\",
      "  /opt/",
      "CMD echo hi && \\",
      "  echo there",
    ],
  },
  { name: "ENTRYPOINT removes the base's CMD", lines: ['ENTRYPOINT ["/bin/bash", "-c", "echo \\"$A\\""]'] },
  { name: "CMD stays with the base's ENTRYPOINT", lines: ['CMD ["a", "b"]'] },
  { name: "CMD before ENTRYPOINT, in shell forms", lines: ['CMD a   "b"', 'ENTRYPOINT exec "$A"   --flag'] },
  { name: "nothing copied", lines: ["LABEL a=b", "USER 2000:0", "EXPOSE 8000/tcp"] },
];

describeWithBuildah("a layered image equals what buildah builds from the same Dockerfile", () => {
  const buildah = new Buildah();
  const saved = new Map<string, string>();

  beforeAll(() => {
    const context = temporaryFolder();
    writeFiles(context, { Dockerfile: baseDockerfile, "rootfs/usr/bin/tool": "tool\n", "rootfs/opt/existing": "existing\n" });
    for (const directory of directories) fs.mkdirSync(path.join(context, "rootfs", directory), { recursive: true });
    for (const sticky of ["tmp", "var/tmp"]) fs.chmodSync(path.join(context, "rootfs", sticky), 0o1777);
    fs.chmodSync(path.join(context, "rootfs/root"), 0o700);
    buildah.build(context, "localhost/base");
    for (const format of ["oci", "v2s2"] as const) saved.set(format, buildah.save("localhost/base", format));
  });

  afterAll(() => {
    buildah.dispose();
    removeFolders();
  });

  /** Saves the base as `npm run renew -- base` does, and returns its reference. */
  function saveBase(folder: string, format: "oci" | "v2s2"): string {
    const from = saved.get(format) ?? "";
    const manifest = fs.readFileSync(path.join(from, "manifest.json"));
    const { config } = JSON.parse(manifest.toString("utf8"));
    fs.mkdirSync(path.join(folder, "base"));
    fs.writeFileSync(path.join(folder, "base/manifest.json"), manifest);
    fs.copyFileSync(path.join(from, config.digest.slice("sha256:".length)), path.join(folder, "base/config.json"));
    return `docker.io/moor/base@${digestOf(manifest)}`;
  }

  /** Compares the two images of a folder whose Dockerfile has the argument BASE. */
  function compare(folder: string, tag: string, format: "oci" | "v2s2"): LayeredImage {
    const image = layeredImage(folder);
    buildah.load(
      format === "oci" ? ociLayout(image, saved.get(format) ?? "") : directory(image, saved.get(format) ?? ""),
      `localhost/${tag}-layered`,
    );
    buildah.build(folder, `localhost/${tag}-built`, "--build-arg", "BASE=localhost/base");
    const files = buildah.files(`localhost/${tag}-layered`);
    expect(files).toEqual(buildah.files(`localhost/${tag}-built`));
    expect(files["./opt/existing"]).toMatchObject({ type: "f", sha256: digestOf("existing\n").slice("sha256:".length) });
    expect(comparable(buildah.config(`localhost/${tag}-layered`))).toEqual(comparable(buildah.config(`localhost/${tag}-built`)));
    return image;
  }

  test.each(cases.map((one, index) => ({ ...one, tag: `case${index}` })))("$name", ({ lines, ignore, tag }) => {
    const folder = temporaryFolder();
    writeFiles(folder, { ...sources, ".dockerignore": ignore ?? "base\n" });
    fs.chmodSync(path.join(folder, "start.sh"), 0o755);
    fs.symlinkSync("lib/util.py", path.join(folder, "app/relative"));
    fs.symlinkSync("/etc/passwd", path.join(folder, "app/absolute"));
    fs.symlinkSync("notes.txt", path.join(folder, "link.txt"));
    const reference = saveBase(folder, "oci");
    writeFiles(folder, { Dockerfile: [`ARG BASE=${reference}`, "FROM ${BASE}", ...lines, ""].join("\n") });
    compare(folder, tag, "oci");
  });

  test.each(["oci", "v2s2"] as const)("docker/vllm on a base in the format %s", (format) => {
    const folder = path.join(temporaryFolder(), "vllm");
    fs.cpSync(path.join(__dirname, "../../docker/vllm"), folder, { recursive: true });
    fs.rmSync(path.join(folder, "base"), { recursive: true, force: true });
    const dockerfile = fs.readFileSync(path.join(folder, "Dockerfile"), "utf8");
    const replaced = dockerfile.replace(/^ARG BASE=.*$/m, `ARG BASE=${saveBase(folder, format)}`);
    expect(replaced).not.toBe(dockerfile);
    writeFiles(folder, { Dockerfile: replaced });
    const image = compare(folder, `vllm-${format}`, format);
    expect(Object.keys(image.files)).toContain("entrypoint.sh");
  });
});

/**
 * What is compared of a configuration. buildah adds a label with its version, and moves a changed variable to the end; a layer keeps its place,
 * as BuildKit does.
 */
function comparable(config: Record<string, unknown>): Record<string, unknown> {
  const { Env, User, WorkingDir, Entrypoint, Cmd, ExposedPorts, Labels } = config;
  const labels = Object.entries(typeof Labels === "object" && Labels !== null ? Labels : {}).filter(
    ([name]) => name !== "io.buildah.version",
  );
  return {
    Env: Array.isArray(Env) ? Env.toSorted() : Env,
    User,
    WorkingDir,
    Entrypoint,
    Cmd,
    ExposedPorts,
    Labels: Object.fromEntries(labels),
  };
}

function hex(digest: string): string {
  return digest.slice("sha256:".length);
}

/** https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
function ociLayout(image: LayeredImage, base: string): string {
  const folder = temporaryFolder();
  const blobs = path.join(folder, "blobs/sha256");
  fs.mkdirSync(blobs, { recursive: true });
  for (const name of fs.readdirSync(base).filter((name) => /^[0-9a-f]{64}$/.test(name)))
    fs.copyFileSync(path.join(base, name), path.join(blobs, name));
  for (const { digest, bytes } of [image.layer, image.config, image.manifest]) fs.writeFileSync(path.join(blobs, hex(digest)), bytes);
  const { mediaType, digest, bytes } = image.manifest;
  writeFiles(folder, {
    "oci-layout": JSON.stringify({ imageLayoutVersion: "1.0.0" }),
    "index.json": JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType, digest, size: bytes.length }] }),
  });
  return `oci:${folder}`;
}

/** skopeo's own layout, which also takes Docker's manifests. */
function directory(image: LayeredImage, base: string): string {
  const folder = temporaryFolder();
  fs.cpSync(base, folder, { recursive: true });
  for (const { digest, bytes } of [image.layer, image.config]) fs.writeFileSync(path.join(folder, hex(digest)), bytes);
  fs.writeFileSync(path.join(folder, "manifest.json"), image.manifest.bytes);
  return `dir:${folder}`;
}
