// Proves what the built policy pack contains. tests/e2e/policyPack.test.ts starts it. Doesn't prove that a registry has its packages.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { satisfies } from "semver";
import { buildPolicyPack } from "../../../operations/policyPack";
import { type PackageLock, shrinkwrap } from "../../../operations/policyPack/shrinkwrap";
import rootLock from "../../../package-lock.json";
import manifest from "../../../policy/package.json";

const root = path.resolve(__dirname, "..", "..", "..");

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-policy-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const contentOf = (output: string) =>
  Object.fromEntries(fs.readdirSync(output).map((name) => [name, fs.readFileSync(path.join(output, name), "utf8")]));

test("the pack is a folder with plain JavaScript and exact versions, and a second build writes the same files", async () => {
  const [one, other] = [path.join(folder, "one"), path.join(folder, "other")];
  await buildPolicyPack({ root, output: one });
  const content = contentOf(one);
  expect(Object.keys(content).sort()).toEqual([
    "LICENSE",
    "PulumiPolicy.yaml",
    "README.md",
    "index.js",
    "npm-shrinkwrap.json",
    "package.json",
  ]);
  const { private: _, ...published } = manifest;
  expect(JSON.parse(content["package.json"]!)).toEqual({ ...published, main: "index.js" });
  const required = [...content["index.js"]!.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name!);
  expect([...new Set(required.filter((name) => !name.startsWith("node:")))]).toEqual(["@pulumi/policy"]);
  await buildPolicyPack({ root, output: one });
  await buildPolicyPack({ root, output: other });
  expect(contentOf(one)).toEqual(content);
  expect(contentOf(other)).toEqual(content);
});

test("a folder with other files is refused", async () => {
  fs.writeFileSync(path.join(folder, "mine.txt"), "");
  await expect(buildPolicyPack({ root, output: folder })).rejects.toThrow(
    `${folder} contains other files. Set --output to a new folder, or to the folder of an earlier build.`,
  );
  expect(fs.readdirSync(folder)).toEqual(["mine.txt"]);
});

test("npm-shrinkwrap.json contains each required package in a version that fits, and none that only the repository needs", () => {
  const { packages } = shrinkwrap(rootLock as unknown as PackageLock, manifest);
  const find = (from: string, name: string): string | undefined => {
    const inner = `${from === "" ? "" : `${from}/`}node_modules/${name}`;
    if (inner in packages) return inner;
    return from === "" ? undefined : find(from.split("/node_modules/").slice(0, -1).join("/node_modules/"), name);
  };
  const wrong = Object.entries(packages).flatMap(([location, { dependencies = {} }]) =>
    Object.entries(dependencies).filter(([name, range]) => {
      const found = packages[find(location, name) ?? ""];
      return found?.version === undefined || (!range.startsWith("npm:") && !satisfies(found.version, range));
    }),
  );
  expect(wrong).toEqual([]);
  expect(Object.keys(packages).length).toBeGreaterThan(100);
  expect(Object.keys(packages).filter((name) => /azure-native|esbuild|jest|azure-local/.test(name))).toEqual([]);
  expect(Object.values(packages).filter((one) => "dev" in one || "peer" in one)).toEqual([]);
});

test("a package that package-lock.json doesn't contain is an error", () => {
  const wanted = { ...manifest, dependencies: { "no-such-package": "1.0.0" } };
  expect(() => shrinkwrap(rootLock as unknown as PackageLock, wanted)).toThrow(
    "package-lock.json doesn't contain no-such-package. Run `npm install`.",
  );
});
