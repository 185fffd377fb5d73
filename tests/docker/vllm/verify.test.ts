// Does not prove how long the verification of large files takes (see bench/verify.bench.ts), or that Azure mounts a model like this.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { manifestDigest, manifestText, type WeightFile } from "../../../planner/weights/manifest";
import { entrypoint, Sandbox } from "./sandbox";

const sha256 = (content: string | Uint8Array) => createHash("sha256").update(content).digest("hex");

/** Larger than one read of the verifier, and not a multiple of it. */
const large = Buffer.alloc((4 << 20) + 1000, "weights of a model\n");
const contents: Readonly<Record<string, string | Buffer>> = {
  "config.json": '{"model_type": "llama"}',
  "model-00001-of-00002.safetensors": large,
  "model-00002-of-00002.safetensors": "w",
  "1_Pooling/config.json": "{}",
  "empty.txt": "",
};

let sandbox: Sandbox;
let home: string;
beforeEach(() => {
  sandbox = new Sandbox();
  home = sandbox.home;
});
afterEach(() => sandbox.dispose());

/** Writes files and their manifest to a folder, and returns the hash of the manifest. */
function stage(files = contents, folder = "m"): string {
  const listed = Object.entries(files).map(([file, content]): WeightFile => {
    sandbox.write(`${folder}/${file}`, content);
    return { path: file, size: content.length, sha256: sha256(content) };
  });
  sandbox.write(`${folder}/SHA256SUMS`, manifestText(listed));
  return manifestDigest(listed);
}

/** Writes a manifest with this text, and returns its hash. */
function stageText(text: string): string {
  stage();
  sandbox.write("m/SHA256SUMS", text);
  return `sha256:${sha256(text)}`;
}

const variables = (digest: string) => ({
  AZUREML_MODEL_DIR: `${home}/m`,
  MOOR_SERVED_MODEL_NAME: "n",
  MOOR_MANIFEST: digest,
});

const remedy =
  "The files aren't those that were staged, so vLLM is not started. " +
  "Stage them again with `npm run mirror -- -s <stack> --force`, then run `pulumi up`.";

function expectDifference(digest: string, sentence: string, prefix: readonly string[] = []): void {
  sandbox.expectFailure(variables(digest), 65, `${sentence} ${remedy}`, prefix);
}

describe("unchanged files", () => {
  const line = (files: number, bytes: number) =>
    new RegExp(`^moor: verified ${files} files, ${bytes} bytes in \\d+\\.\\d s \\(\\d+\\.\\d\\d GiB/s\\)$`, "m");

  test.each([
    ["the mounted folder itself", "m"],
    ["a folder in the mounted folder", "m/0123abcd"],
  ])("are served from %s, and one line states how much was verified", (_, folder) => {
    const { status, stdout, argv } = sandbox.run(variables(stage(contents, folder)));
    expect([status, argv]).toEqual([0, ["serve", `${home}/${folder}`, "--served-model-name", "n"]]);
    expect(stdout).toMatch(line(5, large.length + 26));
  });

  test("can be 200 files, and empty folders are accepted", () => {
    const shards = Array.from({ length: 200 }, (_, index) => [`shards/${index % 7}/model-${index}.safetensors`, `shard ${index}`] as const);
    const digest = stage({ "config.json": "{}", ...Object.fromEntries(shards) });
    fs.mkdirSync(`${home}/m/empty/folder`, { recursive: true });
    const { status, stdout } = sandbox.run(variables(digest));
    expect(status).toBe(0);
    expect(stdout).toMatch(line(201, 2 + shards.reduce((sum, [, content]) => sum + content.length, 0)));
  });

  test("can be symbolic links that stay in the mounted folder", () => {
    const digest = stage({ ...contents, "copy.json": "{}" });
    replaceByLink("copy.json", "1_Pooling/config.json");
    expect(sandbox.run(variables(digest)).status).toBe(0);
  });

  test("need no verification without MOOR_MANIFEST, and a line says so", () => {
    stage();
    sandbox.write("m/added.txt");
    const { status, stdout } = sandbox.run({ AZUREML_MODEL_DIR: `${home}/m`, MOOR_SERVED_MODEL_NAME: "n" });
    expect([status, stdout]).toEqual([0, expect.stringContaining("moor: MOOR_MANIFEST is not set: the model's files are not verified\n")]);
  });
});

describe("a changed file is refused before vLLM starts:", () => {
  const places = Object.entries(contents).flatMap(([file, { length }]) =>
    [...new Set([0, Math.floor(length / 2), length - 1])].filter((at) => at >= 0 && at < length).map((at) => [file, at] as const),
  );

  test.each(places)("%s, byte %i", (file, at) => {
    const digest = stage();
    const changed = Buffer.from(contents[file]!);
    changed[at]! ^= 1;
    sandbox.write(`m/${file}`, changed);
    expectDifference(
      digest,
      `The file ${file} was changed: its hash is ${sha256(changed)}, but SHA256SUMS has ${sha256(contents[file]!)}.`,
    );
  });

  test.each([
    ["a byte more", "w+"],
    ["a byte less", ""],
  ])("%s", (_, content) => {
    const file = "model-00002-of-00002.safetensors";
    const digest = stage();
    sandbox.write(`m/${file}`, content);
    expectDifference(digest, `The file ${file} was changed: its hash is ${sha256(content)}, but SHA256SUMS has ${sha256("w")}.`);
  });
});

describe("other differences are refused before vLLM starts:", () => {
  test.each(Object.keys(contents))("%s is missing", (file) => {
    const digest = stage();
    fs.rmSync(`${home}/m/${file}`);
    expectDifference(digest, `The file ${file} is missing: SHA256SUMS lists it.`);
  });

  test.each([
    ["a file", "modeling.py", "modeling.py"],
    ["a hidden file", ".env", ".env"],
    ["a file in a hidden folder", ".cache/x", ".cache/x"],
    ["a file in a folder of the model", "1_Pooling/x.py", "1_Pooling/x.py"],
    ["a file deep in other folders", "a/b/c/d/e/f/g.bin", "a/b/c/d/e/f/g.bin"],
    ["a name with a space", "a b.json", "a b.json"],
    ["a name with a line end", "a\nb", "a\\nb"],
  ])("%s was added", (_, file, shown) => {
    const digest = stage();
    sandbox.write(`m/${file}`);
    expectDifference(digest, `The file ${shown} was added: SHA256SUMS doesn't list it.`);
  });

  test("a file was added next to the folder of the weights", () => {
    const digest = stage(contents, "m/snapshot");
    sandbox.write("m/config.json");
    expectDifference(digest, "The file config.json was added: SHA256SUMS doesn't list it.");
  });

  test("the first difference in the order of the paths is named", () => {
    const digest = stage();
    fs.rmSync(`${home}/m/empty.txt`);
    sandbox.write("m/zzz");
    sandbox.write("m/aaa");
    expectDifference(digest, "The file aaa was added: SHA256SUMS doesn't list it.");
  });

  test.each([
    ["leads out of the folder", () => sandbox.write("outside", "w")],
    ["leads to nothing outside of it", () => `${home}/nothing`],
    ["leads to a folder whose name starts like the mounted one's", () => sandbox.write("m2/x", "w")],
  ])("a symbolic link %s", (_, target) => {
    const digest = stage();
    replaceByLink("model-00002-of-00002.safetensors", target());
    expectDifference(digest, "The file model-00002-of-00002.safetensors is a symbolic link that leads out of the mounted folder.");
  });

  test("a symbolic link leads to nothing in the folder", () => {
    const digest = stage();
    replaceByLink("empty.txt", "nothing");
    expectDifference(digest, "The file empty.txt can't be read: No such file or directory.");
  });

  test("a symbolic link leads to a folder", () => {
    const digest = stage();
    replaceByLink("empty.txt", "1_Pooling");
    expectDifference(digest, "empty.txt is not a regular file.");
    fs.rmSync(`${home}/m/empty.txt`);
    sandbox.write("m/empty.txt", "");
    fs.symlinkSync(".", `${home}/m/loop`);
    expectDifference(digest, "The file loop was added: SHA256SUMS doesn't list it.");
  });

  test("a named pipe, which would block a reader", () => {
    const digest = stage();
    fs.rmSync(`${home}/m/empty.txt`);
    spawnSync("mkfifo", [`${home}/m/empty.txt`]);
    expectDifference(digest, "empty.txt is not a regular file.");
  });

  // The superuser may read everything unless it gives up its capabilities.
  const unprivileged = process.getuid!() === 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];
  test.each([
    ["file", "config.json", "The file config.json can't be read: Permission denied."],
    ["manifest", "SHA256SUMS", "The file SHA256SUMS can't be read: Permission denied."],
  ])("an unreadable %s", (_, file, sentence) => {
    const digest = stage();
    fs.chmodSync(`${home}/m/${file}`, 0);
    expectDifference(digest, sentence, unprivileged);
  });

  test("an unreadable folder", () => {
    const digest = stage();
    fs.chmodSync(`${home}/m/1_Pooling`, 0);
    expectDifference(digest, `The folder ${home}/m/1_Pooling can't be read: Permission denied.`, unprivileged);
    fs.chmodSync(`${home}/m/1_Pooling`, 0o755);
  });
});

describe("the manifest", () => {
  test("with a changed byte is refused, although the changed file has the hash in it", () => {
    const digest = stage();
    const changed = stage({ ...contents, "config.json": "{}" });
    expectDifference(digest, `The file SHA256SUMS was changed: its hash is ${changed}, but MOOR_MANIFEST is ${digest}.`);
  });

  test("that is missing is refused", () => {
    const digest = stage();
    fs.rmSync(`${home}/m/SHA256SUMS`);
    expectDifference(digest, `The mounted folder ${home}/m contains no file SHA256SUMS.`);
  });

  test("that exists twice is refused", () => {
    const digest = stage(contents, "m/a");
    stage(contents, "m/b");
    expectDifference(digest, `The mounted folder ${home}/m contains several files SHA256SUMS (a/SHA256SUMS, b/SHA256SUMS).`);
  });

  const hash = sha256("w");
  test.each([
    ["is empty", "", 1],
    ["has an empty line", `${hash}  a\n\n${hash}  b\n`, 2],
    ["has a path with a space", `${hash}  a b\n`, 1],
    ["has a path out of the folder", `${hash}  config.json\n${hash}  ../outside\n`, 2],
    ["has an absolute path", `${hash}  /etc/passwd\n`, 1],
    ["has a hidden file", `${hash}  .env\n`, 1],
    ["has a folder", `${hash}  a/\n`, 1],
    ["has a path twice", `${hash}  a\n${hash}  a\n`, 2],
    ["has the format of binary files", `${hash} *a\n`, 1],
    ["has a hash in capitals", `${hash.toUpperCase()}  a\n`, 1],
    ["has other line ends", `${hash}  a\r\n`, 1],
  ])("that %s is refused", (_, text, line) => {
    expectDifference(
      stageText(text),
      `Line ${line} of SHA256SUMS is not a hash and a path in the format of sha256sum, or the path is there twice.`,
    );
  });

  test.each(["", "sha256:", sha256("x"), `sha256:${sha256("x").toUpperCase()}`, `sha256:${sha256("x")} `, `md5:${sha256("x")}`])(
    "can't have the hash %j: the exit code is 64",
    (digest) => {
      stage();
      sandbox.expectFailure(
        variables(digest),
        64,
        `MOOR_MANIFEST is ${digest}. Set it to sha256: and the 64 hexadecimal digits of the hash of SHA256SUMS, or remove it.`,
      );
    },
  );

  test("needs a mounted model: with one of the Hub, the exit code is 78", () => {
    sandbox.expectFailure(
      { MOOR_MODEL: "a/b", MOOR_MANIFEST: `sha256:${sha256("x")}` },
      78,
      "MOOR_MANIFEST is set, but the model is a/b of the Hub. Remove MOOR_MANIFEST, or mount the model.",
    );
  });

  test("is verified before the layout: a missing config.json is named", () => {
    const digest = stage();
    fs.rmSync(`${home}/m/config.json`);
    fs.rmSync(`${home}/m/1_Pooling`, { recursive: true });
    expectDifference(digest, "The file 1_Pooling/config.json is missing: SHA256SUMS lists it.");
  });
});

/** Replaces a file of the mounted folder by a symbolic link. */
function replaceByLink(file: string, target: string): void {
  fs.rmSync(path.join(home, "m", file));
  fs.symlinkSync(target, path.join(home, "m", file));
}

describe("a signal during the verification ends the container:", () => {
  test.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
    ["SIGQUIT", 131],
    ["SIGHUP", 129],
  ] as const)("%s", async (signal, code) => {
    const digest = stage();
    // A verifier that takes long: the entrypoint must not wait for it.
    const slow = `case "$*" in *verify.py*) echo started; exec sleep 1000;; esac`;
    sandbox.write("bin/python3", `#!/bin/sh\n${slow}\nPATH=\${PATH#*:}\nexec python3 "$@"\n`, 0o755);
    const child = spawn("bash", [entrypoint], { env: sandbox.environment(variables(digest)) });
    await once(child.stdout, "data");
    child.kill(signal);
    // The output closes only when the verifier has ended too.
    const [exitCode] = await once(child, "close");
    expect([exitCode, fs.existsSync(`${home}/report.argv`)]).toEqual([code, false]);
  });
});
