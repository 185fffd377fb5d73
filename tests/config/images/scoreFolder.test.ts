/** Tests images of score.py folders, and registered models. Doesn't prove that score.py runs: tests/docker/score does. */
import * as fs from "node:fs";
import * as path from "node:path";
import { describe as describeDeployment } from "../../../config/describe";
import { buildInputs } from "../../../planner/image";
import { marked } from "../../fuzz/editor";
import { digest, type Tree } from "../stacks";
import { at, base, check, folder, imageRequirements, requirementsOf, scored, specOf, told, useImageFolder, write } from "./imageFolder";

useImageFolder();

test("is the image by itself, built with its own Dockerfile or that of this repository", () => {
  const own = path.join(__dirname, "../../../docker/score/Dockerfile");
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

test("must be a relative path, unless Moor doesn't build the image", () => {
  const absolute = path.join(folder, "scores/fraud");
  expect(told(scored({ path: absolute }))).toEqual([
    [
      "MOOR006",
      `${at}.score.path`,
      expect.stringMatching(/^The image is built from .*, which is not a relative path with \/ as the separator\.$/),
    ],
  ]);
  expect(told(scored({ path: absolute, image: `moor/score@${digest}` }))).toEqual([]);
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
    expect(check(scored({ path: "scores/fraud" }, { score }))).toMatchObject({
      errors: [
        {
          fix: "Set `path` to scores/own, or set `score.image` of this deployment to `{ build: scores/fraud, dockerfile: docker/score/Dockerfile }`.",
        },
      ],
    });
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
  const line = (settings: Tree) => describeDeployment("chat", specOf(settings).endpoints[0]!.deployments[0]!);
  expect(line(given("fraud:3"))).toContain("1 × Standard_DS3_v2, model fraud version 3 of the workspace, up to 1 concurrent requests");
  expect(line(given())).toContain("1 × Standard_DS3_v2, up to 1 concurrent requests");
  expect(new Set([given(), given("fraud:3"), given("fraud:4"), given("fraud2:3")].map((s) => decisionOf(s)?.name)).size).toBe(4);
});

test.each(["fraud", "fraud:latest", "fraud:0", "fraud:1.0", ":1", "azureml:fraud:1", "fraud:"])("rejects the model %s", (model) => {
  const settings = scored({ path: "scores/fraud", model });
  expect(told(settings)).toEqual([["MOOR006", `${at}.score.model`, `The value "${model}" has an invalid format.`]]);
  expect(marked("stack", { config: settings })).toBeDefined();
});
