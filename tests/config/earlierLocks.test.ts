// Proves that the current code reads the stack files and lock files of earlier versions correctly: the same requirements, names and bytes.
// Doesn't prove that it would make the same decisions. Each folder of fixtures contains the output of `npm run lock` of that version and
// never changes.
import * as fs from "node:fs";
import * as path from "node:path";
import { checkSettings, checkStack } from "../../config/checkStack";
import { deploymentsOf } from "../../config/decisions";
import { type Lock, lockFileName, readLock, writeLock } from "../../config/lockFile";
import { deploymentRequirements } from "../../config/requirements";
import { settingsOf } from "../../config/stackYaml";
import { recipeHash } from "../../planner/names";

const root = path.join(__dirname, "..", "..");
const fixtures = path.join(__dirname, "fixtures");

interface Recorded {
  /** Names of the current and the previous decision, by endpoint and label. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  /** Deployments that were rolled back. */
  readonly rolledBack?: readonly string[];
}

const stacks: [version: string, stack: string, recorded: Recorded][] = [
  [
    "0.1.0",
    "prod",
    { names: { "chat/main": ["main-396e5a20"], "chat/candidate": ["candidate-fdd376f0"], "fraud/main": ["main-8da2438d"] } },
  ],
  ["0.1.0", "large", { names: { "chat/main": ["main-7ddc3b3d"] } }],
  ["0.1.0", "score", { names: { "fraud/main": ["main-3571144e"] } }],
  ["0.1.0", "flags", { names: { "chat/main": ["main-f8d31fa9"] } }],
  ["0.1.0", "kept", { names: { "chat/main": ["main-240f0201", "main-3ae7ac88"] } }],
  ["0.1.0", "rolledback", { names: { "chat/main": ["main-3ae7ac88", "main-240f0201"] }, rolledBack: ["chat/main"] }],
];

const file = (version: string, name: string): string => fs.readFileSync(path.join(fixtures, version, name), "utf8");

function raw(version: string, stack: string, lock?: string) {
  const settings = settingsOf(file(version, `Pulumi.${stack}.yaml`));
  return { project: "moor", stack, folder: root, ...settings, ...(lock === undefined ? {} : { lock }) };
}

function locked(version: string, stack: string): { text: string; lock: Lock } {
  const text = file(version, lockFileName(stack));
  const read = readLock(stack, text);
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  return { text, lock: read.lock };
}

function entriesOf({ endpoints }: Lock) {
  return Object.entries(endpoints).flatMap(([endpoint, labels]) =>
    Object.entries(labels).map(([label, entry]) => ({ name: `${endpoint}/${label}`, label, ...entry })),
  );
}

/** The requirements of a stack file, by endpoint and label. */
function wishesOf(version: string, stack: string) {
  const { settings, images } = checkSettings(raw(version, stack));
  if (!settings) throw new Error("unreadable");
  return Object.fromEntries(
    deploymentsOf(settings).map(({ endpoint, label, settings: one }) => [
      `${endpoint}/${label}`,
      deploymentRequirements(one, images.imageOf(endpoint, label)),
    ]),
  );
}

test("each stack file of the fixtures is tested", () => {
  const found = fs.readdirSync(fixtures).flatMap((version) =>
    fs.readdirSync(path.join(fixtures, version)).flatMap((name) => {
      const stack = /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1];
      return stack === undefined || stack === "dev" ? [] : [`${version} ${stack}`];
    }),
  );
  expect(found.sort()).toEqual(stacks.map(([version, stack]) => `${version} ${stack}`).sort());
});

describe.each(stacks)("%s %s", (version, stack, { names, rolledBack = [] }) => {
  test("the stack has no errors, and all its deployments are created from the lock file", () => {
    const checked = checkStack(raw(version, stack, locked(version, stack).text));
    if ("errors" in checked) throw new Error(JSON.stringify(checked.errors));
    const { decisionsFrom, endpoints, skipped } = checked.spec;
    const made = endpoints.flatMap(({ key, deployments }) =>
      deployments.map(({ label, decision, previous }) => [`${key}/${label}`, [decision, previous].flatMap((one) => one?.name ?? [])]),
    );
    expect({ decisionsFrom, skipped, made: Object.fromEntries(made) }).toEqual({ decisionsFrom: "lock", skipped: [], made: names });
  });

  test("names and hashes are the recorded ones", () => {
    for (const { name, label, current, previous, ...entry } of entriesOf(locked(version, stack).lock)) {
      const decisions = [current, previous].filter((one) => one !== undefined);
      expect(decisions.map((one) => one.name)).toEqual(names[name]);
      expect(decisions.map((one) => `${label}-${recipeHash(one)}`)).toEqual(names[name]);
      expect(entry.rolledBack === true).toBe(rolledBack.includes(name));
    }
  });

  test("the lock file is written with the same bytes, except for the comments at its top", () => {
    const { text, lock } = locked(version, stack);
    const body = (file: string) => file.slice(file.indexOf("\nversion:"));
    expect(body(writeLock(lock))).toBe(body(text));
    expect(body(text)).toContain("endpoints:");
  });

  test("the requirements equal the recorded ones, without additional keys", () => {
    const recorded = entriesOf(locked(version, stack).lock).map(({ name, wish }) => [name, wish]);
    expect(wishesOf(version, stack)).toStrictEqual(Object.fromEntries(recorded));
  });
});

test("0.1.0 dev, a stack without a lock file, has its recorded requirements, name, scale rule and keys", () => {
  expect(wishesOf("0.1.0", "dev")).toStrictEqual({
    "chat/main": {
      size: "Standard_NC4as_T4_v3",
      image: `moor/vllm@sha256:${"0".repeat(63)}1`,
      "vllm.model": "Qwen/Qwen2.5-0.5B-Instruct",
      "vllm.revision": "7ae557604adf67be50417f59c2c2f167def9a775",
      "vllm.context": 8192,
      "vllm.concurrencyPerInstance": 8,
      "vllm.source": "hub",
      "vllm.servedName": "chat",
    },
  });
  const checked = checkStack(raw("0.1.0", "dev"));
  if ("errors" in checked) throw new Error(JSON.stringify(checked.errors));
  const { decisionsFrom, endpoints, skipped } = checked.spec;
  const [decision] = endpoints.flatMap(({ deployments }) => deployments.map((one) => one.decision));
  expect({ decisionsFrom, skipped, name: decision?.name }).toEqual({ decisionsFrom: "computed", skipped: [], name: "main-57a7e080" });
  expect(decision?.scaleRule).toStrictEqual({ scaleOutAbove: 29, scaleInBelow: 11 });
  expect(Object.keys(decision ?? {})).toEqual([
    "name",
    "pattern",
    "instanceType",
    "image",
    "routes",
    "model",
    "tensorParallelSize",
    "flags",
    "environmentVariables",
    "probes",
    "requestSettings",
    "scaleRule",
    "clients",
    "usdPerHour",
    "reasons",
  ]);
});
