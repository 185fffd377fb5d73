// Proves that the linter holds the direction of imports. It does not prove that every room exists or is used as meant.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const root = path.join(__dirname, "..");
const biome = path.join(root, "node_modules", "@biomejs", "biome", "bin", "biome");

const refused: [file: string, from: string][] = [
  ["planner/names.ts", "../config/load"],
  ["planner/fit/memory.ts", "../../components"],
  ["planner/decision.ts", "@pulumi/pulumi"],
  ["facts/sizes.ts", "../planner/names"],
  ["config/load.ts", "../components/network"],
  ["components/network.ts", "../config/load"],
  ["components/traffic.ts", "../azure-local"],
  ["azure-local/arm/index.ts", "../../planner/names"],
  ["azure-local/arm/rules/names.ts", "../../../config/load"],
  ["azure-local/index.ts", "../components"],
  ["components/model.ts", "@pulumi/azure-native"],
  ["index.ts", "@pulumi/azure-native"],
];
const accepted: [file: string, from: string][] = [
  ["cli/demo.ts", "../components"],
  ["config/spec.ts", "../planner/names"],
  ["components/gpuDeployment.ts", "../planner/decision"],
  ["components/workspace.ts", "@pulumi/azure-native/network"],
  ["azure-local/frontdoor/index.ts", "../arm"],
  ["cli/local/session.ts", "../../azure-local"],
];

/** Lints a tree in which each file has one import, and yields the files where that import is refused. */
function filesWithRefusedImport(files: [file: string, from: string][]): string[] {
  const tree = fs.mkdtempSync(path.join(os.tmpdir(), "moor-lint-"));
  try {
    fs.copyFileSync(path.join(root, "biome.json"), path.join(tree, "biome.json"));
    fs.cpSync(path.join(root, "lint"), path.join(tree, "lint"), { recursive: true });
    for (const [file, from] of files) {
      fs.mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
      fs.writeFileSync(path.join(tree, file), `import * as it from "${from}";\n\nconsole.log(it);\n`);
    }
    const args = [biome, "lint", "--vcs-enabled=false", "--reporter=json", "--max-diagnostics=none", "."];
    const { stdout } = spawnSync(process.execPath, args, { cwd: tree, encoding: "utf8" });
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { category: string; location: { path: string } }[] };
    return diagnostics.filter(({ category }) => category === "lint/style/noRestrictedImports").map(({ location }) => location.path);
  } finally {
    fs.rmSync(tree, { recursive: true });
  }
}

test("the linter refuses an import against the direction, and of azure-native's root", () => {
  const found = filesWithRefusedImport([...refused, ...accepted]);
  expect(found.map((file) => file.replace(/^\.\//, "")).sort()).toEqual(refused.map(([file]) => file).sort());
});
