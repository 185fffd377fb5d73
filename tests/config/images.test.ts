/**
 * Tests the images of a stack file: the four forms, their errors, and the images that a run needs. Doesn't prove that an image can be
 * published; tests/planner/image proves the digests and hashes.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { checkSettings, checkStack } from "../../config/checkStack";
import { reportErrors } from "../../config/errors";
import { type Lock, readLock, writeLock } from "../../config/lockFile";
import { deploymentRequirements } from "../../config/requirements";
import { settingsSchema } from "../../config/stackFile";
import { buildInputs, layeredImage } from "../../planner/image";
import { marked } from "../fuzz/editor";
import { layerFolder, removeFolders, savedFiles, temporaryFolder } from "../planner/image/layerFolder";
import { digest, rawStack, scoreDeployment, spoilt, type Tree, vllmDeployment } from "./stacks";

const external = `docker.io/vllm/vllm-openai@${digest}`;
const at = "moor:endpoints.chat.deployments.main";

/** A folder for stack files with the folders `layers/vllm`, `builds/vllm`, `scores/fraud` (no Dockerfile) and `scores/own` (with one). */
let folder = "";
let base = savedFiles();

function write(file: string, text: string): void {
  fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  fs.writeFileSync(path.join(folder, file), text);
}

beforeEach(() => {
  folder = temporaryFolder();
  base = savedFiles();
  fs.mkdirSync(path.join(folder, "layers"));
  const layer = layerFolder(["COPY start.sh /opt/moor/", "ENV A=1"], { "start.sh": "exec true\n" }, base);
  fs.cpSync(layer, path.join(folder, "layers/vllm"), { recursive: true });
  write("builds/vllm/Dockerfile", `FROM ${base.reference}\nRUN true\n`);
  write("scores/fraud/score.py", "");
  write("scores/fraud/requirements.txt", "");
  write("scores/own/score.py", "");
  write("scores/own/Dockerfile", `FROM ${base.reference}\nCOPY . .\n`);
});

afterAll(removeFolders);

function check(settings: Tree, changes: Parameters<typeof rawStack>[1] = {}) {
  return checkStack(rawStack(settings, { folder, ...changes }));
}

const told = (settings: Tree) => {
  const checked = check(settings);
  return "errors" in checked ? checked.errors.map(({ code, path: where, problem }) => [code, where, problem]) : [];
};

function specOf(settings: Tree, changes: Parameters<typeof rawStack>[1] = {}) {
  const checked = check(settings, changes);
  if ("errors" in checked) throw new Error(reportErrors("dev", checked.errors));
  return checked.spec;
}

const vllmImage = (image: unknown, more: (s: Tree) => void = () => {}) =>
  spoilt((s) => {
    s["moor:images"].vllm = image;
    more(s);
  });

/** A stack with one score.py deployment and no image under `moor:images`. */
const scored = (score: Tree, images: Tree = {}) =>
  spoilt((s) => {
    s["moor:images"] = images;
    s["moor:endpoints"].chat.deployments = { main: scoreDeployment({ score }) };
  });

function requirementsOf(settings: Tree) {
  const { settings: parsed, images, errors } = checkSettings(rawStack(settings, { folder }));
  if (parsed === undefined) throw new Error(reportErrors("dev", errors));
  return deploymentRequirements(parsed["moor:endpoints"].chat!.deployments.main!, images.imageOf("chat", "main"));
}

const imageRequirements = (settings: Tree) =>
  Object.fromEntries(Object.entries(requirementsOf(settings)).filter(([key]) => key.startsWith("image")));

describe("the forms of an image", () => {
  test("a digest is an image that the registry has", () => {
    const settings = vllmImage(`moor/vllm@${digest}`);
    expect(specOf(settings).images).toEqual([
      { reference: { repository: "moor/vllm", digest }, source: { kind: "existing" }, setting: "moor:images.vllm" },
    ]);
    expect(imageRequirements(settings)).toEqual({ image: `moor/vllm@${digest}` });
  });

  test("an import has the digest of its source, so that moving from a digest to an import changes no requirement", () => {
    const settings = vllmImage({ import: external });
    const from = { registry: "docker.io", repository: "vllm/vllm-openai", digest };
    expect(specOf(settings).images).toEqual([
      { reference: { repository: "vllm/vllm-openai", digest }, source: { kind: "import", from }, setting: "moor:images.vllm" },
    ]);
    const moved = vllmImage({ import: external, repository: "moor/vllm" });
    expect(requirementsOf(moved)).toEqual(requirementsOf(vllmImage(`moor/vllm@${digest}`)));
    expect(specOf(moved).endpoints[0]?.deployments[0]?.decision.name).toBe(
      specOf(vllmImage(`moor/vllm@${digest}`)).endpoints[0]?.deployments[0]?.decision.name,
    );
  });

  test("a layered image has the digest that is computed from its files", () => {
    const settings = vllmImage({ layer: "./layers/vllm/" });
    const image = layeredImage(path.join(folder, "layers/vllm"));
    expect(specOf(settings).images).toEqual([
      {
        reference: { repository: "moor/vllm", digest: image.manifest.digest },
        source: { kind: "layer", image, via: "registry" },
        setting: "moor:images.vllm",
      },
    ]);
    expect(imageRequirements(settings)).toEqual({
      image: `moor/vllm@${image.manifest.digest}`,
      "image.layer": "layers/vllm",
      "image.base": base.reference,
      "image.baseConfig": image.baseConfig,
      "image.files.start.sh": `${image.files["start.sh"]?.sha256} 0644`,
    });
  });

  test("how a layer is sent is not a requirement", () => {
    const flag = (s: Tree) => (s["moor:platform"].networkRuleBypassAllowedForTasks = true);
    const task = vllmImage({ layer: "layers/vllm", via: "task" }, flag);
    expect(requirementsOf(task)).toEqual(requirementsOf(vllmImage({ layer: "layers/vllm" })));
    expect(specOf(task).images[0]?.source).toMatchObject({ kind: "layer", via: "task" });
  });

  test("a built image is identified by its inputs", () => {
    write("files/Dockerfile.gpu", `ARG V\nFROM ${base.reference}\n`);
    const settings = vllmImage({ build: "builds/vllm", dockerfile: "files/Dockerfile.gpu", args: { V: "2" }, repository: "ml/vllm" });
    const source = {
      context: path.join(folder, "builds/vllm"),
      dockerfile: path.join(folder, "files/Dockerfile.gpu"),
      args: { V: "2" },
    };
    const inputs = buildInputs(source).digest;
    expect(specOf(settings).images).toEqual([
      { reference: { repository: "ml/vllm", inputs }, source: { kind: "build", ...source }, setting: "moor:images.vllm" },
    ]);
    expect(imageRequirements(settings)).toEqual({
      image: `ml/vllm:moor-${inputs.slice(7, 23)}`,
      "image.build": "builds/vllm",
      "image.inputs": inputs,
      "image.dockerfile": "files/Dockerfile.gpu",
      "image.args.V": "2",
    });
    expect(imageRequirements(vllmImage({ build: "builds/vllm" }))).toEqual({
      image: expect.stringMatching(/^moor\/vllm:moor-[0-9a-f]{16}$/),
      "image.build": "builds/vllm",
      "image.inputs": expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
  });

  test("a changed file results in another deployment, and its previous content in the same one as before", () => {
    const nameOf = (image: unknown) => specOf(vllmImage(image)).endpoints[0]?.deployments[0]?.decision.name;
    for (const [image, file] of [
      [{ layer: "layers/vllm" }, "layers/vllm/start.sh"],
      [{ build: "builds/vllm" }, "builds/vllm/new.txt"],
    ] as const) {
      const before = nameOf(image);
      write(file, "changed");
      const changed = nameOf(image);
      expect(changed).not.toBe(before);
      write(file, "changed again");
      expect(new Set([before, changed, nameOf(image)]).size).toBe(3);
      write(file, "changed");
      expect(nameOf(image)).toBe(changed);
    }
  });
});

describe("wrong images", () => {
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
    ["a misspelt key", { bild: "builds/vllm" }, "MOOR007", "moor:images.vllm", "None of import, layer, build is set."],
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
    ["an absolute folder", { build: "/srv/vllm" }, "MOOR006", "moor:images.vllm.build", 'The value "/srv/vllm" has an invalid format.'],
    ["a Windows path", { layer: "C:/vllm" }, "MOOR006", "moor:images.vllm.layer", 'The value "C:/vllm" has an invalid format.'],
    ["backslashes", { layer: "layers\\vllm" }, "MOOR006", "moor:images.vllm.layer", expect.stringMatching(/has an invalid format\.$/)],
    ["a missing folder", { layer: "layers/no" }, "MOOR071", "moor:images.vllm.layer", 'There is no folder "layers/no".'],
    [
      "a file as the folder",
      { build: "builds/vllm/Dockerfile" },
      "MOOR071",
      "moor:images.vllm.build",
      expect.stringMatching(/^There is no/),
    ],
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
    expect(told(vllmImage({ build: "builds/vllm" })).map(([code, where]) => [code, where])).toEqual([
      ["MOOR252", "moor:images.vllm.build"],
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

  test("a layer that doesn't fit into a task requires another way", () => {
    write("layers/vllm/Dockerfile", `FROM ${base.reference}\nCOPY large /opt/\n`);
    write("layers/vllm/large", "x".repeat(2_300_000));
    const image = { layer: "layers/vllm", via: "task" };
    const flag = (s: Tree) => (s["moor:platform"].networkRuleBypassAllowedForTasks = true);
    expect(told(vllmImage(image, flag))).toEqual([
      [
        "MOOR074",
        "moor:images.vllm.via",
        expect.stringMatching(/^The layer, configuration and manifest have \d+ bytes, which don't fit into a task\./),
      ],
    ]);
    expect(told(vllmImage({ layer: "layers/vllm" }))).toEqual([]);
    write("layers/vllm/large", "x".repeat(2_200_000));
    expect(told(vllmImage(image, flag))).toEqual([]);
  });

  test("secrets in build arguments are rejected by their name or their format, and not shown", () => {
    const token = "hf_abcdefghijklmnopqrst";
    const found = (args: Tree) => {
      const checked = check(vllmImage({ build: "builds/vllm", args }));
      return "errors" in checked ? checked.errors : [];
    };
    for (const args of [{ HF_TOKEN: "abc-not-a-known-format" }, { V: token }, { HF_TOKEN: token }]) {
      const [name] = Object.keys(args);
      const errors = found(args);
      expect(new Set(errors.map(({ code, path: where }) => `${code} ${where}`))).toEqual(
        new Set([`MOOR060 moor:images.vllm.args.${name}`]),
      );
      expect(reportErrors("dev", errors)).not.toContain(Object.values(args)[0]);
    }
    expect(found({ TOKENIZERS: "abc", HF_TOKEN: "" })).toEqual([]);
  });
});

describe("a score.py folder", () => {
  test("is the image by itself, built with its own Dockerfile or that of this repository", () => {
    const own = path.join(__dirname, "../../docker/score/Dockerfile");
    for (const [name, dockerfile, requirement] of [
      ["fraud", own, { "image.dockerfile": "docker/score/Dockerfile" }],
      ["own", path.join(folder, "scores/own/Dockerfile"), {}],
    ] as const) {
      const settings = scored({ path: `./scores/${name}` });
      const context = path.join(folder, "scores", name);
      const inputs = buildInputs({ context, dockerfile, args: {} }).digest;
      expect(specOf(settings).images).toEqual([
        {
          reference: { repository: `moor/${name}`, inputs },
          source: { kind: "build", context, dockerfile, args: {} },
          setting: `${at}.score.path`,
        },
      ]);
      expect(imageRequirements(settings)).toEqual({
        image: `moor/${name}:moor-${inputs.slice(7, 23)}`,
        "image.build": `scores/${name}`,
        "image.inputs": inputs,
        ...requirement,
      });
    }
  });

  test("requires requirements.txt for the Dockerfile of this repository, but not if Moor doesn't build the image", () => {
    fs.rmSync(path.join(folder, "scores/fraud/requirements.txt"));
    expect(told(scored({ path: "scores/fraud" }))).toEqual([
      [
        "MOOR079",
        `${at}.score.path`,
        'The folder "scores/fraud" contains neither a Dockerfile nor requirements.txt, which docker/score/Dockerfile of Moor copies.',
      ],
    ]);
    expect(told(scored({ path: "scores/fraud" }, { score: `moor/score@${digest}` }))).toEqual([]);
    expect(told(scored({ path: "scores/fraud", image: `moor/score@${digest}` }))).toEqual([]);
  });

  test("that doesn't exist is one error", () => {
    expect(told(scored({ path: "scores/no" }))).toEqual([["MOOR046", `${at}.score.path`, 'The folder "scores/no" contains no score.py.']]);
  });

  test("is not built instead of an image that is invalid", () => {
    fs.rmSync(path.join(folder, "scores/fraud/requirements.txt"));
    for (const images of [{ score: "moor/score:latest" }, { score: { build: "no" } }, "text"]) {
      expect(told(scored({ path: "scores/fraud" }, images as Tree))).toHaveLength(1);
    }
  });

  test("must be the folder that the image is made from", () => {
    const problem = (made: string, setting: string) =>
      `The image is made from "${made}" (${setting}), so it doesn't contain the score.py in "scores/fraud".`;
    for (const score of [{ build: "scores/own" }, { build: "scores/own", repository: "a/b" }]) {
      expect(told(scored({ path: "scores/fraud" }, { score }))).toEqual([
        ["MOOR075", `${at}.score.path`, problem("scores/own", "moor:images.score")],
      ]);
      expect(told(scored({ path: "scores/fraud", image: score }))).toEqual([
        ["MOOR075", `${at}.score.path`, problem("scores/own", `${at}.score.image`)],
      ]);
      expect(told(scored({ path: "./scores/own/" }, { score }))).toEqual([]);
    }
    fs.cpSync(path.join(folder, "layers/vllm"), path.join(folder, "layers/score"), { recursive: true });
    expect(told(scored({ path: "scores/fraud" }, { score: { layer: "layers/score" } }))).toEqual([
      ["MOOR075", `${at}.score.path`, problem("layers/score", "moor:images.score")],
    ]);
  });

  test("can be a part of the folder that only its deployment is built from", () => {
    write("Dockerfile", `FROM ${base.reference}\nCOPY scores .\n`);
    const whole = { build: ".", repository: "moor/fraud" };
    expect(told(scored({ path: "scores/fraud", image: whole }))).toEqual([]);
    expect(told(scored({ path: "scores/fraud" }, { score: whole })).map(([code]) => code)).toEqual(["MOOR075"]);
  });

  test("can load a registered model, which is part of the deployment's name", () => {
    const given = (model?: string) => scored({ path: "scores/fraud", ...(model === undefined ? {} : { model }) });
    const decisionOf = (settings: Tree) => specOf(settings).endpoints[0]?.deployments[0]?.decision;
    expect(decisionOf(given("fraud:3"))?.registeredModel).toEqual({ name: "fraud", version: "3" });
    expect(requirementsOf(given("fraud:3"))["score.model"]).toBe("fraud:3");
    expect(decisionOf(given())).not.toHaveProperty("registeredModel");
    expect(new Set([given(), given("fraud:3"), given("fraud:4"), given("fraud2:3")].map((s) => decisionOf(s)?.name)).size).toBe(4);
  });

  test.each(["fraud", "fraud:latest", "fraud:0", "fraud:1.0", ":1", "azureml:fraud:1", "fraud:"])("rejects the model %s", (model) => {
    const settings = scored({ path: "scores/fraud", model });
    expect(told(settings)).toEqual([["MOOR006", `${at}.score.model`, `The value "${model}" has an invalid format.`]]);
    expect(marked("stack", { config: settings })).toBeDefined();
  });
});

describe("with a lock file", () => {
  const prod = (image: unknown, keepPrevious = false) => {
    const { "moor:lock": _, ...settings } = vllmImage(image);
    settings["moor:endpoints"].chat.deployments.main.keepPrevious = keepPrevious;
    settings["moor:quota"] = { NCADSA100v4: { limit: 96 } };
    return settings;
  };
  const decisionOf = (image: unknown) => specOf({ ...prod(image), "moor:lock": "none" }).endpoints[0]!.deployments[0]!.decision;

  function lockOf(
    image: unknown,
    changes: (entry: Lock["endpoints"][string][string]) => Lock["endpoints"][string][string] = (entry) => entry,
  ) {
    const entry = { wish: requirementsOf(prod(image)), current: decisionOf(image) } as Lock["endpoints"][string][string];
    const head = { version: 1 as const, stack: "dev", location: "swedencentral", madeBy: "moor 0.1.0" };
    return writeLock({ ...head, endpoints: { chat: { main: changes(entry) } } });
  }

  test.each([["layers/vllm"], ["builds/vllm"]])("the decision for %s survives writing and reading", (where) => {
    const image = where.startsWith("layers") ? { layer: where } : { build: where };
    const lock = lockOf(image);
    const read = readLock("dev", lock);
    if ("errors" in read) throw new Error(JSON.stringify(read.errors));
    expect(read.lock.endpoints.chat?.main?.current).toEqual(decisionOf(image));
    expect(specOf(prod(image), { lock }).images).toEqual(specOf({ ...prod(image), "moor:lock": "none" }).images);
  });

  test("a changed file makes it outdated, and the error names the file", () => {
    const layer = { layer: "layers/vllm" };
    const lock = lockOf(layer);
    const [before, imageBefore] = [imageRequirements(prod(layer))["image.files.start.sh"], imageRequirements(prod(layer)).image];
    write("layers/vllm/start.sh", "exec false\n");
    const [after, imageAfter] = [imageRequirements(prod(layer))["image.files.start.sh"], imageRequirements(prod(layer)).image];
    const checked = check(prod(layer), { lock });
    expect("errors" in checked && checked.errors).toEqual([
      {
        code: "MOOR052",
        path: at,
        problem: `The lock file was created for other requirements: image was "${imageBefore}" and is now "${imageAfter}"; image.files.start.sh was "${before}" and is now "${after}".`,
        allowed: "a lock file that matches the stack file",
        fix: "Run `npm run lock -- -s dev`, review the changes, and commit moor.lock.dev.yaml.",
      },
    ]);
  });

  test("a changed Dockerfile or build makes it outdated, and the error names the folder", () => {
    const outdated = (image: unknown, change: () => void) => {
      const lock = lockOf(image);
      change();
      const checked = check(prod(image), { lock });
      return "errors" in checked ? checked.errors.map(({ code, problem }) => `${code} ${problem}`) : [];
    };
    const layer = `FROM ${base.reference}\nCOPY start.sh /opt/moor/\nENV A=2\n`;
    expect(outdated({ layer: "layers/vllm" }, () => write("layers/vllm/Dockerfile", layer))).toEqual([
      expect.stringMatching(
        /^MOOR052 The lock file was created for other requirements: the Dockerfile of layers\/vllm changed \(image was "moor\/vllm@\S+ and is now "moor\/vllm@\S+\)\.$/,
      ),
    ]);
    expect(outdated({ build: "builds/vllm" }, () => write("builds/vllm/new.txt", ""))).toEqual([
      expect.stringMatching(
        /^MOOR052 The lock file was created for other requirements: image was "moor\/vllm:moor-\w+" and is now "moor\/vllm:moor-\w+"; the files of builds\/vllm, its Dockerfile or its build arguments changed \(image\.inputs was "sha256:\w+" and is now "sha256:\w+"\)\.$/,
      ),
    ]);
  });

  test("200 changed files are one error with the first differences", () => {
    const layer = { layer: "layers/many" };
    fs.cpSync(path.join(folder, "layers/vllm"), path.join(folder, "layers/many"), { recursive: true });
    write("layers/many/Dockerfile", `FROM ${base.reference}\nCOPY data /opt/data\n`);
    const all = (text: string) => Array.from({ length: 200 }, (_, i) => write(`layers/many/data/${i}.txt`, `${text}${i}`));
    all("a");
    const lock = lockOf(layer);
    all("b");
    const checked = check(prod(layer), { lock });
    const [error, ...others] = "errors" in checked ? checked.errors : [];
    expect(others).toEqual([]);
    expect(error?.problem.match(/image\.files\.data/g)).toHaveLength(19);
    expect(error?.problem).toMatch(/; 181 more differences\.$/);
  });

  test("a build whose digest is recorded is an image that the registry has", () => {
    const image = { build: "builds/vllm" };
    const lock = lockOf(image, (entry) => ({
      ...entry,
      current: { ...entry.current, image: { ...entry.current.image, digest } as never },
    }));
    const { images, endpoints } = specOf(prod(image), { lock });
    expect(images).toEqual([
      { reference: endpoints[0]?.deployments[0]?.decision.image, source: { kind: "existing" }, setting: "moor:images.vllm" },
    ]);
    expect(images[0]?.reference.digest).toBe(digest);
  });

  test("the image of a kept previous deployment is one that the registry has, and that of one that is not kept isn't needed", () => {
    const image = { layer: "layers/vllm" };
    const previous = decisionOf(`moor/vllm@${digest}`);
    const lock = lockOf(image, (entry) => ({ ...entry, previous }));
    const layered = layeredImage(path.join(folder, "layers/vllm"));
    const current = {
      reference: { repository: "moor/vllm", digest: layered.manifest.digest },
      source: { kind: "layer", image: layered, via: "registry" },
      setting: "moor:images.vllm",
    };
    const kept = { reference: { repository: "moor/vllm", digest }, source: { kind: "existing" }, setting: "moor:images.vllm" };
    expect(specOf(prod(image, true), { lock }).images).toEqual([kept, current]);
    expect(specOf(prod(image), { lock }).images).toEqual([current]);
  });

  test("a decision whose inputs or model were edited is inconsistent", () => {
    const lock = lockOf({ build: "builds/vllm" });
    const edited = lock.replace(/image\.inputs: sha256:./, (text) => `${text.slice(0, -1)}${text.endsWith("a") ? "b" : "a"}`);
    const read = readLock("dev", edited);
    expect("errors" in read && read.errors.map(({ code, path: where }) => [code, where])).toEqual([
      ["MOOR053", "moor.lock.dev.yaml.endpoints.chat.main.wish.image.inputs"],
    ]);
  });
});

test("the schema keeps the form of an image", () => {
  const parsed = settingsSchema.parse(vllmImage({ layer: "a" }));
  expect(parsed["moor:images"].vllm).toEqual({ layer: "a", via: "registry" });
});
