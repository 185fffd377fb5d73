// Proves that the state file keeps what a killed process wrote. Does not prove anything about power failures, which lose the disk cache.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Tables } from "../../../azure-local/arm/tables";

let folder: string;
let file: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "tables-"));
  file = path.join(folder, "state.jsonl");
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** The content of the file after a process was killed: nothing is closed. */
function reopened(): [string, number][] {
  const tables = new Tables(file);
  const table = tables.table<[string, number]>("numbers");
  const values = [...table.values()];
  tables.close();
  return values.sort();
}

test("committed changes persist, uncommitted ones do not", () => {
  const tables = new Tables(file);
  const table = tables.table<[string, number]>("numbers");
  table.set("a", ["a", 1]);
  table.set("b", ["b", 1]);
  tables.commit();
  table.set("a", ["a", 2]);
  table.delete("b");
  tables.commit();
  table.set("c", ["c", 1]);
  expect(reopened()).toEqual([["a", 2]]);
});

test("a transaction is complete or absent, wherever the file is truncated", () => {
  const tables = new Tables(file);
  const table = tables.table<[string, number]>("numbers");
  table.set("a", ["a", 1]);
  table.set("b", ["b", 1]);
  tables.commit();
  const first = fs.statSync(file).size;
  table.set("a", ["a", 2]);
  table.set("b", ["b", 2]);
  tables.commit();
  const whole = fs.readFileSync(file);
  for (let length = first; length <= whole.length; length += 1) {
    fs.writeFileSync(file, whole.subarray(0, length));
    const version = length === whole.length ? 2 : 1;
    expect(reopened()).toEqual([
      ["a", version],
      ["b", version],
    ]);
  }
});

test("a transaction can be written after an incomplete one", () => {
  const tables = new Tables(file);
  tables.table("numbers").set("a", ["a", 1]);
  tables.commit();
  fs.appendFileSync(file, '[["numbers","b",["b"');
  const next = new Tables(file);
  next.table("numbers").set("c", ["c", 1]);
  next.close();
  expect(reopened()).toEqual([
    ["a", 1],
    ["c", 1],
  ]);
});

test("the file is compacted when it is opened", () => {
  const tables = new Tables(file);
  for (let index = 0; index < 100; index += 1) {
    tables.table("numbers").set("a", ["a", index]);
    tables.commit();
  }
  tables.close();
  expect(fs.readFileSync(file, "utf8").split("\n")).toHaveLength(101);
  expect(reopened()).toEqual([["a", 99]]);
  expect(fs.readFileSync(file, "utf8")).toBe('[["numbers","a",["a",99]]]\n');
});

test("an unreadable line in the middle is an error that names it", () => {
  fs.writeFileSync(file, '[["numbers","a",1]]\nnonsense\n[["numbers","b",1]]\n');
  expect(() => new Tables(file)).toThrow(`Line 2 of ${file} can't be read`);
});

test.each([
  "null",
  "5",
  "{}",
  "[null]",
  "[[]]",
  '[["resources"]]',
  '[["resources","a"]]',
  '[["resources",1,{}]]',
  '[["resources","a",5]]',
  '[["resources","a",{"id":1}]]',
])("the error for a line %s names the file and the line and states the fix", (line) => {
  fs.writeFileSync(file, `[["numbers","a",["a",1]]]\n${line}\n`);
  expect(() => new Tables(file)).toThrow(
    `Line 2 of ${file} can't be read, because another program changed it. Restore the folder ${folder} from a backup, or delete it to start with an empty local Azure.`,
  );
});
