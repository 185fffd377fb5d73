/** Tests the tables of codes together, and the documents that are generated from them. */
import * as fs from "node:fs";
import * as path from "node:path";
import { documents } from "../../cli/generate";
import { codeTables } from "../../config/codesDocument";
import { codes, doorCodes, doors, doorWays, rules } from "../../rules";

const root = path.join(__dirname, "..", "..");
const all = codeTables.flatMap(({ codes: table }) => Object.keys(table));

test("no code is in two tables", () => {
  expect(all.filter((code, index) => all.indexOf(code) !== index)).toEqual([]);
});

test("each code has the form MOOR and three digits, a title, and a fix that is a sentence", () => {
  for (const [code, { title, remedy }] of codeTables.flatMap(({ codes: table }) => Object.entries(table))) {
    expect(code).toMatch(/^MOOR\d{3}$/);
    expect([code, title]).toEqual([code, expect.stringMatching(/^\S.*[^.\s]$/)]);
    expect([code, remedy]).toEqual([code, expect.stringMatching(/^[A-Z`].*\.$/s)]);
  }
});

test("each code of a finding cites its source", () => {
  expect(Object.entries(codes).filter(([, { source }]) => source.trim() === "")).toEqual([]);
});

/** The files of the rules, without the tables of codes. */
const sources = fs
  .readdirSync(path.join(root, "rules"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && path.basename(name) !== "codes.ts")
  .map((name) => fs.readFileSync(path.join(root, "rules", name), "utf8"))
  .join("\n");

test("each code of a finding is used by a rule or a door, and no rule uses a code without a row", () => {
  const used = new Set(sources.match(/(?<=")MOOR\d{3}(?=")/g));
  expect(Object.keys(codes).filter((code) => !used.has(code))).toEqual([]);
  expect([...used].filter((code) => !Object.hasOwn(codes, code))).toEqual([]);
  expect(rules.filter(({ code }) => Object.hasOwn(doorCodes, code))).toEqual([]);
});

test("each code of a one-way door has a way in which it is caught, and the doors in place have a check", () => {
  expect(Object.keys(doorWays)).toEqual(Object.keys(doorCodes));
  const inPlace = Object.entries(doorWays).flatMap(([code, ways]) => (ways.some((way) => way === "inPlace") ? [code] : []));
  expect([...new Set(doors.map(({ code }) => code))].sort()).toEqual(inPlace);
});

test.each(Object.entries(documents()))("%s is generated (npm run generate)", (name, text) => {
  expect(fs.readFileSync(path.join(root, name), "utf8")).toBe(text);
});

test("the documents have a row for each code", () => {
  const rows = (name: string) => documents()[name]!.match(/\bMOOR\d{3}\b(?= \||$)/gm) ?? [];
  expect(rows("docs/codes.md").sort()).toEqual([...all].sort());
  expect(documents()["docs/one-way-doors.md"]!.match(/MOOR\d{3}(?= \|$)/gm)).toEqual(Object.keys(doorCodes));
});
