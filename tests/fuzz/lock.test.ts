// Proves that any text results in a lock file, or in a report that it can't be read or is inconsistent: no exception, no stack trace. And
// that the check and the editor's schema accept the same lock files. Doesn't prove that a lock file matches its stack file.
import * as fs from "node:fs";
import * as path from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import { reportErrors } from "../../config/errors";
import { readLock, writeLock } from "../../config/lockFile";
import { mirroredOf, recordStaged } from "../../config/stagedWeights";
import { checkText, marked } from "./editor";
import { fuzz, share } from "./fuzz";
import { anyJson, mutated, yamlWords } from "./mutate";

const fixtures = path.join(__dirname, "..", "config", "fixtures", "0.1.0");
const shipped = fs.readFileSync(path.join(__dirname, "..", "..", "moor.lock.prod.yaml"), "utf8");
const text = (name: string) => fs.readFileSync(path.join(fixtures, `moor.lock.${name}.yaml`), "utf8");
/** Mostly the shortest lock file, because the YAML parser takes most of the time. */
const samples = [...Array(8).fill(text("score")), text("flags"), text("large"), text("kept"), text("rolledback"), shipped, withList()];

/** The shipped lock file with a list of staged files. */
function withList(): string {
  const read = readLock("prod", shipped);
  if ("errors" in read) throw new Error(reportErrors("prod", read.errors));
  const { path: folder } = mirroredOf(read.lock.endpoints.chat!.main!.current)!;
  const files = [{ path: "model.safetensors", size: 8, sha256: "ab".repeat(32) }];
  return writeLock(recordStaged(read.lock, folder, files, { force: true }).lock);
}

const tricky = ["previous:", "staged: true", "# "];

function check(lockText: string): void {
  const read = readLock("prod", lockText);
  if ("lock" in read) {
    const written = writeLock(read.lock);
    const again = readLock("prod", written);
    if (!("lock" in again)) throw new Error(`What was written can't be read: ${reportErrors("prod", again.errors)}`);
    expect(again.lock).toEqual(read.lock);
    const editor = marked("lock", parse(lockText));
    if (editor !== undefined) throw new Error(`The check accepts a lock file that the editor marks: ${editor}`);
    return;
  }
  const report = reportErrors("prod", read.errors);
  checkText(report);
  for (const { code, path: at, fix } of read.errors) {
    expect(["MOOR051", "MOOR053"]).toContain(code);
    expect(at).toMatch(/^moor\.lock\.prod\.yaml/);
    expect(fix).toContain("git checkout moor.lock.prod.yaml");
  }
}

fuzz("a damaged lock is a lock or a report", mutated(samples, [...yamlWords, ...tricky]), check, share(0.3));

fuzz(
  "any values are no lock, and the report says why",
  anyJson(["version", "stack", "location", "madeBy", "endpoints"]),
  (value) => {
    const read = readLock("prod", JSON.stringify(value));
    if ("lock" in read) throw new Error("It is read as a lock.");
    check(JSON.stringify(value));
  },
  share(0.4),
);

type Tree = Record<string, unknown>;

const changedLocks = [text("score"), withList()].map((lock) => JSON.stringify(parse(lock)));

fuzz(
  "the editor's schema and the reader agree on changed locks",
  fc.record({
    from: fc.constantFrom(...changedLocks),
    at: fc.nat(10_000),
    how: fc.constantFrom("set", "remove", "add"),
    key: fc.constantFrom("constructor", "__proto__", "staged", "x"),
    value: anyJson(),
  }),
  ({ from, at, how, key, value }) => {
    const lock = JSON.parse(from) as Tree;
    const places = placesOf(lock);
    const { map, name } = places[at % places.length]!;
    if (how === "remove") delete map[name];
    else if (how === "set") define(map, name, value);
    else if (typeof map[name] === "object" && map[name] !== null) define(map[name] as Tree, key, value);
    const lockText = JSON.stringify(lock);
    check(lockText);
    const read = readLock("prod", lockText);
    const refused = "errors" in read ? read.errors.filter(({ code }) => code === "MOOR051") : [];
    // A number that JavaScript can't hold exactly is a fault of the text and not of the values.
    const ofText = refused.some(({ problem }) => /^The file /.test(problem));
    if (refused.length > 0 && !ofText && marked("lock", lock) === undefined)
      throw new Error(`The editor accepts it: ${JSON.stringify(refused)}`);
  },
  share(0.3),
);

function placesOf(map: Tree): { map: Tree; name: string }[] {
  return Object.entries(map).flatMap(([name, value]) => [
    { map, name },
    ...(typeof value === "object" && value !== null ? placesOf(value as Tree) : []),
  ]);
}

function define(map: Tree, key: string, value: unknown): void {
  Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true });
}
