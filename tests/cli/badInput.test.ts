// Proves that a command with invalid arguments fails with a short message: what is wrong, what is allowed and how to fix it. Doesn't prove
// what the engine prints for an invalid stack file: see tests/e2e.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { failure } from "../../cli/demo/pulumi";

jest.setTimeout(30_000);

const run = path.join(__dirname, "../../cli/run.js");

function moor(args: readonly string[], home = path.join(os.tmpdir(), "moor-none")) {
  const env = { ...process.env, MOOR_LOCAL_HOME: home };
  const { status, stderr } = spawnSync(process.execPath, [run, ...args], { encoding: "utf8", env, timeout: 20_000 });
  return { status, stderr: stderr.trimEnd() };
}

const usage = (verb: string, rest: string) =>
  `Usage: npm run ${verb} -- ${rest}\nFor help, run: npm run ${verb} -- --help. Options must follow the --.`;

test.each<[string[], string]>([
  [["lock"], `error: required option '-s, --stack <stack>' not specified\n${usage("lock", "[options]")}`],
  [["fit"], `error: missing required argument 'model'\n${usage("fit", "[options] <model>")}`],
  [["demo", "x"], `error: too many arguments for 'demo'. Expected 0 arguments but got 1.\n${usage("demo", "[options]")}`],
  [["lock", "-s", "nope"], "The stack file Pulumi.nope.yaml does not exist. Stacks with a stack file: dev, prod."],
  [
    ["retire", "-s", "nope", "--endpoint", "chat", "--label", "main"],
    "The stack file Pulumi.nope.yaml does not exist. Stacks with a stack file: dev, prod.",
  ],
  [["lock", "-s", "../dev"], "The stack file Pulumi.../dev.yaml does not exist. Stacks with a stack file: dev, prod."],
])("%j", (args, message) => {
  const { status, stderr } = moor(args);
  expect(stderr).toBe(message);
  // fit uses 1 and 2 for its answers.
  expect(status).toBe(args[0] === "fit" ? 3 : 1);
});

test.each<[string[], string]>([
  [["--load", "many"], '--load is "many". Allowed: a whole number of 1 or more.'],
  [["--load", "1001"], "--load is 1001. Allowed: a whole number from 1 to 1000."],
  [["--load", "1", "--seconds", "0"], '--seconds is "0". Allowed: a whole number of 1 or more.'],
  [["--svg", "x.svg", "--seconds", "1"], "--seconds, --svg can only be set with --load. Add --load, or omit it."],
  [["--unknown"], `error: unknown option '--unknown'\n${usage("smoke", "[options]")}`],
  [
    ["--load", "1", "--svg", os.tmpdir()],
    `The plot can't be written to ${os.tmpdir()} (it is a folder). Set --svg to a file in a writable folder.`,
  ],
])("smoke %j tests nothing, which has an exit code of its own.", (args, message) => {
  expect(moor(["smoke", "-s", "dev", ...args])).toEqual({ status: 2, stderr: message });
});

test.each([[["local", "preview", "-s", "dev"]], [["azure-local"]], [["azure-local", "token", "someone"]]])(
  "A home folder that can't be created ends %j immediately: below a file, and in /proc, where Node's own function for creating folders never returns.",
  (args) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-home-"));
    try {
      const file = path.join(folder, "file");
      fs.writeFileSync(file, "");
      for (const home of [file, path.join(file, "below"), ...(fs.existsSync("/proc/self") ? ["/proc/moor"] : [])]) {
        const { status, stderr } = moor(args, home);
        expect(stderr).toMatch(/^The local Azure can't use the folder .* Set MOOR_LOCAL_HOME to a writable folder\.$/);
        expect(stderr).toContain(home);
        expect(status).toBe(1);
      }
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  },
);

test("The demo reports a failure with pulumi's diagnostics, and how to recover only if a run can be incomplete.", () => {
  const progress = ["Updating (dev):", "@ updating....", "    pulumi:pulumi:Stack moor-dev error: a"];
  expect(failure([...progress, "Diagnostics:", "  error: a", ""], "dev")).toBe(
    "Diagnostics:\n  error: a\nIf an earlier run was interrupted, repair the state with `npm run recover -- -s dev --local`, then run the command again.",
  );
  const errors = ["Diagnostics:", '  error: Stack "dev" has 1 configuration error. Nothing was created or changed.'];
  expect(failure([...progress, ...errors], "dev")).toBe(errors.join("\n"));
  expect(failure(["error: no such stack"], "dev")).toContain("error: no such stack\nIf an earlier run");
});
