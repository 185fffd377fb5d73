// The state file. Does not prove anything about power failures: what a killed process wrote is safe, what the disk's cache held is not.
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

/** What stands in the file after a process died: nothing is closed. */
function reopened(): [string, number][] {
  const tables = new Tables(file);
  const table = tables.table<[string, number]>("numbers");
  const values = [...table.values()];
  tables.close();
  return values.sort();
}

test("committed changes are there again, uncommitted ones are not", () => {
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

test("a transaction is whole or absent, wherever the file is cut off", () => {
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

test("a transaction can be written after one that was cut off", () => {
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

test("a line in the middle that can't be read is an error that names it", () => {
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
])("a line %s names the file, the line and the remedy", (line) => {
  fs.writeFileSync(file, `[["numbers","a",["a",1]]]\n${line}\n`);
  expect(() => new Tables(file)).toThrow(
    `Line 2 of ${file} can't be read: the state was changed by something else. Restore the folder ${folder} from a copy, or delete it to begin with an empty Azure.`,
  );
});
