// Proves what `npm run lock` prints and writes about windows and cooldown for a lock file without them, with the fixtures of an earlier
// version. Doesn't prove the times: see tests/planner/serving/scaling.test.ts.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { lock } from "../../../cli/lock";

const fixtures = path.join(__dirname, "..", "..", "config", "fixtures", "0.1.0");
const root = path.join(__dirname, "..", "..", "..");

let folder = "";
let printed: string[] = [];
beforeEach(() => {
  printed = [];
  jest.spyOn(console, "log").mockImplementation((line) => printed.push(line));
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-lock-"));
  fs.cpSync(path.join(root, "docker", "score"), path.join(folder, "docker", "score"), { recursive: true });
});
afterEach(() => {
  jest.restoreAllMocks();
  fs.rmSync(folder, { recursive: true, force: true });
});

const take = (...names: string[]) => {
  for (const name of names) fs.copyFileSync(path.join(fixtures, name), path.join(folder, name));
};
const lockText = (stack: string) => fs.readFileSync(path.join(folder, `moor.lock.${stack}.yaml`), "utf8");
const because = (minutes: number) =>
  `scaleInWindowMinutes ${minutes}, cooldownMinutes ${minutes}: a new instance is ready within ${minutes} min, 5 to allocate the machine and ${minutes - 5} to start`;

/** The lines of a lock without its comments: the wording of reasons has changed since the fixtures were written. */
const valuesOf = (lines: readonly string[]) => lines.filter((line) => !line.trim().startsWith("#"));
/** Whether a line of `--check` reports a reason, not a value. */
const isReason = (line: string) => /^\S+ reason: /.test(line);

test.each([
  ["large", 40, []],
  // The earlier client settings did not follow the explicit timeout.
  [
    "flags",
    19,
    [
      "chat/main reason: clients: max_tokens at most 1988, timeout 50 s, retry 408, 424, 429 with a doubling pause → clients: max_tokens at most 7229, timeout 130 s, retry 408, 424, 429 with exponential backoff",
    ],
  ],
])(
  "--check of an earlier lock of %s reports window and cooldown of %d min with the reason, and no other value",
  async (stack, minutes, more) => {
    take(`Pulumi.${stack}.yaml`, `moor.lock.${stack}.yaml`);
    const before = lockText(stack);
    const message = await lock({ stack, folder, check: true }).then(() => "", String);
    const lines = message.split("\n");
    const reasons = lines.filter(isReason);
    expect(reasons).toEqual(expect.arrayContaining(more));
    expect(lines.filter((line) => !isReason(line))).toEqual([
      `Error: moor.lock.${stack}.yaml differs in ${2 + reasons.length} values from the decisions of this version of Moor.`,
      `chat/main scaleRule.scaleInWindowMinutes: not set → ${minutes}`,
      `  reason: ${because(minutes)}`,
      `chat/main scaleRule.cooldownMinutes: not set → ${minutes}`,
      `Nothing was changed. To apply the differences, run \`npm run lock -- -s ${stack}\`, commit the file, and run \`pulumi up\`.`,
    ]);
    expect(lockText(stack)).toBe(before);
  },
);

test("after another `lock`, the deployment keeps its name, and the lock file contains the two values with their reason, and the client settings", async () => {
  take("Pulumi.large.yaml", "moor.lock.large.yaml");
  // The comments at the top of the file are those of this version.
  const lines = () =>
    lockText("large")
      .split("\n")
      .filter((line) => !line.startsWith("#"));
  const before = lines();
  await lock({ stack: "large", folder });
  const after = lockText("large").split("\n");
  expect(after).toContain(`        # ${because(40)}`);
  expect(valuesOf(after).filter((line) => !before.includes(line))).toEqual([
    "          scaleInWindowMinutes: 40",
    "          cooldownMinutes: 40",
    "        clients:",
    "          maxTokens: 1353",
    "          timeoutSeconds: 70",
    "          retryOn:",
    "            - 408",
    "            - 424",
    "            - 429",
  ]);
  expect(valuesOf(after).filter((line) => before.includes(line))).toEqual(valuesOf(before));
  await lock({ stack: "large", folder, check: true });
  expect(printed.at(-1)).toBe("moor.lock.large.yaml matches the decisions of this version of Moor.");
});

test.each(["prod", "score", "kept", "rolledback"])(
  "--check of an earlier lock of %s, which starts fast enough, reports no value, and nothing after another `lock`",
  async (stack) => {
    take(`Pulumi.${stack}.yaml`, `moor.lock.${stack}.yaml`);
    const before = lockText(stack).split("\n");
    const message = await lock({ stack, folder, check: true }).then(() => "", String);
    expect(
      message
        .split("\n")
        .slice(1, -1)
        .filter((line) => !isReason(line)),
    ).toEqual([]);
    await lock({ stack, folder });
    expect(valuesOf(lockText(stack).split("\n")).filter((line) => before.includes(line))).toEqual(valuesOf(before));
    await lock({ stack, folder, check: true });
    expect(printed.at(-1)).toBe(`moor.lock.${stack}.yaml matches the decisions of this version of Moor.`);
  },
);
