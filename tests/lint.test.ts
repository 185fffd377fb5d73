// Proves that the linter holds the direction of imports. It does not prove that every room exists or is used as meant.
import { spawnSync } from "node:child_process";
import * as path from "node:path";

const root = path.join(__dirname, "..");
const biome = path.join(root, "node_modules", "@biomejs", "biome", "bin", "biome");

/** What the linter says of one import written in a file of one room. */
function lint(file: string, from: string): string {
  const input = `import * as it from "${from}";\n\nconsole.log(it);\n`;
  const { stdout, stderr } = spawnSync(process.execPath, [biome, "lint", `--stdin-file-path=${file}`], { cwd: root, input, encoding: "utf8" });
  return stdout + stderr;
}

describe("the linter", () => {
  test.each([
    ["planner/names.ts", "../config/load"],
    ["planner/fit/memory.ts", "../../components"],
    ["planner/names.ts", "@pulumi/pulumi"],
    ["facts/sizes.ts", "../planner/names"],
    ["config/load.ts", "../components/network"],
    ["components/network.ts", "../config/load"],
    ["components/network.ts", "../azure-local"],
    ["azure-local/arm/index.ts", "../../planner/names"],
    ["azure-local/arm/rules/names.ts", "../../../config/load"],
    ["azure-local/index.ts", "../components"],
    ["components/network.ts", "@pulumi/azure-native"],
    ["index.ts", "@pulumi/azure-native"],
  ])("refuses in %s an import from %s", (file, from) => {
    expect(lint(file, from)).toContain("lint/style/noRestrictedImports");
  });

  test.each([
    ["index.ts", "./components"],
    ["config/load.ts", "../planner/names"],
    ["components/gpuDeployment.ts", "../planner/decision"],
    ["components/network.ts", "@pulumi/azure-native/network"],
    ["azure-local/frontdoor/index.ts", "../arm"],
    ["cli/local/session.ts", "../../azure-local"],
  ])("accepts in %s an import from %s", (file, from) => {
    expect(lint(file, from)).not.toContain("noRestrictedImports");
  });
});
