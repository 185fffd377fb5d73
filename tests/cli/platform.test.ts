// Proves that `npm run platform` runs `pulumi up` with the variable that excludes endpoints, passes options on, and returns pulumi's exit code.
// `pulumi` is a script. Doesn't prove that the program then creates no endpoints, or refuses to delete them: see tests/config and tests/e2e.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

jest.setTimeout(30_000);

const run = path.join(__dirname, "../../cli/run.js");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-platform-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Runs the command with a `pulumi` of these shell commands. */
function platform(args: readonly string[], script?: string) {
  const pulumi = path.join(folder, "pulumi");
  fs.rmSync(pulumi, { force: true });
  if (script !== undefined) fs.writeFileSync(pulumi, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const env = { HOME: folder, PATH: folder };
  const { status, stdout, stderr } = spawnSync(process.execPath, [run, "platform", ...args], { encoding: "utf8", env });
  return { status, stdout, stderr };
}

const echo = 'echo "$MOOR_ENDPOINTS: $*"';

test.each<[string[], string]>([
  [["-s", "prod"], "none: up --stack prod\n"],
  [["-s", "prod", "--yes", "--skip-preview"], "none: up --stack prod --yes --skip-preview\n"],
  [["--yes", "--target", "urn:a", "-s", "dev"], "none: up --stack dev --yes --target urn:a\n"],
  [["-s", "other", "--config-file", "Pulumi.other.yaml"], "none: up --stack other --config-file Pulumi.other.yaml\n"],
])("%j", (args, stdout) => {
  expect(platform(args, echo)).toEqual({ status: 0, stdout, stderr: "" });
});

test("The exit code is pulumi's.", () => {
  expect(platform(["-s", "prod"], "exit 7").status).toBe(7);
});

test.each<[string[], string]>([
  [[], "error: required option '-s, --stack <stack>' not specified"],
  [["-s", "nope"], "The stack file Pulumi.nope.yaml does not exist."],
  [["-s", "prod"], "The command `pulumi` is not on the PATH."],
])("%j without pulumi fails with a short message.", (args, message) => {
  const { status, stdout, stderr } = platform(args);
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toContain(message);
});
