// Proves that each `npm run ...` in messages, comments and docs exists and accepts its options. Doesn't prove what it does: each command
// has other tests.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { commandLine } from "../../cli/main";
import { scripts } from "../../package.json";

const root = path.join(__dirname, "..", "..");

interface Named {
  readonly file: string;
  readonly script: string;
  /** The arguments after ` -- `; empty if there are none. */
  readonly args: string[];
}

function commandsNamed(): Named[] {
  const { stdout } = spawnSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: root, encoding: "utf8" });
  const files = stdout.split("\n").filter((file) => /\.(ts|md|yaml|json)$/.test(file) && !/^tests\/|^package-lock/.test(file));
  return files.flatMap((file) => {
    const text = fs.readFileSync(path.join(root, file), "utf8");
    const found = text.matchAll(/npm run (?:-s )?([a-z][a-z0-9:-]*)(?: -- ([^`"\\\n#]*))?/g);
    return [...found].map(([, script, args = ""]) => ({ file, script: script!, args: args.trim().split(/\s+/).filter(Boolean) }));
  });
}

const named = commandsNamed();
const verbOf = (script: string) => /^node cli\/run\.js ([\w-]+)$/.exec((scripts as Record<string, string>)[script] ?? "")?.[1];

test("the documentation contains many commands", () => {
  expect(named.length).toBeGreaterThan(50);
  expect(new Set(named.map(({ script }) => script)).size).toBeGreaterThan(10);
});

test("each is a script of package.json", () => {
  expect(named.filter(({ script }) => !Object.hasOwn(scripts, script))).toEqual([]);
});

test("each verb of a script is one of the command line", () => {
  const verbs = commandLine().commands.map((command) => command.name());
  const called = Object.keys(scripts).flatMap((script) => verbOf(script) ?? []);
  expect(called.filter((verb) => !verbs.includes(verb))).toEqual([]);
});

test("the options after a command belong to it, and its required options are present", () => {
  const wrong = named.flatMap(({ file, script, args }) => {
    const command = commandLine().commands.find((one) => one.name() === verbOf(script));
    // These commands pass all arguments to pulumi and jest.
    if (command === undefined || args.length === 0 || ["local", "test", "test:e2e"].includes(command.name())) return [];
    const known = [command, ...command.commands].flatMap(({ options }) => options);
    const given = args.filter((arg) => arg.startsWith("-")).map((arg) => arg.split("=")[0]);
    // This command passes the options that it doesn't know to pulumi.
    const unknown =
      command.name() === "platform" ? [] : given.filter((arg) => !known.some(({ short, long }) => arg === short || arg === long));
    const needed = command.options.filter(({ mandatory, short, long }) => mandatory && !given.some((arg) => arg === short || arg === long));
    return [...unknown, ...needed.map(({ flags }) => `without ${flags}`)].map((what) => `${file}: npm run ${script} ${what}`);
  });
  expect(wrong).toEqual([]);
});
