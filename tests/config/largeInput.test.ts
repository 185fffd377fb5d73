// Proves that checking a very large stack file takes less than a second of CPU time and results in a readable report. Doesn't prove how
// long Pulumi takes to read such a file.
import { checkStack } from "../../config/checkStack";
import { reportErrors } from "../../config/errors";
import { goodSettings, rawStack, scoreDeployment, spoilt, type Tree, vllmDeployment } from "./stacks";

const main = (settings: Tree): Tree => settings["moor:endpoints"].chat.deployments.main;
const names = (count: number) => Array.from({ length: count }, (_, index) => `name${index}`);
const many = (count: number, value: unknown): Tree => Object.fromEntries(names(count).map((name) => [name, value]));
const megabyte = "x".repeat(1_000_000);

test.each<[string, (settings: Tree) => void]>([
  ["a size of 1 MB", (s) => (main(s).size = megabyte)],
  ["a region of 1 MB", (s) => (s["azure-native:location"] = megabyte)],
  ["a geography of 1 MB", (s) => (s["moor:residency"].geography = megabyte)],
  ["an unknown key of 1 MB", (s) => (main(s)[megabyte] = 1)],
  ["an unknown key of 1 MB of spaced words", (s) => (main(s)["a b ".repeat(250_000)] = 1)],
  ["a label of 1 MB", (s) => (s["moor:endpoints"].chat.deployments = { [megabyte]: vllmDeployment() })],
  ["a quota family of 1 MB", (s) => (s["moor:quota"] = { [megabyte]: { limit: 1 } })],
  ["an enumerated value of 1 MB", (s) => (s["moor:endpoints"].chat.auth = megabyte)],
  ["a flag's value of 1 MB", (s) => (main(s).vllm.flags = { dtype: megabyte })],
  ["a path of 1 MB to a config.json", (s) => (main(s).vllm.configJson = megabyte)],
  ["a path of 1 MB to a score.py", (s) => (s["moor:endpoints"].chat.deployments.main = scoreDeployment({ score: { path: megabyte } }))],
  ["10,000 unknown keys", (s) => Object.assign(main(s), many(10_000, 1))],
  ["10,000 unknown settings", (s) => Object.assign(s, Object.fromEntries(names(10_000).map((name) => [`moor:${name}`, 1])))],
  ["10,000 unknown flags", (s) => (main(s).vllm.flags = many(10_000, 1))],
  ["10,000 unknown regions", (s) => (s["moor:residency"] = { regions: names(10_000) })],
  ["10,000 unknown quota families", (s) => (s["moor:quota"] = many(10_000, { limit: 1 }))],
  ["10,000 tags", (s) => (s["moor:platform"].tags = many(10_000, "x"))],
  ["10,000 deployments", (s) => (s["moor:endpoints"].chat.deployments = many(10_000, vllmDeployment()))],
  [
    "10,000 endpoints of one name",
    (s) => (s["moor:endpoints"] = many(10_000, { auth: "key", name: "chat", deployments: { main: vllmDeployment() } })),
  ],
])("%s is rejected within a second, with a short report", (_, spoil) => {
  const raw = rawStack(spoilt(spoil));
  const before = process.cpuUsage();
  const checked = checkStack(raw);
  const report = "errors" in checked ? reportErrors("dev", checked.errors) : "";
  const { user, system } = process.cpuUsage(before);
  expect(report).toMatch(/^Stack "dev" has /);
  expect(report.length).toBeLessThan(100_000);
  expect(Math.max(...report.split("\n").map((line) => line.length))).toBeLessThan(2_500);
  expect((user + system) / 1e6).toBeLessThan(1);
});

test("a report of many errors shows the first fifty and the total number", () => {
  const checked = checkStack(rawStack(spoilt((s) => Object.assign(main(s), many(120, 1)))));
  const report = "errors" in checked ? reportErrors("dev", checked.errors) : "";
  expect(report).toMatch(/^Stack "dev" has 120 configuration errors\. Nothing was created or changed\./);
  expect(report.match(/^MOOR001 /gm)).toHaveLength(50);
  expect(report).toMatch(/\n\n70 more errors are not shown\. Fix the errors above first\.$/);
});

test("the stack that these tests enlarge is valid", () => {
  expect("spec" in checkStack(rawStack(goodSettings()))).toBe(true);
});
