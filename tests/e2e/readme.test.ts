// Runs all commands in `sh` blocks of the README in order, in a copy of the project, with the real `pulumi` engine against the local Azure.
// Leaves out `npm test`, which would run itself. Doesn't prove that a subscription accepts what the simulator accepts.
// tests/clients/examples.test.ts tests the client examples.
import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { withTables } from "../../cli/generate";
import { openSession, root } from "../../cli/local/session";
import { outputOf } from "../support/childOutput";

jest.setTimeout(600_000);

const readme = fs.readFileSync(path.join(root, "README.md"), "utf8");
const blocks = [...readme.matchAll(/^( *)```sh\n(.*?)^\1```$/gms)].map(([, , block]) => block!);
const commands = blocks.flatMap((block) => block.split("\n").flatMap((line) => line.trim() || []));

/** A copy of the files that git tracks or would add, with the packages of this checkout. */
function copyProject(): string {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), "moor-readme-"));
  const { stdout } = spawnSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: root, encoding: "utf8" });
  for (const file of stdout.split("\0").filter((name) => name && fs.existsSync(path.join(root, name)))) {
    fs.mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
    fs.copyFileSync(path.join(root, file), path.join(copy, file));
  }
  fs.symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
  return copy;
}

test("every command of the README works", async () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-readme-home-"));
  const copy = copyProject();
  const session = await openSession(() => {}, path.join(home, "azure-of-the-reader"));
  try {
    const env = { ...session.environment, MOOR_LOCAL_HOME: path.join(home, "local") };
    expect(commands.length).toBeGreaterThan(10);
    for (const command of commands.filter((line) => !/^npm (run )?test\b/.test(line))) {
      const { exitCode, output } = await run(command, copy, env);
      if (exitCode !== 0) throw new Error(`${command} ends with exit code ${exitCode}:\n${output}`);
      if (command === "npm run demo") expect(output).toContain("Stand-in answer, no model ran.");
    }
  } finally {
    await session.close();
    fs.rmSync(home, { recursive: true, force: true });
    fs.rmSync(copy, { recursive: true, force: true });
  }
});

function run(command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<{ exitCode: number | null; output: string }> {
  const child = spawn("sh", ["-c", command], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const output = outputOf(child);
  return new Promise((resolve) => child.on("close", (exitCode) => resolve({ exitCode, output: output() })));
}

test("the README's tables match the program", () => {
  expect(withTables(readme)).toBe(readme);
});

test("a README without its markers is rejected", () => {
  expect(() => withTables("# Moor\n")).toThrow("README.md doesn't contain the markers");
});
