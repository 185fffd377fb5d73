// Proves that .ci/run counts the results of its steps, names the failures, and prints which samples it runs. A script takes the place of npm and
// only prints results. That CI runs each tier is proved in tests/tiers.test.ts.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const root = path.join(__dirname, "..");
let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-ci-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const result = (passed: number, testResults: object[] = []) =>
  JSON.stringify({ numPassedTests: passed, numFailedTests: testResults.length, numRuntimeErrorTestSuites: 0, testResults });
const suite = (name: string, seconds: number, failed: string) => ({
  name: path.join(folder, name),
  ...{ status: "failed", startTime: 0, endTime: seconds * 1000 },
  assertionResults: [{ status: "failed", fullName: failed, failureMessages: ["Error: expected 1\n    at somewhere"] }],
});

/** By a part of a command: the shell commands that run in its place, where `$file` is the output file of jest. */
type Commands = Readonly<Record<string, string>>;

const sound: Commands = {
  "test -- --ci": `printf %s '${result(100)}' > $file`,
  "test:e2e": `printf %s '${result(20)}' > $file`,
  "test:histories": `printf %s '${result(3)}' > $file`,
  "test:sweep": "echo 'ok 1'; echo '40 passed, 0 failed'",
  "test:rollout": "echo '5 passed, 0 failed'",
};

/**
 * Runs a copy of .ci/run, in which `npm` is a script.
 * @param programs Value of PATH after the folder of that script. @default - all programs of this machine
 */
function run(commands: Commands, programs = process.env.PATH) {
  const cases = Object.entries(commands).map(([part, shell]) => `*"${part}"*) ${shell};;`);
  const npm = [
    "#!/bin/sh",
    'for one in "$@"; do case $one in --outputFile=*) file=${one#*=};; esac; done',
    'echo "npm $*"',
    'case "$*" in',
  ];
  fs.mkdirSync(path.join(folder, "bin"));
  fs.writeFileSync(path.join(folder, "bin", "npm"), [...npm, ...cases, "esac"].join("\n"), { mode: 0o755 });
  fs.cpSync(path.join(root, ".ci"), path.join(folder, ".ci"), { recursive: true });
  const env = { ...process.env, PATH: `${path.join(folder, "bin")}:${programs}`, GIT_CEILING_DIRECTORIES: path.dirname(folder) };
  const git = (...args: string[]) =>
    spawnSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], { cwd: folder, env });
  return {
    git,
    output: () => {
      const { status, stdout } = spawnSync(path.join(folder, ".ci", "run"), { env, encoding: "utf8" });
      return { status, lines: stdout.trimEnd().split("\n") };
    },
  };
}

test("tests, steps and five checks are counted", () => {
  const { status, lines } = run(sound).output();
  expect(lines.at(-1)).toBe("173 passed, 0 failed");
  expect(status).toBe(0);
});

test("failures are counted and named, and a command without results has failed", () => {
  const { status, lines } = run({
    ...sound,
    "test -- --ci": `printf %s '${result(98, [suite("tests/a.test.ts", 3, "adds"), suite("tests/b.test.ts", 7, "divides")])}' > $file; exit 1`,
    "test:e2e": "exit 3",
    "test:histories": `printf %s '${result(3)}' > $file; exit 1`,
    "test:sweep": "echo 'FAILED 2 a write'; echo '39 passed, 1 failed'; exit 1",
    "test:rollout": "echo 'no memory'; exit 1",
    lint: "exit 1",
  }).output();
  expect(lines.at(-1)).toBe("144 passed, 7 failed");
  expect(status).toBe(1);
  const named = lines.slice(lines.indexOf("== what failed")).join("\n");
  expect(named).toMatch(/tests\/a\.test\.ts: adds$/m);
  expect(named).toMatch(/tests\/b\.test\.ts: divides$/m);
  expect(named).toMatch(/^e2e: ended with code 3 and without results$/m);
  expect(named).toMatch(/^histories: no test failed, but jest ended with code 1$/m);
  expect(named).toContain("sweep: FAILED 2 a write");
  expect(named).toContain("rollout: npm run --silent test:rollout");
  expect(named).toMatch(/^lint$/m);
});

test("the slowest suites of each run of jest are listed, the slowest first", () => {
  const suites = [suite("tests/a.test.ts", 3, "adds"), suite("tests/b.test.ts", 7, "divides")];
  const { lines } = run({ ...sound, "test:e2e": `printf %s '${result(1, suites)}' > $file` }).output();
  const listed = lines.slice(
    lines.indexOf(
      "Slowest suites:",
      lines.findIndex((line) => line.startsWith("== e2e")),
    ),
  );
  expect(listed[1]).toMatch(/^ +7\.0 s {2}.*tests\/b\.test\.ts$/);
  expect(listed[2]).toMatch(/^ +3\.0 s {2}.*tests\/a\.test\.ts$/);
});

test("a step that writes a file under version control has failed, even if the content is the same", () => {
  const ci = run({ ...sound, "test:e2e": `cp .ci/run copy && cat copy > .ci/run; printf %s '${result(20)}' > $file` });
  ci.git("init", "--quiet");
  ci.git("add", ".ci/run");
  const { status, lines } = ci.output();
  expect(lines.slice(-4)).toEqual(["== what failed", "untouched", "", "172 passed, 1 failed"]);
  expect(lines.slice(lines.findIndex((line) => line.startsWith("== untouched")) + 1)).toEqual(
    expect.arrayContaining(["These files under version control were written:", ".ci/run"]),
  );
  expect(status).toBe(1);
});

test.each([
  "  ●  Cannot log after tests are done. Did you forget to wait for something async in your test?",
  "ReferenceError: You are trying to `import` a file after the Jest environment has been torn down.",
  "You are trying to access a property or method of the Jest environment after it has been torn down.",
])("suites that jest reports as passed have failed after the message: %s", (message) => {
  const { lines } = run({ ...sound, "test:e2e": `echo '${message}'; printf %s '${result(20)}' > $file` }).output();
  expect(lines.slice(-4)).toEqual(["== what failed", "e2e: a suite still ran after its end", "", "173 passed, 1 failed"]);
});

test("a commit always has the same samples, which are printed with the commands that run all tests", () => {
  const ci = run(sound);
  expect(ci.output().lines[0]).toBe("Samples for no commit, because this is not a git repository:");
  ci.git("init", "--quiet");
  ci.git("commit", "--quiet", "--allow-empty", "--message", "One");
  const head = ci.git("rev-parse", "HEAD").stdout.toString().trim();
  const seed = Number.parseInt(head.slice(0, 7), 16) + 1;
  const [first, ...samples] = ci.output().lines;
  expect(first).toBe(`Samples of commit ${head}:`);
  expect(samples[0]).toContain(`group ${(seed % 4) + 1}/4`);
  expect(samples[1]).toContain(`seed ${seed}; all histories: npm run test:histories`);
  expect(samples.find((line) => line.includes("npm run --silent test:sweep"))).toContain(`--group ${(seed % 4) + 1}/4`);
});

/** The programs of this machine, except those that build and publish images; `apt-get` is a script. */
function newMachine(aptGet: string): string {
  const programs = path.join(folder, "programs");
  fs.mkdirSync(programs);
  for (const from of (process.env.PATH ?? "").split(":").filter((one) => fs.existsSync(one))) {
    for (const name of fs.readdirSync(from)) {
      const to = path.join(programs, name);
      const left = ["buildah", "skopeo", "docker-registry", "debootstrap", "ip", "apt-get", "sudo"].includes(name);
      if (!left && !fs.existsSync(to)) fs.symlinkSync(path.join(from, name), to);
    }
  }
  fs.writeFileSync(path.join(programs, "apt-get"), `#!/bin/sh\n${aptGet}\n`, { mode: 0o755 });
  fs.writeFileSync(path.join(programs, "sudo"), '#!/bin/sh\nshift\nexec "$@"\n', { mode: 0o755 });
  return programs;
}

test("a new machine gets the programs that build and publish images, and each that it can't get is named", () => {
  const log = path.join(folder, "apt-get.log");
  const installs = `echo "$*" >>${log}; [ $1 = update ] || for one in buildah skopeo debootstrap ip; do ln -s /bin/true ${folder}/programs/$one; done`;
  const { lines } = run(sound, newMachine(installs)).output();
  expect(fs.readFileSync(log, "utf8")).toBe(
    "update -qq\ninstall -qq --no-install-recommends buildah skopeo docker-registry debootstrap iproute2\n",
  );
  const [, ...said] = lines.slice(lines.findIndex((line) => line.startsWith("== packages")));
  expect(said.slice(0, 5)).toEqual([
    "Installed buildah.",
    "Installed skopeo.",
    "NOT INSTALLED: docker-registry. Its tests will fail.",
    "Installed debootstrap.",
    "Installed ip.",
  ]);
});

test("if apt-get fails, the run says why and goes on", () => {
  const { status, lines } = run(sound, newMachine("echo 'no route to the archive' >&2; exit 100")).output();
  expect(lines).toContain("no route to the archive");
  expect(lines).toContain("NOT INSTALLED: buildah. Its tests will fail.");
  expect([status, lines.at(-1)]).toEqual([0, "173 passed, 0 failed"]);
});
