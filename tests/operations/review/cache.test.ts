// Proves that a cached folder is complete or absent, whatever happens to the process that makes it. Doesn't prove a loss of power.
import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { cachedFolder, inUnfinished, keepNewest, removeUnfinished } from "../../../operations/review/cache";

let parent = "";
beforeEach(() => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), "moor-cache-"));
});
afterEach(() => fs.rmSync(parent, { recursive: true }));

const make = (text: string) => async (folder: string) => fs.writeFileSync(path.join(folder, "file"), text);
const textOf = (folder: string) => fs.readFileSync(path.join(folder, "file"), "utf8");

test("A folder is made once.", async () => {
  const folder = path.join(parent, "state");
  expect(textOf(await cachedFolder(folder, make("first")))).toBe("first");
  expect(textOf(await cachedFolder(folder, make("second")))).toBe("first");
  expect(fs.readdirSync(parent)).toEqual(["state"]);
});

test("Two that are made in parallel are one.", async () => {
  const folder = path.join(parent, "state");
  const both = await Promise.all(["a", "b"].map((text) => cachedFolder(folder, make(text))));
  expect(both).toEqual([folder, folder]);
  expect(["a", "b"]).toContain(textOf(folder));
  expect(fs.readdirSync(parent)).toEqual(["state"]);
});

test("A failure leaves nothing, and the next run makes the folder.", async () => {
  const folder = path.join(parent, "state");
  const failing = async (unfinished: string) => {
    await make("half")(unfinished);
    throw new Error("no");
  };
  await expect(cachedFolder(folder, failing)).rejects.toThrow("no");
  expect(fs.readdirSync(parent)).toEqual([]);
  expect(textOf(await cachedFolder(folder, make("whole")))).toBe("whole");
});

test("The result of the work is returned, and its folder is removed.", async () => {
  const work = async (folder: string) => [fs.readdirSync(parent).length, fs.statSync(folder).mode & 0o777];
  expect(await inUnfinished(path.join(parent, "preview"), work)).toEqual([1, 0o700]);
  expect(fs.readdirSync(parent)).toEqual([]);
});

test("What a killed process left is removed, and what a running process makes is kept.", async () => {
  const killed = spawn(process.execPath, ["-e", ""]);
  await once(killed, "exit");
  for (const name of [`state.unfinished-${killed.pid}-1`, `state.unfinished-${process.pid}-1`, "state"])
    fs.mkdirSync(path.join(parent, name));
  removeUnfinished(parent);
  expect(fs.readdirSync(parent).sort()).toEqual(["state", `state.unfinished-${process.pid}-1`]);
});

test("The folder in use and those that were used last are kept.", () => {
  const names = ["a", "b", "c", "d"];
  for (const [index, name] of names.entries()) {
    fs.mkdirSync(path.join(parent, name));
    fs.utimesSync(path.join(parent, name), new Date(2026, 0, 1 + index), new Date(2026, 0, 1 + index));
  }
  keepNewest(path.join(parent, "a"), 2);
  expect(fs.readdirSync(parent)).toEqual(["a", "d"]);
});
