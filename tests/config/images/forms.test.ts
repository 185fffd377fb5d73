/**
 * Tests the four forms of an image, and what they require. Doesn't prove that an image can be published; tests/planner/image proves the
 * digests and hashes.
 */
import * as path from "node:path";
import { importCredentialsKey } from "../../../config/settings";
import { settingsSchema } from "../../../config/stackFile";
import { buildInputs, layeredImage } from "../../../planner/image";
import { digest, scoreDeployment, spoilt, type Tree } from "../stacks";
import { base, external, folder, imageRequirements, requirementsOf, specOf, useImageFolder, vllmImage, write } from "./imageFolder";

useImageFolder();

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

test("the base of a layer is imported, so its registry can have credentials", () => {
  const settings = {
    ...vllmImage({ layer: "layers/vllm" }),
    [importCredentialsKey]: JSON.stringify({ "docker.io": "a:b", "ghcr.io": "c:d" }),
  };
  expect(specOf(settings, { secretKeys: [importCredentialsKey] }).notes).toContain(
    "Entry 2 of `moor:importCredentials` is ignored, because no image comes from its host. Hosts of the images: docker.io.",
  );
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

test("an image that one setting imports and another one names by digest is imported, whatever their order", () => {
  const imported = { import: external, repository: "moor/score" };
  const own = (image: unknown, weight: number) => scoreDeployment({ score: { path: "scores/own", image }, weight });
  const deployments = { first: own(imported, 50), second: own(`moor/score@${digest}`, 50) };
  for (const order of [
    ["first", "second"],
    ["second", "first"],
  ] as const) {
    const settings = spoilt((s) => {
      s["moor:endpoints"].chat.deployments = Object.fromEntries(order.map((label) => [label, deployments[label]]));
    });
    expect(specOf(settings).images.map(({ source: { kind }, setting }) => [kind, setting])).toEqual([
      ["import", "moor:endpoints.chat.deployments.first.score.image"],
    ]);
  }
});

test("the schema keeps the form of an image", () => {
  const parsed = settingsSchema.parse(vllmImage({ layer: "a" }));
  expect(parsed["moor:images"].vllm).toEqual({ layer: "a", via: "registry" });
});
