// Proves that a build context arrives intact: the files of the task are written as Azure's agent writes them, by a shell with a
// here-document, and the script of the task runs with the real python3. Doesn't prove that Azure accepts the task: that needs a
// subscription.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { secretFiles, secretText } from "../../../azure/containerRegistry/secretVolume";
import { archiveContext } from "../../../operations/image/context";
import { startedMark, taskBody, taskFile } from "../../../operations/image/taskFile";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-task-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));
const at = (name: string) => path.join(folder, name);

const request = (archive: Uint8Array, args: Record<string, string> = {}) => ({
  ...{ setting: "moor:images.score", repository: "moor/score", tag: "moor-0123456789abcdef", args, archive },
  ...{ location: "swedencentral", loginServer: "acr.azurecr.io" },
});

interface TaskFile {
  readonly volumes: readonly [{ readonly name: string; readonly secret: Record<string, string> }];
  readonly steps: readonly { readonly cmd?: string; readonly build?: string }[];
}

/** Writes the files of the volume as the agent does. Source: Azure/acr-builder, builder/builder.go, createSecretFiles. */
function writeVolume(text: string, target: string): void {
  fs.mkdirSync(target);
  for (const [name, value] of Object.entries((parse(text) as TaskFile).volumes[0].secret)) {
    const content = Buffer.from(value, "base64").toString();
    const { status, error } = spawnSync("/bin/sh", ["-c", `cat >> ${path.join(target, name)} <<EOL\n${content}\nEOL`]);
    expect([status, error]).toEqual([0, undefined]);
  }
}

/** Paths with modes and contents. */
function tree(root: string): Record<string, string> {
  const names = fs.readdirSync(root, { recursive: true, encoding: "utf8" }).sort();
  return Object.fromEntries(
    names.map((name) => {
      const file = path.join(root, name);
      const stat = fs.lstatSync(file);
      if (stat.isSymbolicLink()) return [name, `link to ${fs.readlinkSync(file)}`];
      const mode = (stat.mode & 0o777).toString(8);
      return [name, stat.isDirectory() ? mode : `${mode} ${fs.readFileSync(file).toString("base64").slice(0, 60)}`];
    }),
  );
}

function writeContext(): void {
  fs.mkdirSync(at("context/pkg/deep"), { recursive: true });
  fs.writeFileSync(at("context/score.py"), "print('$HOME `id` \\n')\nEOL\n");
  fs.writeFileSync(at("context/run.sh"), "#!/bin/sh\n", { mode: 0o755 });
  fs.writeFileSync(
    at("context/pkg/deep/weights.bin"),
    Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * index * 31) % 251)),
  );
  fs.writeFileSync(at("context/pkg/ä b.txt"), "");
  fs.symlinkSync("../score.py", at("context/pkg/link.py"));
  fs.writeFileSync(at("context/secret.env"), "TOKEN=1");
  fs.writeFileSync(at("context/.dockerignore"), "*.env\n");
  fs.writeFileSync(at("context/Dockerfile"), "FROM x\n");
  for (const name of ["score.py", "pkg/deep/weights.bin", "pkg/ä b.txt", ".dockerignore", "Dockerfile"])
    fs.chmodSync(at(`context/${name}`), 0o644);
  for (const name of ["context", "context/pkg", "context/pkg/deep"]) fs.chmodSync(at(name), 0o755);
}

const hasPython = spawnSync("python3", ["--version"]).status === 0;
if (!hasPython) {
  test("not proved: a build context arrives intact", () => {
    if (process.env.CI) throw new Error("python3 is not on the PATH");
    console.warn("python3 is not on the PATH");
  });
}

(hasPython ? test : test.skip)("Folders, modes, links, binary files and names arrive intact; excluded files are not sent.", () => {
  writeContext();
  const text = taskFile(request(archiveContext({ context: at("context"), dockerfile: at("context/Dockerfile") })));
  writeVolume(text, at("volume"));
  fs.mkdirSync(at("workspace"));
  const { stdout, stderr } = spawnSync("python3", [at("volume/unpack.py"), at("volume"), "."], { cwd: at("workspace"), encoding: "utf8" });
  expect([stdout, stderr]).toEqual([`${startedMark}\n`, ""]);
  const { "secret.env": excluded, ...sent } = tree(at("context"));
  expect(excluded).toBeDefined();
  expect(tree(at("workspace/moor/context"))).toEqual(sent);
  expect(fs.readdirSync(at("workspace/moor")).sort()).toEqual(["Dockerfile", "Dockerfile.dockerignore", "context"]);
});

test("A Dockerfile outside of the context and an empty folder are sent.", () => {
  fs.mkdirSync(at("context/empty"), { recursive: true });
  fs.writeFileSync(at("Dockerfile"), "FROM y\n");
  const archive = archiveContext({ context: at("context"), dockerfile: at("Dockerfile") });
  fs.writeFileSync(at("context.tgz"), archive);
  const { stdout } = spawnSync("tar", ["tzf", at("context.tgz")], { encoding: "utf8" });
  expect(stdout.split("\n").sort()).toEqual([
    "",
    "moor/Dockerfile",
    "moor/Dockerfile.dockerignore",
    "moor/context/",
    "moor/context/empty/",
  ]);
});

test("The task file has the steps and no line over 64 KiB, because the agent reads it by lines.", () => {
  const text = taskFile(request(Buffer.alloc(200_000, 7), { VERSION: "1.2+cpu", BASE: "docker.io/library/python@sha256:0" }));
  expect(text.split("\n")[0]).toBe("version: v1.1.0");
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(65_536);
  const { steps } = parse(text) as TaskFile;
  expect(steps).toEqual([
    { cmd: "az /moor/unpack.py /moor .", entryPoint: "python3", volumeMounts: [{ name: "moor", mountPath: "/moor" }] },
    {
      build:
        "-t $Registry/moor/score:moor-0123456789abcdef -f moor/Dockerfile --build-arg VERSION=1.2+cpu --build-arg BASE=docker.io/library/python@sha256:0 moor/context",
      env: ["DOCKER_BUILDKIT=1"],
    },
    { push: ["$Registry/moor/score:moor-0123456789abcdef"] },
  ]);
});

test("The task has a system-assigned identity, which it uses for the registry, and no trigger.", () => {
  const body = taskBody(request(Buffer.alloc(10))) as { readonly properties: { readonly step: object } };
  expect(body).toEqual({
    location: "swedencentral",
    identity: { type: "SystemAssigned" },
    properties: {
      platform: { os: "Linux", architecture: "amd64" },
      agentConfiguration: { cpu: 2 },
      timeout: 28_800,
      credentials: { sourceRegistry: { loginMode: "None" }, customRegistries: { "acr.azurecr.io": { identity: "[system]" } } },
      step: body.properties.step,
    },
  });
  expect(body.properties.step).toEqual({
    type: "EncodedTask",
    encodedTaskContent: Buffer.from(taskFile(request(Buffer.alloc(10)))).toString("base64"),
  });
});

test("A context that is too large for a request is rejected with its size and the alternatives.", () => {
  expect(() => taskBody(request(Buffer.alloc(1.8 * 1024 ** 2)))).toThrow(
    "moor:images.score: the compressed build context has 1.8 MB, and the task that carries it 4.3 MB. Azure accepts requests of up to 4.0 MB. " +
      "Exclude files with .dockerignore, for example weights and tests; or build the image in your own pipeline, push it to a registry, and use `import` with its digest.",
  );
  expect(() => taskBody(request(Buffer.alloc(1.65 * 1024 ** 2)))).not.toThrow();
});

test.each(["$(id)", "a b", "'", '"', "`id`", "{{.Run.ID}}", "a;b", "a\nb", "\\"])(
  "The argument %j is refused, because the task would interpret it.",
  (value) => {
    expect(() => taskFile(request(Buffer.alloc(1), { FLAGS: value }))).toThrow(
      "moor:images.score: the value of the argument FLAGS contains a character",
    );
  },
);

test("Bytes are split into numbered pieces of Base64 text, each encoded again.", () => {
  const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 256));
  const files = secretFiles("layer", bytes);
  expect(Object.keys(files)).toEqual(["layer.000", "layer.001", "layer.002"]);
  const pieces = Object.values(files).map((file) => Buffer.from(file, "base64").toString());
  expect(pieces.map(({ length }) => length)).toEqual([45_000, 45_000, 43_336]);
  expect(Buffer.from(pieces.join(""), "base64")).toEqual(bytes);
  expect(secretFiles("empty", Buffer.alloc(0))).toEqual({ "empty.000": "" });
});

test.each(["$x", "`x`", "\\", "\0"])("Text with %j is rejected, because the agent's shell would expand it.", (text) => {
  expect(() => secretText(text)).toThrow("would expand");
});
