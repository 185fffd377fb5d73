/** Tests lock files with layered and built images. Doesn't prove how `npm run lock` writes them: tests/cli/lock does. */
import * as fs from "node:fs";
import * as path from "node:path";
import { type Lock, readLock, writeLock } from "../../../config/lockFile";
import { layeredImage } from "../../../planner/image";
import { digest } from "../stacks";
import { at, base, check, folder, imageRequirements, requirementsOf, specOf, useImageFolder, vllmImage, write } from "./imageFolder";

useImageFolder();

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
