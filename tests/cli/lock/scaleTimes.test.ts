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
  `scaleInWindowMinutes ${minutes}, cooldownMinutes ${minutes}: a new instance serves after up to ${minutes} min, 5 for Azure's machine and ${minutes - 5} for the start`;

test.each([
  ["large", 40, []],
  // The earlier recommendations for clients didn't consider the manually set timeout.
  [
    "flags",
    19,
    [
      "chat/main reason: clients: max_tokens at most 1988, timeout 50 s, retry 408, 424, 429 with a doubling pause → clients: max_tokens at most 7229, timeout 130 s, retry 408, 424, 429 with a doubling pause",
    ],
  ],
])(
  "--check of an earlier lock file of %s lists the window and the cooldown of %d min with the reason, and nothing else",
  async (stack, minutes, more) => {
    take(`Pulumi.${stack}.yaml`, `moor.lock.${stack}.yaml`);
    const before = lockText(stack);
    const message = await lock({ stack, folder, check: true }).then(() => "", String);
    expect(message.split("\n")).toEqual([
      `Error: moor.lock.${stack}.yaml differs in ${2 + more.length} values from the decisions of this version of Moor.`,
      `chat/main scaleRule.scaleInWindowMinutes: not set → ${minutes}`,
      `  reason: ${because(minutes)}`,
      `chat/main scaleRule.cooldownMinutes: not set → ${minutes}`,
      ...more,
      `Nothing was changed. To apply the differences, run \`npm run lock -- -s ${stack}\`, commit the file, and run \`pulumi up\`.`,
    ]);
    expect(lockText(stack)).toBe(before);
  },
);

test("locked again, the deployment keeps its name, and the lock file gets the two values with their reason and the recommendations for clients", async () => {
  take("Pulumi.large.yaml", "moor.lock.large.yaml");
  // The comments at the top of the file are those of this version.
  const lines = () =>
    lockText("large")
      .split("\n")
      .filter((line) => !line.startsWith("#"));
  const before = lines();
  await lock({ stack: "large", folder });
  const after = lines();
  expect(after.filter((line) => !before.includes(line))).toEqual([
    `        # ${because(40)}`,
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
  expect(after.filter((line) => before.includes(line))).toEqual(before);
  await lock({ stack: "large", folder, check: true });
  expect(printed.at(-1)).toBe("moor.lock.large.yaml matches the decisions of this version of Moor.");
});

test.each(["prod", "score", "kept", "rolledback"])(
  "--check of an earlier lock file of %s, which starts fast enough, finds no difference",
  async (stack) => {
    take(`Pulumi.${stack}.yaml`, `moor.lock.${stack}.yaml`);
    await lock({ stack, folder, check: true });
    expect(printed.at(-1)).toBe(`moor.lock.${stack}.yaml matches the decisions of this version of Moor.`);
  },
);
