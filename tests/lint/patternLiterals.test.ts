// Proves that the linter refuses comparisons with the name of a pattern. Doesn't prove that a table stands where one is needed.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { patterns } from "../../planner/pattern";

const root = path.join(__dirname, "..", "..");
const biome = path.join(root, "node_modules", "@biomejs", "biome", "bin", "biome");
const message =
  "Don't compare with the name of a pattern: a new pattern would compile without being handled. Use a table typed by Pattern, such as Record<Pattern, …>.";

const refused = patterns.flatMap((name) => [
  `it === "${name}"`,
  `it !== "${name}"`,
  `it == "${name}"`,
  `it != "${name}"`,
  `"${name}" === it`,
  `it === '${name}' ? 1 : 2`,
  `{ if (of.it !== "${name}") it(); }`,
  `{ switch (it) { case "${name}": it(); } }`,
  `it.includes("${name}")`,
  `["${name}", "other"].includes(it)`,
]);
const accepted = [
  'it === "other"',
  '["other"].includes(it)',
  "it === of.it",
  'of["score"].includes(it)',
  ...patterns.flatMap((name) => [`({ ${name}: 1 })`, `it("${name}")`, `["${name}"]`, `it.${name} === undefined`, `it + "${name}"`]),
];

/** Lints a tree with one file for each statement, in the room. Yields the statements that are refused. */
function refusedIn(room: string, statements: readonly string[]): string[] {
  const tree = fs.mkdtempSync(path.join(os.tmpdir(), "moor-lint-"));
  try {
    fs.copyFileSync(path.join(root, "biome.json"), path.join(tree, "biome.json"));
    fs.cpSync(path.join(root, "lint"), path.join(tree, "lint"), { recursive: true });
    fs.mkdirSync(path.join(tree, room), { recursive: true });
    for (const [index, statement] of statements.entries()) fs.writeFileSync(path.join(tree, room, `${index}.ts`), `${statement};\n`);
    const args = [biome, "lint", "--vcs-enabled=false", "--reporter=json", "--max-diagnostics=none", "."];
    const { stdout } = spawnSync(process.execPath, args, { cwd: tree, encoding: "utf8" });
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: { message: string; location: { path: string } }[] };
    const found = diagnostics.filter((diagnostic) => diagnostic.message === message);
    return found.map(({ location }) => statements[Number(path.basename(location.path, ".ts"))]!);
  } finally {
    fs.rmSync(tree, { recursive: true });
  }
}

test.each(["azure-local/scoringProxy", "cli", "components/endpoint", "config", "planner", "."])(
  "The linter refuses comparisons with the name of a pattern (folder %s).",
  (room) => {
    expect(refusedIn(room, [...refused, ...accepted]).sort()).toEqual([...refused].sort());
  },
);

test("Tests may compare.", () => {
  expect(refusedIn("tests/components", refused)).toEqual([]);
});
