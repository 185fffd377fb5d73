// Proves what the lock file records about staged weights, and that decisions which can run in Azure keep their names. Doesn't prove that the
// files are in the storage account.
import { rollBack } from "../../cli/lock/rollback";
import { retireText } from "../../cli/retire";
import { type Lock, type LockEntry, readLock, writeLock } from "../../config/lockFile";
import { mirroredOf, recordStaged, withUsedManifests } from "../../config/stagedWeights";
import { withDigest } from "../../operations/image/lock";
import type { DeploymentDecision, DeploymentRecipe, ModelDecision } from "../../planner/decision";
import { physicalName } from "../../planner/names";
import { manifestDigest } from "../../planner/weights";
import { scoreDecision, vllmDecision } from "../components/fixtures";

const path = "models/acme--own-7b/c";
const other = "models/acme--own-7b/d";
const id = "acme/own-7b";
const files = [
  { path: "model.safetensors", size: 8, sha256: "b".repeat(64) },
  { path: "config.json", size: 2, sha256: "a".repeat(64) },
];
const sorted = [files[1]!, files[0]!];
const manifest = manifestDigest(files);
const earlier = [{ path: "config.json", size: 3, sha256: "e".repeat(64) }];

const inputs = `sha256:${"1".repeat(64)}`;
const image = { repository: "moor/vllm", inputs };

function decision(model: ModelDecision, label = "main", changes: Partial<DeploymentRecipe> = {}): DeploymentDecision {
  const made = { ...vllmDecision, image, ...changes, model };
  return { ...made, name: physicalName(label, made) };
}

function mirrored(changes: { path?: string; staged?: boolean; manifest?: string } = {}): ModelDecision {
  return { id, revision: "c".repeat(40), source: "mirror", path, staged: false, ...changes };
}

function lockOf(endpoints: Record<string, Record<string, Omit<LockEntry, "wish">>>, manifests?: Lock["manifests"]): Lock {
  const withWishes = Object.fromEntries(
    Object.entries(endpoints).map(([key, labels]) => [
      key,
      Object.fromEntries(Object.entries(labels).map(([label, entry]) => [label, { wish: {}, ...entry }])),
    ]),
  );
  const lock = { version: 1, stack: "prod", location: "swedencentral", madeBy: "moor 0.1.0", endpoints: withWishes } as const;
  return manifests === undefined ? lock : { ...lock, manifests };
}

const [unstaged, staged, listed] = [mirrored(), mirrored({ staged: true }), mirrored({ staged: true, manifest })].map((model) =>
  decision(model),
);
const relisted = decision(mirrored({ staged: true, manifest: manifestDigest(earlier) }));

test("weights that were not staged get the list, under a new name, in every deployment with their folder", () => {
  const score = { ...scoreDecision, name: physicalName("main", scoreDecision) };
  const lock = lockOf({
    chat: { main: { current: unstaged! }, candidate: { current: decision(mirrored({ path: other }), "candidate") } },
    code: { main: { current: decision(mirrored(), "main", { flags: ["--x"] }), previous: staged! } },
    fraud: { main: { current: score } },
  });
  const { lock: next, changed } = recordStaged(lock, path, files);
  const code = decision(mirrored({ staged: true, manifest }), "main", { flags: ["--x"] });
  expect(changed).toEqual([
    { deployment: "chat/main", from: unstaged!.name, to: listed!.name },
    { deployment: "code/main", from: lock.endpoints.code!.main!.current.name, to: code.name },
  ]);
  expect(next).toEqual({
    ...lock,
    endpoints: {
      ...lock.endpoints,
      chat: { main: { wish: {}, current: listed }, candidate: lock.endpoints.chat!.candidate },
      code: { main: { wish: {}, current: code, previous: staged } },
    },
    manifests: { [manifest]: sorted },
  });
  expect(new Set([unstaged!.name, listed!.name]).size).toBe(2);
});

test("a second run changes nothing", () => {
  const once = recordStaged(lockOf({ chat: { main: { current: unstaged! } } }), path, files);
  for (const force of [false, true]) {
    const twice = recordStaged(once.lock, path, [...files].reverse(), { force });
    expect(twice).toEqual({ lock: once.lock, changed: [] });
    expect(writeLock(twice.lock)).toBe(writeLock(once.lock));
  }
});

test.each<[string, DeploymentDecision]>([
  ["that is staged without a list", staged!],
  ["that is staged with another list", relisted],
])("a decision %s keeps its name, and the list is not recorded without a use", (_, current) => {
  const lists = current === relisted ? { [manifestDigest(earlier)]: earlier } : undefined;
  const lock = lockOf({ chat: { main: { current } } }, lists);
  expect(recordStaged(lock, path, files)).toEqual({ lock, changed: [] });
});

test.each<[string, Omit<LockEntry, "wish">, Omit<LockEntry, "wish">]>([
  ["a staged decision, which becomes the previous one", { current: staged! }, { current: listed!, previous: staged! }],
  ["a decision with another list, which becomes the previous one", { current: relisted }, { current: listed!, previous: relisted }],
  [
    "a decision after a rollback, whose previous decision stays",
    { current: staged!, previous: relisted, rolledBack: true },
    { current: listed!, previous: relisted, rolledBack: true },
  ],
])("with force, the list replaces %s", (_, entry, expected) => {
  const lists = { [manifestDigest(earlier)]: earlier };
  const { lock, changed } = recordStaged(lockOf({ chat: { main: entry } }, lists), path, files, { force: true });
  expect(lock.endpoints.chat!.main).toEqual({ wish: {}, ...expected });
  expect(Object.keys(lock.endpoints.chat!.main!)).toEqual(["wish", ...Object.keys(expected)]);
  expect(changed).toEqual([{ deployment: "chat/main", from: entry.current.name, to: listed!.name }]);
});

test("after a rollback, the previous decision gets the list if its weights were not staged", () => {
  const current = decision(mirrored({ path: other, staged: true }));
  const lock = lockOf({ chat: { main: { current, previous: unstaged!, rolledBack: true } } });
  const { lock: next, changed } = recordStaged(lock, path, files);
  expect(next.endpoints.chat!.main).toEqual({ wish: {}, current, previous: listed, rolledBack: true });
  expect(changed).toEqual([{ deployment: "chat/main", from: unstaged!.name, to: listed!.name }]);
});

test("a previous decision with the same name as the current one is dropped", () => {
  const lock = lockOf({ chat: { main: { current: unstaged!, previous: { ...listed! } } } }, { [manifest]: sorted });
  expect(recordStaged(lock, path, files).lock.endpoints.chat!.main).toEqual({ wish: {}, current: listed });
});

test("a folder that no decision has changes nothing", () => {
  const lock = lockOf({ chat: { main: { current: unstaged! } } });
  expect(recordStaged(lock, "models/x/y", files, { force: true })).toEqual({ lock, changed: [] });
});

test("a list that no decision refers to is dropped, and one of a previous decision is kept", () => {
  const lists = { [manifest]: sorted, [manifestDigest(earlier)]: earlier };
  const lock = lockOf({ chat: { main: { current: staged!, previous: relisted } } }, lists);
  expect(withUsedManifests(lock).manifests).toEqual({ [manifestDigest(earlier)]: earlier });
  expect(withUsedManifests(lockOf({ chat: { main: { current: staged! } } }, lists))).not.toHaveProperty("manifests");
});

const full = lockOf(
  { chat: { main: { current: listed!, previous: relisted } } },
  { [manifest]: sorted, [manifestDigest(earlier)]: earlier },
);

function parsed(text: string): Lock {
  const read = readLock("prod", text);
  if ("errors" in read) throw new Error(JSON.stringify(read.errors));
  return read.lock;
}

test("a lock file with lists reads back as it was written", () => {
  const text = writeLock(full);
  expect(parsed(text)).toEqual(full);
  expect(writeLock(parsed(text))).toBe(text);
});

test("a lock file with 200 files in a list reads back", () => {
  const many = Array.from({ length: 200 }, (_, index) => ({
    path: `model-${String(index).padStart(5, "0")}-of-00200.safetensors`,
    size: 5_000_000_000,
    sha256: "ab".repeat(32),
  }));
  const { lock } = recordStaged(lockOf({ chat: { main: { current: unstaged! } } }), path, many);
  expect(parsed(writeLock(lock)).manifests).toEqual({ [manifestDigest(many)]: many });
});

// YAML parsers read text such as 0b1 and 1e5 as numbers, and some of them more than others.
test.each(["0b", "0bd", "00", "1e5", "0e0", "9"])("a lock file with a commit and hashes that start with %s reads back", (start) => {
  const hex = (length: number) => start.padEnd(length, "0123456789");
  const list = [{ path: "model.safetensors", size: 8, sha256: hex(64) }];
  const revision = hex(40);
  const model = {
    ...mirrored({ staged: true, manifest: manifestDigest(list), path: `models/acme--own-7b/${revision}` }),
    revision,
  } as ModelDecision;
  const lock = lockOf({ chat: { main: { current: decision(model) } } }, { [manifestDigest(list)]: list });
  expect(readLock("prod", writeLock(lock))).toEqual({ lock });
});

test("rollback and the digest of an image keep both lists; retire drops the list of the retired decision", () => {
  const keys = Object.keys(full.manifests!);
  expect(Object.keys(rollBack(full, "chat/main", () => ({ isKept: true })).manifests!)).toEqual(keys);
  const built = withDigest("prod", writeLock(full), image, `sha256:${"2".repeat(64)}`);
  expect(parsed(built).manifests).toEqual(full.manifests);
  expect(parsed(retireText("prod", writeLock(full), "chat", "main").text).manifests).toEqual({ [manifest]: sorted });
});

const at = "moor.lock.prod.yaml";

test.each<[string, Lock, code: string, where: string, problem: string]>([
  [
    "no list for a decision",
    lockOf({ chat: { main: { current: listed! } } }),
    "MOOR053",
    `${at}.endpoints.chat.main.current.model.manifest`,
    `The list of staged files "${manifest}" is not in the lock file.`,
  ],
  [
    "no list for a previous decision",
    { ...full, manifests: { [manifest]: sorted } },
    "MOOR053",
    `${at}.endpoints.chat.main.previous.model.manifest`,
    `The list of staged files "${manifestDigest(earlier)}" is not in the lock file.`,
  ],
  [
    "an edited list",
    lockOf({ chat: { main: { current: listed! } } }, { [manifest]: earlier }),
    "MOOR053",
    `${at}.manifests.${manifest}`,
    `The hash of the list is "${manifestDigest(earlier)}", not "${manifest}". One of its files was edited.`,
  ],
  [
    "a file twice",
    lockOf({ chat: { main: { current: listed! } } }, { [manifest]: [...sorted, sorted[0]!] }),
    "MOOR053",
    `${at}.manifests.${manifest}`,
    'The list contains the file "config.json" more than once.',
  ],
  [
    "an empty list",
    lockOf({ chat: { main: { current: listed! } } }, { [manifest]: [] }),
    "MOOR051",
    `${at}.manifests.${manifest}`,
    "The value [] has an invalid format.",
  ],
  [
    "a path outside the folder",
    lockOf({ chat: { main: { current: listed! } } }, { [manifest]: [{ ...sorted[0]!, path: "../config.json" }] }),
    "MOOR051",
    `${at}.manifests.${manifest}.0.path`,
    'The value "../config.json" has an invalid format.',
  ],
])("a lock file with %s is rejected", (_, lock, code, where, problem) => {
  const read = readLock("prod", writeLock(lock));
  expect("errors" in read && read.errors.map((error) => [error.code, error.path, error.problem])).toEqual([[code, where, problem]]);
});

test("an edited decision with a list is rejected: its name no longer matches", () => {
  const text = writeLock(full).replace(`manifest: ${manifest}\n`, `manifest: ${manifestDigest(earlier)}\n`);
  const read = readLock("prod", text);
  expect("errors" in read && read.errors.map(({ code, path: where }) => [code, where])).toEqual([
    ["MOOR053", `${at}.endpoints.chat.main.current.name`],
  ]);
});

test.each<[string, object, key: string]>([
  ["a folder with weights of the Hub", { id, revision: "c".repeat(40), source: "hub", path }, "path"],
  ["no folder with staged weights", { id, revision: "c".repeat(40), source: "mirror", staged: true }, "path"],
  ["a commit with a registered model", { id, source: "workspace", name: "x", version: "1", revision: "c".repeat(40) }, "revision"],
  ["no registry with a model of a registry", { id, source: "catalogue", name: "x", version: "1" }, "registry"],
  ["a version that is not an integer", { id, source: "workspace", name: "x", version: "latest" }, "version"],
])("a lock file with %s is rejected at the value", (_, model, key) => {
  const text = writeLock(lockOf({ chat: { main: { current: { ...listed!, model: model as ModelDecision } } } }));
  const read = readLock("prod", text);
  expect("errors" in read && read.errors.map(({ code, path: where }) => [code, where])).toEqual([
    ["MOOR051", `${at}.endpoints.chat.main.current.model.${key}`],
  ]);
});

test("an unknown source is rejected with the four sources", () => {
  const model = { id, source: "s3" } as unknown as ModelDecision;
  const read = readLock("prod", writeLock(lockOf({ chat: { main: { current: { ...listed!, model } } } })));
  expect("errors" in read && read.errors.map(({ path: where, allowed }) => [where, allowed])).toEqual([
    [`${at}.endpoints.chat.main.current.model.source`, "a map whose `source` is mirror, hub, workspace or catalogue"],
  ]);
});

test("only staged weights of a mirror have a folder", () => {
  expect(mirroredOf(listed!)?.path).toBe(path);
  expect(mirroredOf(decision({ id, source: "workspace", name: "x", version: "1" }))).toBeUndefined();
  expect(mirroredOf(scoreDecision)).toBeUndefined();
});
