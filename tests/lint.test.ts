// Proves that the linter rejects imports against the direction, import cycles, and packages that aren't declared for their folder. Doesn't
// prove that every folder exists or is used as intended.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const root = path.join(__dirname, "..");
const cruiser = path.join(root, "node_modules", "dependency-cruiser", "bin", "dependency-cruise.mjs");

/** The files of all tests. They are linted together as one tree, because starting the linter takes a second. */
const tree: Record<string, string> = {};

/** Adds files by their text. */
function withFiles(files: Readonly<Record<string, string>>): string[] {
  for (const [name, text] of Object.entries(files)) {
    if (tree[name] !== undefined && tree[name] !== text) throw new Error(`Two tests have different files ${name}.`);
    tree[name] = text;
  }
  return Object.keys(files);
}

interface Refusal {
  /** `rule: importing file → imported file` */
  readonly what: string;
  readonly sentence: string;
}

let exitCode: number | null = null;
let refusals: readonly Refusal[] = [];

beforeAll(() => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-lint-"));
  try {
    fs.mkdirSync(path.join(folder, "azure-local"));
    for (const name of [".dependency-cruiser.js", "package.json", "azure-local/package.json"]) {
      fs.copyFileSync(path.join(root, name), path.join(folder, name));
    }
    for (const [name, text] of Object.entries(tree)) {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.writeFileSync(path.join(folder, name), text);
    }
    const linted = spawnSync(process.execPath, [cruiser, ".", "--output-type", "err-long"], { cwd: folder, encoding: "utf8" });
    exitCode = linted.status;
    const blocks = linted.stdout.split("\n\n").filter((block) => block.trim().startsWith("error "));
    refusals = blocks.map((block) => {
      const lines = block.split("\n");
      const isSentence = (line: string) => /^ {4}\S/.test(line);
      const words = (some: readonly string[]) => some.join(" ").trim().replace(/\s+/g, " ");
      return { what: words(lines.filter((line) => !isSentence(line))).replace(/^error /, ""), sentence: words(lines.filter(isSentence)) };
    });
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

/** Returns the rejected imports of these files. */
function refusedIn(files: readonly string[]): string[] {
  const importing = (what: string) => what.split(" ")[1]!;
  return refusals
    .map(({ what }) => what)
    .filter((what) => files.includes(importing(what)))
    .sort();
}

const leaf = "export const it = 1;\nexport type It = number;\n";

describe("the layers", () => {
  const mayImport: Readonly<Record<string, readonly string[]>> = {
    azure: [],
    program: [],
    facts: ["azure"],
    planner: ["facts", "azure"],
    components: ["rules", "planner", "facts", "azure", "program", "components/live"],
    config: ["rules", "planner", "facts", "azure", "program"],
    rules: ["planner", "facts", "azure"],
    operations: ["components/live", "review", "rules", "config", "planner", "facts", "azure"],
    review: ["rules", "config", "planner", "facts", "azure"],
    policy: ["rules", "planner", "facts", "azure"],
    "azure-local": [],
    cli: [
      "azure-local",
      "policy",
      "review",
      "operations",
      "rules",
      "config",
      "components",
      "components/live",
      "planner",
      "facts",
      "azure",
      "program",
    ],
  };
  const all = [...Object.keys(mayImport), "components/live"];
  const imports = Object.keys(mayImport).flatMap((from) => all.filter((to) => to !== from).map((to) => ({ from, to })));
  const fileOf = ({ from, to }: { from: string; to: string }) => `${from}/imports-${to.replace("/", "-")}.ts`;
  withFiles(Object.fromEntries(all.map((layer) => [`${layer}/index.ts`, leaf])));
  const files = withFiles(Object.fromEntries(imports.map((one) => [fileOf(one), `export * from "../${one.to}/index";\n`])));

  test("a layer imports only the layers that its row allows", () => {
    const refused = imports.filter(({ from, to }) => !mayImport[from]!.includes(to));
    expect(refused).toHaveLength(99);
    expect(refusedIn(files)).toEqual(refused.map((one) => `${one.from}: ${fileOf(one)} → ${one.to}/index.ts`).sort());
  });
});

describe("the rooms of the components", () => {
  /** The lowest first; rooms of one row don't import each other. */
  const rooms: Readonly<Record<string, readonly (readonly string[])[]>> = {
    components: [["base"], ["live"], ["identity", "owners"], ["network"], ["workspace"], ["image", "model"], ["endpoint"]],
    "components/endpoint": [["gate"], ["traffic"], ["deployment"]],
  };
  const cases = Object.entries(rooms).map(([folder, rows]) => {
    const names = rows.flat();
    const rowOf = (room: string) => rows.findIndex((row) => row.includes(room));
    const imports = names.flatMap((from) => names.filter((to) => to !== from).map((to) => ({ from, to })));
    withFiles(Object.fromEntries([`${folder}/index.ts`, ...names.map((room) => `${folder}/${room}/index.ts`)].map((name) => [name, leaf])));
    const neighbors = withFiles(
      Object.fromEntries(imports.map(({ from, to }) => [`${folder}/${from}/imports-${to}.ts`, `export * from "../${to}/index";\n`])),
    );
    const above = withFiles(Object.fromEntries(names.map((room) => [`${folder}/${room}/imports-index.ts`, 'export * from "..";\n'])));
    const refused = [
      ...imports
        .filter(({ from, to }) => rowOf(to) >= rowOf(from))
        .map(({ from, to }) => `${folder}/${from}: ${folder}/${from}/imports-${to}.ts → ${folder}/${to}/index.ts`),
      ...names.map((room) => `${folder}/${room}: ${folder}/${room}/imports-index.ts → ${folder}/index.ts`),
    ];
    return { folder, files: [...neighbors, ...above], refused };
  });

  test.each(cases)("a room of $folder imports only lower ones", ({ files, refused }) => {
    expect(refusedIn(files)).toEqual(refused.sort());
  });
});

describe("the index of a room", () => {
  withFiles({ "components/network/inside.ts": leaf, "components/base/inside.ts": leaf });
  const files = withFiles({
    "cli/past-a-face.ts": 'export * from "../components/network/inside";\n',
    "cli/through-a-face.ts": 'export * from "../components/network";\n',
    "components/endpoint/past-a-face.ts": 'export type { It } from "../network/inside";\n',
    "components/endpoint/through-a-face.ts": 'export * from "../network";\n',
    "components/endpoint/to-the-ground.ts": 'export * from "../base/inside";\n',
    "components/network/at-home.ts": 'export * from "./inside";\n',
  });

  test("is the only file that other rooms can import, except for base", () => {
    expect(refusedIn(files)).toEqual([
      "no-way-past-a-face: cli/past-a-face.ts → components/network/inside.ts",
      "no-way-past-a-face: components/endpoint/past-a-face.ts → components/network/inside.ts",
    ]);
  });
});

describe("the ends of the program", () => {
  withFiles({ "azure-local/index.ts": leaf, "config/index.ts": leaf, "operations/index.ts": leaf, "tests/sweep/index.ts": leaf });
  const files = withFiles({
    "bench/index.ts": 'export * from "../tests/sweep";\n',
    "cli/demo.ts": 'export * from "../tests/sweep";\n',
    "cli/main.ts": 'export * from "../bench";\n',
    "cli/sweep.ts": 'export * from "../tests/sweep";\n',
    "config/samples.ts": 'export * from "../tests/sweep";\n',
    "index.ts":
      'import "./azure-local";\nimport "./components";\nimport "./config";\nimport "./operations";\nexport * from "@pulumi/azure-native";\n',
    "tests/program.test.ts": 'export * from "..";\nexport * from "../azure-local";\n',
  });

  test("index.ts imports its layers, and only the verbs that start tests import tests", () => {
    expect(refusedIn(files)).toEqual([
      "config: config/samples.ts → tests/sweep/index.ts",
      "index.ts: index.ts → azure-local/index.ts",
      "index.ts: index.ts → operations/index.ts",
      "no-azure-native-root: index.ts → node_modules/@pulumi/azure-native/index.js",
      "no-tests: cli/demo.ts → tests/sweep/index.ts",
      "no-tests: config/samples.ts → tests/sweep/index.ts",
    ]);
  });
});

describe("a new folder", () => {
  withFiles({ "components/base/target.ts": leaf });
  const files = withFiles({
    "cli/newcomer/file.ts": 'import "node:fs";\n',
    "components/endpoint/newcomer/file.ts": 'import "../../base/target";\n',
    "components/newcomer/file.ts": 'import "../base/target";\n',
    "newcomer/file.ts": 'import "node:fs";\n',
  });

  test("requires a row, except in a folder without rooms", () => {
    expect(refusedIn(files)).toEqual([
      "no-unlisted-folder: components/endpoint/newcomer/file.ts → components/base/target.ts",
      "no-unlisted-folder: components/newcomer/file.ts → components/base/target.ts",
      "no-unlisted-folder: newcomer/file.ts → fs",
    ]);
  });
});

describe("every form of an import", () => {
  withFiles({ "planner/target.ts": leaf });
  const files = withFiles({
    "facts/forms/bare.ts": 'import "../../planner/target";\n',
    "facts/forms/dynamic.ts": 'export const it = import("../../planner/target");\n',
    "facts/forms/equals.ts": 'import it = require("../../planner/target");\nexport default it;\n',
    "facts/forms/exported.ts": 'export { it } from "../../planner/target";\n',
    "facts/forms/exportedType.ts": 'export type { It } from "../../planner/target";\n',
    "facts/forms/inlineType.ts": 'import { type It } from "../../planner/target";\nexport const it: It = 1;\n',
    "facts/forms/required.ts": 'export const it = require("../../planner/target");\n',
    "facts/forms/type.ts": 'import type { It } from "../../planner/target";\nexport const it: It = 1;\n',
    "facts/forms/typeExpression.ts": 'export type That = import("../../planner/target").It;\n',
    "facts/forms/typeOf.ts": 'export type That = typeof import("../../planner/target");\n',
    "facts/forms/value.ts": 'import { it } from "../../planner/target";\nconsole.log(it);\n',
  });

  test("is checked", () => {
    expect(refusedIn(files)).toEqual(files.map((file) => `facts: ${file} → planner/target.ts`));
  });
});

describe("an import cycle", () => {
  const files = withFiles({
    "azure-local/first.ts": 'import type { It } from "./second";\nexport const first: It = 1;\n',
    "azure-local/second.ts": 'import type { first } from "./first";\nexport type It = number;\nexport type First = typeof first;\n',
    "cli/first.ts": 'import { second } from "./second";\nexport const first = () => second;\n',
    "cli/second.ts": 'import { first } from "./first";\nexport const second = () => first;\n',
    "planner/first.ts": 'export * from "./second";\n',
    "planner/second.ts": 'export type Third = import("./third").It;\n',
    "planner/third.ts": 'import { Third } from "./first";\nexport type It = Third;\n',
    // Two paths to one file are not a cycle.
    "config/bottom.ts": leaf,
    "config/left.ts": 'export * from "./bottom";\n',
    "config/right.ts": 'export * from "./bottom";\n',
    "config/top.ts": 'export { it } from "./left";\nexport type { It } from "./right";\n',
  });

  test("is rejected, for values and for types", () => {
    expect(refusedIn(files)).toEqual([
      "no-circle: azure-local/first.ts → azure-local/second.ts → azure-local/first.ts",
      "no-circle: cli/first.ts → cli/second.ts → cli/first.ts",
      "no-circle: planner/first.ts → planner/second.ts → planner/third.ts → planner/first.ts",
    ]);
  });
});

describe("packages", () => {
  for (const name of ["@pulumi/azure-native", "@pulumi/pulumi", "commander", "fast-check", "node-forge", "ms"]) {
    withFiles({
      [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: "1.0.0" }),
      [`node_modules/${name}/index.js`]: "",
    });
  }
  withFiles({ "node_modules/@pulumi/azure-native/network/index.js": "" });
  const declarations = withFiles({
    "azure-local/itsOwn.ts": 'import "node-forge";\n',
    "azure-local/ofTheProgram.ts": 'import "commander";\n',
    "bench/measured.ts": 'import "fast-check";\n',
    "cli/declared.ts": 'import "commander";\n',
    "cli/dev.ts": 'import "fast-check";\n',
    "config/devType.ts": 'export type Arbitrary = import("fast-check").Arbitrary<number>;\n',
    "config/missing.ts": 'import "./nowhere";\nimport "not-installed";\n',
    "config/ofAzureLocal.ts": 'import "node-forge";\n',
    "config/undeclared.ts": 'import "ms";\n',
    "tests/properties.test.ts": 'import "fast-check";\n',
    "tests/undeclared.test.ts": 'import type * as ms from "ms";\nexport type Semver = typeof ms;\n',
  });
  const roots = withFiles(
    Object.fromEntries(
      ["azure-local", "bench", "cli", "components/model", "tests"].map((folder) => [
        `${folder}/root.ts`,
        'import "@pulumi/azure-native";\n',
      ]),
    ),
  );
  const ofPulumi = withFiles({
    "azure/pulumi.ts": 'import "@pulumi/pulumi";\n',
    "components/network/pulumi.ts": 'import "@pulumi/azure-native/network";\nimport "@pulumi/pulumi";\n',
    "config/pulumi.ts": 'import "@pulumi/pulumi";\n',
    "facts/pulumi.ts": 'import "@pulumi/pulumi";\n',
    "planner/native.ts": 'import "@pulumi/azure-native/network";\n',
    "planner/pulumi.ts": 'import type { Input } from "@pulumi/pulumi";\nexport type Text = Input<string>;\n',
    "program/pulumi.ts": 'import "@pulumi/pulumi";\n',
  });

  test("are declared for the folder of their import", () => {
    expect(refusedIn(declarations)).toEqual([
      "no-dev-package: cli/dev.ts → node_modules/fast-check/index.js",
      "no-dev-package: config/devType.ts → node_modules/fast-check/index.js",
      "no-missing-file: config/missing.ts → ./nowhere",
      "no-missing-file: config/missing.ts → not-installed",
      "no-undeclared-package: azure-local/ofTheProgram.ts → node_modules/commander/index.js",
      "no-undeclared-package: config/ofAzureLocal.ts → node_modules/node-forge/index.js",
      "no-undeclared-package: config/undeclared.ts → node_modules/ms/index.js",
      "no-undeclared-package: tests/undeclared.test.ts → node_modules/ms/index.js",
    ]);
  });

  test("of Pulumi are only allowed in the layers above the planner", () => {
    expect(refusedIn(ofPulumi)).toEqual([
      "no-pulumi: azure/pulumi.ts → node_modules/@pulumi/pulumi/index.js",
      "no-pulumi: facts/pulumi.ts → node_modules/@pulumi/pulumi/index.js",
      "no-pulumi: planner/native.ts → node_modules/@pulumi/azure-native/network/index.js",
      "no-pulumi: planner/pulumi.ts → node_modules/@pulumi/pulumi/index.js",
    ]);
  });

  test("azure-native is imported through its submodules", () => {
    expect(refusedIn(roots)).toEqual(roots.map((file) => `no-azure-native-root: ${file} → node_modules/@pulumi/azure-native/index.js`));
    // The real package's root is at the path of the rule.
    expect(path.relative(root, require.resolve("@pulumi/azure-native"))).toBe("node_modules/@pulumi/azure-native/index.js");
  });
});

test("an error ends the linter with an exit code and prints the rule's comment", () => {
  const sentences = Object.fromEntries(refusals.map(({ what, sentence }) => [what.split(":")[0], sentence]));
  expect(exitCode).toBeGreaterThan(0);
  expect(Object.values(sentences)).not.toContain("");
  expect(sentences).toMatchObject({
    planner: "planner may import only facts and azure.",
    "azure-local": "azure-local may import no other folder.",
    "components/endpoint/traffic":
      "components/endpoint/traffic may not import components/endpoint/deployment or components/endpoint/index.ts.",
    "no-azure-native-root":
      "Import from a submodule, for instance @pulumi/azure-native/machinelearningservices: the root costs 5 s and 400 MB at every preview.",
    "no-circle": "Imports may not form a circle. Move what both files need to a file of its own.",
    "no-dev-package": "Only tests and benchmarks may import a package of devDependencies. Move the package to dependencies.",
    "no-undeclared-package": "The nearest package.json doesn't declare this package. Add it with the exact version that `npm ls` shows.",
  });
});
