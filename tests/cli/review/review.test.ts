// Proves the arguments, the outputs and the exit codes of `npm run review`, with saved previews. Doesn't prove new previews: see
// tests/e2e/reviewBase.test.ts.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { chosenStacks } from "../../../cli/review/options";
import { eventsOf } from "../../review/previews";

jest.setTimeout(60_000);

const runner = path.join(__dirname, "../../../cli/run.js");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-review-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

function saved(name: string): string {
  const file = path.join(folder, `${name}.ndjson`);
  fs.writeFileSync(file, eventsOf(name));
  return file;
}

function review(args: readonly string[], input = "") {
  // No pulumi is on the PATH.
  const env = { HOME: process.env.HOME, PATH: path.dirname(process.execPath) };
  const { status, stdout, stderr } = spawnSync(process.execPath, [runner, "review", ...args], { encoding: "utf8", env, input });
  return { status, stdout, stderr: stderr.trimEnd() };
}

const usage = "Usage: npm run review -- [options]\nFor help, run: npm run review -- --help. Options must follow the --.";
const both = (one: string, other: string, why: string) => `${one} and ${other} can't be set together: ${why} Omit one of them.`;

test.each<[string[], string]>([
  [["-s", "dev,nope", "-s", "../dev"], "There is no stack file for nope, ../dev. Set --stack to one of: dev, prod."],
  [["-s", ""], 'There is no stack file for "". Set --stack to one of: dev, prod.'],
  [["--from", "a", "-s", "dev"], both("--from", "--stack", "a saved preview contains its stack.")],
  [["--from", "a", "--base", "main"], both("--from", "--base", "--base runs new previews.")],
  [["--from", "a", "--local"], both("--from", "--local", "a saved preview needs no stack.")],
  [["--base", "main", "--local"], both("--base", "--local", "--base uses a local Azure of its own.")],
  [["--format", "json", "--output", "x"], both("--format", "--output", "--output writes both formats.")],
  [["--unknown"], `error: unknown option '--unknown'\n${usage}`],
  [["--format", "html"], `error: option '--format <format>' argument 'html' is invalid. Allowed choices are markdown, json.\n${usage}`],
  [["dev"], `error: too many arguments for 'review'. Expected 0 arguments but got 1.\n${usage}`],
  [["-s", "dev"], expect.stringContaining("The command `pulumi` is not on the PATH.")],
])("%j gives no review.", (args, message) => {
  expect(review(args)).toEqual({ status: 2, stdout: "", stderr: message });
});

test("A file that isn't a saved preview is named.", () => {
  const file = path.join(folder, "list.json");
  fs.writeFileSync(file, "[]");
  expect(review(["--from", file])).toEqual({
    status: 2,
    stdout: "",
    stderr: expect.stringMatching(/list\.json is not a saved preview\. /),
  });
  const missing = path.join(folder, "missing");
  expect(review(["--from", missing]).stderr).toContain(`${missing} can't be read (ENOENT`);
  expect(review(["--from", folder]).stderr).toContain(`${folder} can't be read (EISDIR`);
  expect(review(["--from", "-"]).stderr).toContain("The standard input is not a saved preview. ");
});

test("A wrong file among others is the only message.", () => {
  const file = path.join(folder, "cut.json");
  fs.writeFileSync(file, eventsOf("tag").slice(0, 1000));
  const { status, stdout, stderr } = review(["--from", saved("tag"), "--from", file, "--from", saved("destroy")]);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr.split("\n")[0]).toBe(
    `${file} is not a saved preview. The text starts like JSON, but it is cut off, or contains more than one value.`,
  );
});

test("Two previews of one stack are refused, and one file that is named twice is read once.", () => {
  const [tag, model] = [saved("tag"), saved("model")];
  expect(review(["--from", tag, "--from", model])).toMatchObject({
    status: 2,
    stderr: `${tag} and ${model} are both previews of the stack prod. Set --from for one of them.`,
  });
  expect(review(["--from", tag, "--from", tag])).toMatchObject({ status: 0, stderr: "prod: previewed" });
});

test("A saved preview is reviewed in both formats, on the standard output or in a folder.", () => {
  const [file, output] = [saved("tag"), path.join(folder, "new", "output")];
  const markdown = review(["--from", file]);
  const json = review(["--from", "-", "--format", "json"], eventsOf("tag"));
  expect([markdown.status, json.status]).toEqual([0, 0]);
  expect(markdown.stdout).toContain("prod");
  expect(JSON.parse(json.stdout)).toMatchObject({ version: 1, source: { kind: "saved" }, stacks: [{ stack: "prod" }] });
  expect(JSON.parse(json.stdout).stacks[0]).not.toHaveProperty("approval");
  expect(review(["--from", file, "--output", output])).toEqual({ status: 0, stdout: "", stderr: "prod: previewed" });
  expect(fs.readFileSync(path.join(output, "review.md"), "utf8")).toBe(markdown.stdout);
  expect(fs.readFileSync(path.join(output, "review.json"), "utf8")).toBe(json.stdout);
});

test("A failed preview is in the review, and the exit code says it.", () => {
  const { status, stdout, stderr } = review(["--from", saved("region"), "--from", saved("destroy"), "--format", "json"]);
  expect([status, stderr]).toEqual([1, "prod: the preview failed\ndev: previewed"]);
  expect(JSON.parse(stdout)).toMatchObject({
    stacks: [
      { stack: "dev", result: "succeeded" },
      { stack: "prod", result: "failed" },
    ],
  });
});

test("A run without a review leaves none of an earlier run.", () => {
  const output = path.join(folder, "earlier");
  fs.mkdirSync(output);
  for (const name of ["review.md", "review.json", "other"]) fs.writeFileSync(path.join(output, name), "");
  expect(review(["--from", path.join(folder, "missing"), "--output", output]).status).toBe(2);
  expect(fs.readdirSync(output)).toEqual(["other"]);
});

test("An output that can't be written is refused before the previews.", () => {
  const file = path.join(folder, "file");
  fs.writeFileSync(file, "");
  for (const output of [file, path.join(file, "below"), ...(fs.existsSync("/proc/self") ? ["/proc/moor"] : [])]) {
    const { status, stderr } = review(["--from", "none", "--output", output]);
    expect(stderr).toMatch(/^The review can't be written to .* Set --output to a writable folder\.$/);
    expect(status).toBe(2);
  }
});

test("Stacks are reviewed in the given order and once, and by default all.", () => {
  const stacks = path.join(folder, "stacks");
  fs.mkdirSync(stacks);
  expect(() => chosenStacks(undefined, stacks)).toThrow("There is no stack file Pulumi.<stack>.yaml, so there is nothing to review.");
  for (const stack of ["b", "a", "c"]) fs.writeFileSync(path.join(stacks, `Pulumi.${stack}.yaml`), "");
  expect(chosenStacks(undefined, stacks)).toEqual(["a", "b", "c"]);
  expect(chosenStacks(["c", "a", "c"], stacks)).toEqual(["c", "a"]);
});
