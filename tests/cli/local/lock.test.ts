// Proves which text the local copy of a lock file has, and when the program reads it. Doesn't prove what `npm run mirror` records: tests of
// config and operations do.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { localLockText, prepareLock } from "../../../cli/local/lock";
import { type Lock, readLock, writeLock } from "../../../config/lockFile";
import { recordStaged, withStaging } from "../../../config/stagedWeights";
import type { DeploymentDecision } from "../../../planner/decision";
import { physicalName, weightsPath } from "../../../planner/names";
import { manifestDigest, type WeightFile } from "../../../planner/weights";
import { vllmDecision } from "../../components/fixtures";

const files = (digit: string): WeightFile[] => [{ path: "model.safetensors", size: 9, sha256: digit.repeat(64) }];

/** A decision for one commit, whose weights are not staged. */
function decision(digit: string): DeploymentDecision {
  const [id, revision] = ["Qwen/Qwen2.5-7B-Instruct", digit.repeat(40)];
  const made = { ...vllmDecision, model: { id, revision, source: "mirror", path: weightsPath(id, revision), staged: false } as const };
  return { ...made, name: physicalName("main", made) };
}

const wish = (digit: string) => ({ size: vllmDecision.instanceType, "vllm.revision": digit.repeat(40) });
const head = { version: 1, stack: "prod", location: "swedencentral", madeBy: "0.0.0" } as const;
const first: Lock = { ...head, endpoints: { chat: { main: { wish: wish("a"), current: decision("a") } } } };
const second: Lock = { ...head, endpoints: { chat: { main: { wish: wish("b"), current: decision("b"), previous: decision("a") } } } };
const pathOf = (digit: string) => weightsPath("Qwen/Qwen2.5-7B-Instruct", digit.repeat(40));
const staged = (lock: Lock, digit: string) => recordStaged(lock, pathOf(digit), files(digit)).lock;

function read(text: string | undefined): Lock {
  const found = readLock("prod", text ?? "");
  if ("errors" in found) throw new Error(JSON.stringify(found.errors));
  return found.lock;
}

test("Without a copy, or without staged weights in it, the committed text is used.", () => {
  const text = writeLock(first);
  expect(localLockText("prod", text, undefined)).toBe(text);
  expect(localLockText("prod", text, text)).toBe(text);
  expect(localLockText("prod", undefined, text)).toBeUndefined();
});

test("The copy is the committed file with the lists of locally staged weights, whose decisions have the names of verified weights.", () => {
  const copy = writeLock(staged(first, "a"));
  const lock = read(localLockText("prod", writeLock(first), copy));
  expect(lock).toEqual(read(copy));
  expect(lock.endpoints.chat!.main!.current.name).not.toBe(decision("a").name);
  expect(lock.manifests).toEqual({ [manifestDigest(files("a"))]: files("a") });
});

test("After a changed model, the previous decision keeps its list and its name, and the new one isn't staged.", () => {
  const before = staged(first, "a");
  const lock = read(localLockText("prod", writeLock(second), writeLock(before)));
  const { current, previous } = lock.endpoints.chat!.main!;
  expect(current).toEqual(read(writeLock(second)).endpoints.chat!.main!.current);
  expect(previous?.name).toBe(before.endpoints.chat!.main!.current.name);
  // The list of a previous decision is kept too.
  expect(read(localLockText("prod", writeLock(second), writeLock(lock)))).toEqual(lock);
  const both = read(localLockText("prod", writeLock(second), writeLock(staged(lock, "b"))));
  expect(Object.keys(both.manifests!).sort()).toEqual([manifestDigest(files("a")), manifestDigest(files("b"))].sort());
});

test("A decision that serves only in the local Azure stays the previous one, though `lock` has replaced it.", () => {
  const changed = { ...second, endpoints: { chat: { main: { wish: wish("b"), current: decision("b") } } } };
  const before = staged(first, "a");
  const served = before.endpoints.chat!.main!.current;
  const waiting = read(localLockText("prod", writeLock(changed), writeLock(before)));
  expect(waiting.endpoints.chat!.main).toMatchObject({ current: { name: decision("b").name }, previous: { name: served.name } });
  expect(read(localLockText("prod", writeLock(changed), writeLock(waiting)))).toEqual(waiting);
  const rolledOut = read(localLockText("prod", writeLock(changed), writeLock(staged(waiting, "b"))));
  expect(rolledOut.endpoints.chat!.main).toMatchObject({ current: { model: { staged: true } }, previous: { name: served.name } });
  // The next change replaces it as the previous one.
  const third = { ...changed, endpoints: { chat: { main: { wish: wish("c"), current: decision("c") } } } };
  const next = read(localLockText("prod", writeLock(third), writeLock(rolledOut)));
  expect(next.endpoints.chat!.main!.previous?.name).toBe(rolledOut.endpoints.chat!.main!.current.name);
  expect(Object.keys(next.manifests!)).toEqual([manifestDigest(files("b"))]);
});

test("Everything else follows the committed file: other settings, and deployments that only the copy has.", () => {
  const changed: Lock = { ...second, endpoints: { score: { main: { wish: wish("b"), current: decision("b") } } } };
  const text = writeLock(changed);
  expect(localLockText("prod", text, writeLock(staged(first, "a")))).toBe(text);
});

test("Locally staged weights have precedence over weights that are staged in Azure under another list.", () => {
  const { current } = first.endpoints.chat!.main!;
  const digest = manifestDigest(files("c"));
  const inAzure = {
    ...first,
    endpoints: { chat: { main: { wish: wish("a"), current: withStaging("main", current, { staged: true, manifest: digest }) } } },
    manifests: { [digest]: files("c") },
  };
  const lock = read(localLockText("prod", writeLock(inAzure), writeLock(staged(first, "a"))));
  expect(lock).toEqual(read(writeLock(staged(first, "a"))));
});

test("Weights that the copy records without a list are staged, unless the committed file has a list.", () => {
  const withoutList = (lock: Lock, digit: string) => {
    const current = withStaging("main", decision(digit), { staged: true });
    return { ...lock, endpoints: { chat: { main: { wish: wish(digit), current } } } };
  };
  const copy = writeLock(withoutList(first, "a"));
  expect(read(localLockText("prod", writeLock(first), copy))).toEqual(read(copy));
  const listed = writeLock(staged(first, "a"));
  expect(localLockText("prod", listed, copy)).toBe(listed);
});

test.each(["", "{", "version: 1", "\0"])("A copy with the text %j is discarded.", (copy) => {
  expect(localLockText("prod", writeLock(first), copy)).toBe(writeLock(first));
});

test("A digest of a locally built image is kept while the inputs are equal, for all decisions with these inputs, and never the digest of others.", () => {
  const built = (inputs: string, digest?: string): DeploymentDecision => {
    const image = { repository: "moor/vllm", inputs: `sha256:${inputs.repeat(64)}` };
    const made = { ...decision("a"), image: digest === undefined ? image : { ...image, digest: `sha256:${digest.repeat(64)}` } };
    return { ...made, name: physicalName("main", made) };
  };
  const lockOf = (current: DeploymentDecision, previous?: DeploymentDecision): Lock => ({
    ...head,
    endpoints: { chat: { main: { wish: wish("a"), current, ...(previous === undefined ? {} : { previous }) } } },
  });
  const copy = writeLock(lockOf(built("1", "d")));
  const merged = (committed: Lock) => read(localLockText("prod", writeLock(committed), copy)).endpoints.chat!.main!;
  expect(merged(lockOf(built("1"))).current).toEqual(built("1", "d"));
  expect(merged(lockOf(built("1", "e"))).current).toEqual(built("1", "d"));
  expect(merged(lockOf(built("2"), built("1")))).toMatchObject({ current: built("2"), previous: built("1", "d") });
  const others = writeLock(lockOf(built("2", "e")));
  expect(localLockText("prod", others, copy)).toBe(others);
});

test("An invalid committed file is used, so that its errors are reported.", () => {
  expect(localLockText("prod", "version: 2", writeLock(staged(first, "a")))).toBe("version: 2");
});

describe("the program", () => {
  let folder: string;
  let home: string;
  beforeEach(() => {
    [folder, home] = ["root", "home"].map((name) => fs.mkdtempSync(path.join(os.tmpdir(), `moor-lock-${name}-`))) as [string, string];
  });
  afterEach(() => {
    for (const one of [folder, home]) fs.rmSync(one, { recursive: true });
  });
  const committed = () => path.join(folder, "moor.lock.prod.yaml");
  const copy = () => path.join(home, "moor.lock.prod.yaml");

  test("reads the committed file until weights are staged in the local Azure", () => {
    expect(prepareLock("prod", home, folder)).toBeUndefined();
    fs.writeFileSync(committed(), writeLock(first));
    expect(prepareLock("prod", home, folder)).toBeUndefined();
    fs.writeFileSync(copy(), writeLock(first));
    expect(prepareLock("prod", home, folder)).toBeUndefined();
  });

  test("doesn't read an outdated copy: it follows the committed file even if nothing in it is staged, and is deleted with it", () => {
    fs.writeFileSync(committed(), writeLock(second));
    fs.writeFileSync(copy(), writeLock(first));
    expect(prepareLock("prod", home, folder)).toBeUndefined();
    expect(fs.readFileSync(copy(), "utf8")).toBe(writeLock(second));
    fs.rmSync(committed());
    expect(prepareLock("prod", home, folder)).toBeUndefined();
    expect(fs.existsSync(copy())).toBe(false);
  });

  test("reads the copy, which is updated from the committed file and never changes it", () => {
    fs.writeFileSync(committed(), writeLock(second));
    fs.writeFileSync(copy(), writeLock(staged(first, "a")));
    expect(prepareLock("prod", home, folder)).toBe(copy());
    expect(fs.readFileSync(committed(), "utf8")).toBe(writeLock(second));
    const text = fs.readFileSync(copy(), "utf8");
    expect(read(text).endpoints.chat!.main!.current.name).toBe(decision("b").name);
    expect(prepareLock("prod", home, folder)).toBe(copy());
    expect(fs.readFileSync(copy(), "utf8")).toBe(text);
    expect(fs.statSync(copy()).mode & 0o777).toBe(0o600);
  });
});
