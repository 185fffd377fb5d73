/** Tests invalid images: one error per row, and the same result in an editor. Doesn't prove that a registry accepts a valid image. */
import * as fs from "node:fs";
import * as path from "node:path";
import { reportErrors } from "../../../config/errors";
import { fileErrors } from "../../../config/images/fileProblems";
import { type Code, codes, createProblem } from "../../../planner/codes";
import { marked } from "../../fuzz/editor";
import { digest, scoreDeployment, spoilt, type Tree, vllmDeployment } from "../stacks";
import { at, base, check, external, folder, told, useImageFolder, vllmImage, write } from "./imageFolder";

useImageFolder();

type Row = readonly [title: string, image: unknown, code: string, where: string, problem: unknown];
const rows: readonly Row[] = [
  ["an empty map", {}, "MOOR007", "moor:images.vllm", "None of import, layer, build is set."],
  ["two forms", { build: "builds/vllm", layer: "layers/vllm" }, "MOOR007", "moor:images.vllm", "Only one of layer and build is allowed."],
  [
    "three forms",
    { import: external, build: "builds/vllm", layer: "layers/vllm" },
    "MOOR007",
    "moor:images.vllm",
    "Only one of import and layer and build is allowed.",
  ],
  ["only a repository", { repository: "moor/vllm" }, "MOOR007", "moor:images.vllm", "None of import, layer, build is set."],
  ["`via` with build", { build: "builds/vllm", via: "task" }, "MOOR001", "moor:images.vllm.via", 'Unknown key "via".'],
  ["`args` with layer", { layer: "layers/vllm", args: {} }, "MOOR001", "moor:images.vllm.args", 'Unknown key "args".'],
  ["a misspelt form", { bild: "builds/vllm" }, "MOOR001", "moor:images.vllm.bild", 'Unknown key "bild".'],
  ["no form", { repository: "moor/vllm" }, "MOOR007", "moor:images.vllm", "None of import, layer, build is set."],
  ["an empty folder", { layer: "" }, "MOOR002", "moor:images.vllm.layer", "The value is missing."],
  [
    "a digest with a host name",
    `docker.io/moor/vllm@sha256:${"a".repeat(64)}`,
    "MOOR006",
    "moor:images.vllm",
    expect.stringMatching(/^The value "docker\.io\/moor\/vllm@sha256.* has an invalid format\.$/),
  ],
  ["an unknown `via`", { layer: "layers/vllm", via: "docker" }, "MOOR004", "moor:images.vllm.via", 'The value "docker" is not allowed.'],
  ["a blank folder", { build: null }, "MOOR002", "moor:images.vllm.build", "The value is missing."],
  ["a folder as a list", { build: ["builds/vllm"] }, "MOOR003", "moor:images.vllm.build", 'The value ["builds/vllm"] is a list.'],
  ["a list", [], "MOOR004", "moor:images.vllm", "The value [] is not allowed."],
  ["a number", 5, "MOOR004", "moor:images.vllm", "The value 5 is not allowed."],
  [
    "an import of a tag",
    { import: "docker.io/vllm/vllm-openai:latest" },
    "MOOR209",
    "moor:images.vllm.import",
    'The image "docker.io/vllm/vllm-openai:latest" has no digest.',
  ],
  [
    "an import without a registry",
    { import: `moor/vllm@${digest}` },
    "MOOR006",
    "moor:images.vllm.import",
    expect.stringMatching(/^The value "moor\/vllm@sha256.* has an invalid format\.$/),
  ],
  [
    "an import of a registry with capitals",
    { import: `Docker.io/vllm/vllm-openai@${digest}` },
    "MOOR006",
    "moor:images.vllm.import",
    expect.stringMatching(/has an invalid format\.$/),
  ],
  [
    "a repository with its registry",
    { build: "builds/vllm", repository: "acr.azurecr.io:443/vllm" },
    "MOOR006",
    "moor:images.vllm.repository",
    'The value "acr.azurecr.io:443/vllm" has an invalid format.',
  ],
  [
    "a repository with the host name of its registry",
    { build: "builds/vllm", repository: "acr.azurecr.io/vllm" },
    "MOOR006",
    "moor:images.vllm.repository",
    'The value "acr.azurecr.io/vllm" has an invalid format.',
  ],
  ["an absolute folder", { build: "/srv/vllm" }, "MOOR006", "moor:images.vllm.build", 'The value "/srv/vllm" has an invalid format.'],
  ["a Windows path", { layer: "C:/vllm" }, "MOOR006", "moor:images.vllm.layer", 'The value "C:/vllm" has an invalid format.'],
  ["backslashes", { layer: "layers\\vllm" }, "MOOR006", "moor:images.vllm.layer", expect.stringMatching(/has an invalid format\.$/)],
  ["a missing folder", { layer: "layers/no" }, "MOOR071", "moor:images.vllm.layer", 'There is no folder "layers/no".'],
  ["a file as the folder", { build: "builds/vllm/Dockerfile" }, "MOOR071", "moor:images.vllm.build", expect.stringMatching(/^There is no/)],
  [
    "a folder without a Dockerfile",
    { layer: "layers" },
    "MOOR067",
    "moor:images.vllm.layer",
    'The folder "layers" contains no Dockerfile.',
  ],
  [
    "a missing Dockerfile",
    { build: "builds/vllm", dockerfile: "builds/Dockerfile" },
    "MOOR067",
    "moor:images.vllm.dockerfile",
    'There is no file "builds/Dockerfile".',
  ],
  [
    "a build argument that is a number",
    { build: "builds/vllm", args: { V: 2 } },
    "MOOR003",
    "moor:images.vllm.args.V",
    "The value 2 is a number.",
  ],
  [
    "a build argument with a wrong name",
    { build: "builds/vllm", args: { "a-b": "2" } },
    "MOOR010",
    "moor:images.vllm.args.a-b",
    'The name "a-b" is not valid.',
  ],
  [
    "`via: task` without the bypass",
    { layer: "layers/vllm", via: "task" },
    "MOOR073",
    "moor:images.vllm.via",
    "An ACR task can't reach the private container registry, because `moor:platform.networkRuleBypassAllowedForTasks` is not true.",
  ],
];

test.each(rows)("%s", (_, image, code, where, problem) => {
  const settings = vllmImage(image);
  expect(told(settings)).toEqual([[code, where, problem]]);
  // An editor can't know files and other settings.
  if (["MOOR071", "MOOR067", "MOOR073"].includes(code)) return;
  expect(marked("stack", { config: JSON.parse(JSON.stringify(settings)) })).toBeDefined();
});

test.each(rows.filter(([, , code]) => code !== "MOOR073"))("%s, as the image of a deployment", (_, image, code, where, problem) => {
  const main = scoreDeployment({ score: { path: "scores/fraud", image } });
  const settings = spoilt((s) => (s["moor:endpoints"].chat.deployments = { main }));
  expect(told(settings)).toEqual([[code, where.replace("moor:images.vllm", `${at}.score.image`), problem]]);
});

test("a valid image of each form is also valid in an editor", () => {
  for (const image of [
    `moor/vllm@${digest}`,
    { import: external, repository: "a/b" },
    { layer: "layers/vllm", via: "registry" },
    { build: "./builds/vllm", dockerfile: "builds/vllm/Dockerfile", args: { A_1: "" }, repository: "a" },
  ]) {
    expect(marked("stack", { config: vllmImage(image) })).toBeUndefined();
    expect(told(vllmImage(image))).toEqual([]);
  }
});

test("a mistake in the files of an image is reported at its folder", () => {
  write("layers/vllm/Dockerfile", `FROM ${base.reference}\nRUN true\n`);
  expect(told(vllmImage({ layer: "layers/vllm" }))).toEqual([["MOOR241", "moor:images.vllm.layer", expect.stringContaining("line 2")]]);
  write("builds/vllm/Dockerfile", "FROM python:3.12\n");
  expect(told(vllmImage({ build: "builds/vllm" })).map(([code, where]) => [code, where])).toEqual([["MOOR252", "moor:images.vllm.build"]]);
});

test("each problem with files says what is allowed, and its fix names the folder", () => {
  const ofFiles = (Object.keys(codes) as Code[]).filter((code) => /^MOOR2[45]\d$/.test(code));
  expect(ofFiles.length).toBeGreaterThanOrEqual(16);
  for (const code of ofFiles) {
    const [error] = fileErrors("moor:images.vllm.layer", "layers/vllm", [createProblem(code, "A problem.")]);
    expect(error).toMatchObject({ code, allowed: expect.not.stringContaining("that Docker can build"), fix: expect.any(String) });
    expect(error!.fix).not.toContain("<folder>");
  }
  write("layers/vllm/Dockerfile", `FROM ${base.reference}\nRUN true\n`);
  expect(check(vllmImage({ layer: "layers/vllm" }))).toMatchObject({
    errors: [
      {
        allowed: expect.stringMatching(/^ARG before FROM, one FROM, COPY/),
        fix: expect.stringMatching(/set { build: layers\/vllm } instead of { layer: layers\/vllm }\.$/),
      },
    ],
  });
});

test("messages contain paths relative to the folder of the stack file", () => {
  write("layers/vllm/Dockerfile", `FROM ${base.reference}\nRUN true\n`);
  write("builds/vllm/Dockerfile", "FROM python:3.12\n");
  const problems = (image: Tree) => told(vllmImage(image)).map(([, , problem]) => problem);
  expect(problems({ layer: "./layers/vllm/" })).toEqual(["layers/vllm/Dockerfile: line 2: RUN needs a build."]);
  expect(problems({ build: "builds/vllm" })).toEqual([
    'builds/vllm/Dockerfile, line 1: FROM uses the image "python:3.12" without a digest.',
  ]);
  write("layers/vllm/Dockerfile", `FROM ${base.reference}\nCOPY missing /\n`);
  expect(problems({ layer: "layers/vllm" })).toEqual(['layers/vllm/Dockerfile, line 2: "missing" doesn\'t exist or is excluded.']);
  write("builds/vllm/Dockerfile", "FROM scratch\n");
  write("builds/vllm/.dockerignore", "[a-\n");
  expect(problems({ build: "builds/vllm" })).toEqual([
    expect.stringMatching(/^builds\/vllm\/\.dockerignore: a pattern is not valid: Invalid regular expression/),
  ]);
});

test.each([
  ["layers/vllm", "layers/vllm"],
  ["it's a layer/vllm", "'it'\\''s a layer/vllm'"],
])("the command that saves the base of %s works in the folder of the stack file", (layer, argument) => {
  write(`${layer}/Dockerfile`, `FROM ${base.reference}\n`);
  fs.rmSync(path.join(folder, layer, "base"), { recursive: true, force: true });
  expect(told(vllmImage({ layer }))).toEqual([
    [
      "MOOR244",
      "moor:images.vllm.layer",
      `${layer}/base/manifest.json: the file doesn't exist. To save the base, run \`npm run renew -- base ${argument}\`.`,
    ],
  ]);
});

test("an image is checked once, even if 20 deployments use it", () => {
  const deployments = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`d${i}`, vllmDeployment({ weight: 5 })]));
  const settings = vllmImage({ build: "no" }, (s) => (s["moor:endpoints"].chat.deployments = deployments));
  expect(told(settings)).toEqual([["MOOR071", "moor:images.vllm.build", 'There is no folder "no".']]);
});

test("a folder whose name can't be a repository requires `repository`", () => {
  write("builds/vLLM/Dockerfile", `FROM ${base.reference}\n`);
  expect(told(vllmImage({ build: "builds/vLLM" }))).toEqual([
    ["MOOR072", "moor:images.vllm", 'The name of a repository can\'t be derived from the folder "builds/vLLM".'],
  ]);
  expect(told(vllmImage({ build: "builds/vLLM", repository: "moor/vllm" }))).toEqual([]);
  expect(told(vllmImage({ build: "." })).map(([code]) => code)).toEqual(["MOOR067", "MOOR072"]);
});

test("a layer that is too large for a task is an error", () => {
  write("layers/vllm/Dockerfile", `FROM ${base.reference}\nCOPY large /opt/\n`);
  write("layers/vllm/large", "x".repeat(1_800_000));
  const image = { layer: "layers/vllm", via: "task" };
  const flag = (s: Tree) => (s["moor:platform"].networkRuleBypassAllowedForTasks = true);
  expect(told(vllmImage(image, flag))).toEqual([
    [
      "MOOR074",
      "moor:images.vllm.via",
      expect.stringMatching(/^The layer, configuration and manifest have \d+ bytes in total, which is too large for a task\./),
    ],
  ]);
  expect(told(vllmImage({ layer: "layers/vllm" }))).toEqual([]);
  write("layers/vllm/large", "x".repeat(1_700_000));
  expect(told(vllmImage(image, flag))).toEqual([]);
});

test("secrets in build arguments are rejected by their name or their format, and not shown", () => {
  const token = "hf_abcdefghijklmnopqrst";
  const found = (args: Tree, secretKeys: string[] = []) => {
    const checked = check(vllmImage({ build: "builds/vllm", args }), { secretKeys });
    return "errors" in checked ? checked.errors : [];
  };
  for (const args of [{ HF_TOKEN: "abc-not-a-known-format" }, { V: token }, { HF_TOKEN: token }]) {
    const [name] = Object.keys(args);
    const errors = found(args);
    expect(new Set(errors.map(({ code, path: where }) => `${code} ${where}`))).toEqual(new Set([`MOOR060 moor:images.vllm.args.${name}`]));
    expect(reportErrors("dev", errors)).not.toContain(Object.values(args)[0]);
  }
  expect(found({ TOKENIZERS: "abc", HF_TOKEN: "" })).toEqual([]);
  // Pulumi decrypts values inside of a setting, and marks the setting.
  expect(found({ V: "decrypted" }, ["moor:images"]).map(({ code, path: where }) => [code, where])).toEqual([
    ["MOOR060", "moor:images.vllm.args.V"],
  ]);
});
