/** Tests lock files with layered and built images. Doesn't prove how `npm run lock` writes them: tests/cli/lock does. */
import * as fs from "node:fs";
import * as path from "node:path";
import { type Lock, readLock, writeLock } from "../../../config/lockFile";
import { layeredImage } from "../../../planner/image";
import { layerFolder, savedFiles } from "../../planner/image/layerFolder";
import { digest } from "../stacks";
import { at, base, check, folder, requirementsOf, specOf, useImageFolder, vllmImage, write } from "./imageFolder";

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

const refer = "MOOR052 moor:endpoints.chat.deployments.main: the image changed (see moor:images.vllm)";

/** The errors after a change: code, path and differences. */
function outdated(before: unknown, change: () => void, after = before) {
  const lock = lockOf(before);
  change();
  const checked = check(prod(after), { lock });
  const start = "The lock file was created for other requirements: ";
  return "errors" in checked
    ? checked.errors.map(({ code, path: where, problem }) => `${code} ${where}: ${problem.replace(start, "").replace(/\.$/, "")}`)
    : [];
}

const layer = { layer: "layers/vllm" };
const build = { build: "builds/vllm" };

test("a changed file makes it outdated, and the error at the image names the file", () => {
  const lock = lockOf(layer);
  write("layers/vllm/start.sh", "exec false\n");
  const checked = check(prod(layer), { lock });
  const rest = {
    code: "MOOR052",
    allowed: "a lock file that matches the stack file",
    fix: "Run `npm run lock -- -s dev`, review the changes, and commit moor.lock.dev.yaml.",
  };
  expect("errors" in checked && checked.errors).toEqual([
    {
      ...rest,
      path: "moor:images.vllm",
      problem: "The lock file was created for other requirements: the file start.sh of layers/vllm changed.",
    },
    { ...rest, path: at, problem: "The lock file was created for other requirements: the image changed (see moor:images.vllm)." },
  ]);
});

const dockerfile = (...lines: string[]) => [`FROM ${base.reference}`, ...lines, ""].join("\n");

test.each<[what: string, change: () => void, text: string]>([
  [
    "Dockerfile",
    () => write("layers/vllm/Dockerfile", dockerfile("COPY start.sh /opt/moor/", "ENV A=2")),
    "the Dockerfile of layers/vllm changed",
  ],
  [
    "mode",
    () => fs.chmodSync(path.join(folder, "layers/vllm/start.sh"), 0o755),
    "the mode of the file start.sh of layers/vllm was 0644 and is now 0755",
  ],
  [
    "list of files",
    () => {
      write("layers/vllm/Dockerfile", dockerfile("COPY other.sh /opt/moor/"));
      write("layers/vllm/other.sh", "");
    },
    "the file other.sh of layers/vllm was added; the file start.sh of layers/vllm was removed",
  ],
])("a changed %s of a layer makes it outdated", (_, change, text) => {
  expect(outdated(layer, change)).toEqual([`MOOR052 moor:images.vllm: ${text}`, refer]);
});

test("another base of a layer is shown with short digests, and nothing that follows from it", () => {
  const next = savedFiles({ config: { created: "2026-01-01T00:00:00Z" } });
  const change = () =>
    fs.cpSync(layerFolder(["COPY start.sh /opt/moor/", "ENV A=1"], { "start.sh": "exec true\n" }, next), path.join(folder, "layers/vllm"), {
      recursive: true,
    });
  const short = (reference: string) => reference.replace(/([0-9a-f]{12})[0-9a-f]{52}$/, "$1…");
  expect(outdated(layer, change)).toEqual([
    `MOOR052 moor:images.vllm: the base of layers/vllm was ${short(base.reference)} and is now ${short(next.reference)}`,
    refer,
  ]);
});

test.each<[what: string, before: unknown, change: () => void, after: unknown, text: string]>([
  ["file", build, () => write("builds/vllm/new.txt", ""), build, "the files of builds/vllm changed"],
  [
    "argument",
    { ...build, args: { LEVEL: "1" } },
    () => {},
    { ...build, args: { LEVEL: "2", OTHER: "x" } },
    'image.args.LEVEL was "1" and is now "2"; image.args.OTHER was not set and is now "x"',
  ],
  ["repository", build, () => {}, { ...build, repository: "team/vllm" }, "the repository was moor/vllm and is now team/vllm"],
])("a changed %s of a build makes it outdated", (_, before, change, after, text) => {
  expect(outdated(before, change, after)).toEqual([`MOOR052 moor:images.vllm: ${text}`, refer]);
});

test("a build with a Dockerfile elsewhere names both", () => {
  write("other/Dockerfile", `FROM ${base.reference}\n`);
  const image = { ...build, dockerfile: "other/Dockerfile" };
  expect(outdated(image, () => write("other/Dockerfile", `FROM ${base.reference}\nRUN true\n`))).toEqual([
    "MOOR052 moor:images.vllm: the files of builds/vllm or other/Dockerfile changed",
    refer,
  ]);
});

test("another kind of image, folder or digest is shown with short digests", () => {
  expect(outdated(`moor/vllm@${digest}`, () => {}, layer)).toEqual([
    expect.stringMatching(
      /^MOOR052 moor:images\.vllm: the image was moor\/vllm@sha256:[0-9a-f]{12}… and is now moor\/vllm@sha256:[0-9a-f]{12}… \(layer layers\/vllm\)$/,
    ),
    refer,
  ]);
  expect(outdated(layer, () => {}, build)).toEqual([
    expect.stringMatching(
      /: the image was moor\/vllm@\S+ \(layer layers\/vllm\) and is now moor\/vllm:moor-\w{16} \(build builds\/vllm\)$/,
    ),
    refer,
  ]);
  // The first digits are the same.
  const [one, two] = ["1", "2"].map((last) => `moor/vllm@sha256:${"0".repeat(63)}${last}`);
  expect(outdated(one, () => {}, two)).toEqual([`MOOR052 moor:images.vllm: the image was ${one} and is now ${two}`, refer]);
});

test("an image of two deployments is reported once, and each other difference at its deployment", () => {
  const lock = lockOf(layer, (entry) => entry);
  const text = lock.replace(
    /^( {4}main:\n)((?: {5,}.*\n)+)/m,
    (_, _main, entry: string) => `    main:\n${entry}    second:\n${entry.replaceAll("main-", "second-")}`,
  );
  const settings = prod(layer);
  const { main } = settings["moor:endpoints"].chat.deployments;
  settings["moor:endpoints"].chat.deployments.second = { ...main, weight: 0, vllm: { ...main.vllm, servedName: "other" } };
  write("layers/vllm/start.sh", "exec false\n");
  const checked = check(settings, { lock: text });
  expect("errors" in checked && checked.errors.map(({ path: where, problem }) => `${where}: ${problem.split(": ")[1]}`)).toEqual([
    "moor:images.vllm: the file start.sh of layers/vllm changed.",
    `${at}: the image changed (see moor:images.vllm).`,
    expect.stringMatching(
      /^moor:endpoints\.chat\.deployments\.second: the image changed \(see moor:images\.vllm\); vllm\.servedName was "[^"]+" and is now "other"\.$/,
    ),
  ]);
});

test("200 changed files are one error with the first differences", () => {
  const many = { layer: "layers/many" };
  fs.cpSync(path.join(folder, "layers/vllm"), path.join(folder, "layers/many"), { recursive: true });
  write("layers/many/Dockerfile", `FROM ${base.reference}\nCOPY data /opt/data\n`);
  const all = (text: string) => Array.from({ length: 200 }, (_, i) => write(`layers/many/data/${i}.txt`, `${text}${i}`));
  all("a");
  const [error, ...others] = outdated(many, () => all("b"));
  expect(others).toEqual([refer]);
  expect(error?.match(/the file data\/\d+\.txt of layers\/many changed/g)).toHaveLength(20);
  expect(error).toMatch(/; 180 more differences$/);
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
