// Proves that the table of models is what its records generate, what a changed record changes, and that a record that isn't valid changes nothing.
// Doesn't prove that the records are those of the Hub.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { ModelFacts } from "../../../facts/models";
import { readTable } from "../../../operations/renew/dataFile";
import { renewModels, type TableRecord, withHubFiles } from "../../../operations/renew/models";

const program = path.join(__dirname, "..", "..", "..");

let root: string;
const table = () => path.join(root, "facts", "model-table.json");
const record = (name: string) => path.join(root, "facts", "modelRecords", name);
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "moor-models-"));
  for (const name of ["modelRecords", "model-table.json"]) {
    fs.cpSync(path.join(program, "facts", name), path.join(root, "facts", name), { recursive: true });
  }
});
afterEach(() => fs.rmSync(root, { recursive: true }));

const renew = (newest?: (one: TableRecord) => Promise<TableRecord>) => renewModels({ root, today: "2026-12-24", newest });
const qwen = "Qwen--Qwen3-8B.json";
/** A record that a test changes. */
interface Editable {
  id: string;
  source: string;
  config?: Record<string, unknown>;
  facts: Record<string, unknown>;
}
const edit = (name: string, change: (one: Editable) => void) => {
  const value = JSON.parse(fs.readFileSync(record(name), "utf8")) as Editable;
  change(value);
  fs.writeFileSync(record(name), JSON.stringify(value));
};

test("the table of the program is what its records generate", async () => {
  const before = fs.readFileSync(table(), "utf8");
  expect(await renew()).toEqual(["facts/model-table.json is up to date: 54 models."]);
  expect(fs.readFileSync(table(), "utf8")).toBe(before);
});

test("without the table, all rows are generated again, byte for byte except for the date", async () => {
  const before = fs.readFileSync(table(), "utf8");
  fs.rmSync(table());
  const lines = await renew();
  expect(lines).toHaveLength(55);
  expect(lines[0]).toBe("Added MiniMaxAI/MiniMax-M2.7.");
  expect(fs.readFileSync(table(), "utf8")).toBe(before.replace(/"asOf": "[\d-]+"/, '"asOf": "2026-12-24"'));
});

test("a changed record changes its row and the date", async () => {
  edit(qwen, (one) => {
    one.config!.num_hidden_layers = 37;
    one.facts.loadedGiB = 15.3;
  });
  expect(await renew()).toEqual([
    "Changed Qwen/Qwen3-8B: layers 36 is now 37; loadedGiB 15.27 is now 15.3.",
    "facts/model-table.json now contains 54 models.",
  ]);
  const { asOf, rows } = readTable<ModelFacts>(table(), "models");
  expect(asOf).toBe("2026-12-24");
  expect(rows["Qwen/Qwen3-8B"]).toMatchObject({ layers: 37, loadedGiB: 15.3 });
});

test("a record is added and removed with its file", async () => {
  fs.renameSync(record(qwen), record("Qwen--Qwen3-9B.json"));
  edit("Qwen--Qwen3-9B.json", (one) => {
    one.id = "Qwen/Qwen3-9B";
  });
  expect((await renew()).slice(0, 2)).toEqual(["Removed Qwen/Qwen3-8B.", "Added Qwen/Qwen3-9B."]);
});

describe("with files of the Hub", () => {
  const id = "Qwen/Qwen3-8B";
  const commit = "a".repeat(40);
  const hub = "https://huggingface.co";
  /** The Hub has the same files for all models except this one. */
  const newest = (change: object) => async (one: TableRecord) =>
    one.id === id ? withHubFiles(one, hub, { id, commit, config: { ...one.config, ...change } }) : one;

  test("they replace those of the records, and their values in the table", async () => {
    expect(await renew(newest({ max_position_embeddings: 65536 }))).toEqual([
      "Renewed facts/modelRecords/Qwen--Qwen3-8B.json.",
      `Changed ${id}: maxModelLen 40960 is now 65536.`,
      "facts/model-table.json now contains 54 models.",
    ]);
    expect(JSON.parse(fs.readFileSync(record(qwen), "utf8"))).toMatchObject({
      ...{ id, commit, source: `${hub}/${id}, commit ${commit}`, config: { max_position_embeddings: 65536 }, facts: { loadedGiB: 15.27 } },
    });
    expect(await renew(newest({ max_position_embeddings: 65536 }))).toEqual(["facts/model-table.json is up to date: 54 models."]);
  });

  test("with the same values, the record gets the commit, and the table keeps its date", async () => {
    const before = fs.readFileSync(table(), "utf8");
    expect(await renew(newest({}))).toEqual([
      "Renewed facts/modelRecords/Qwen--Qwen3-8B.json.",
      "facts/model-table.json now contains 54 models.",
    ]);
    expect(fs.readFileSync(table(), "utf8")).toBe(before);
  });

  test("if one can't be read, nothing is changed", async () => {
    const before = fs.readFileSync(record(qwen), "utf8");
    const failing = async (one: TableRecord) => {
      if (one.id === "zai-org/GLM-5.2-FP8") throw new Error("no connection");
      return newest({ max_position_embeddings: 65536 })(one);
    };
    await expect(renew(failing)).rejects.toThrow("no connection");
    expect(fs.readFileSync(record(qwen), "utf8")).toBe(before);
  });
});

test.each<[what: string, change: (one: Editable) => void, message: RegExp]>([
  [
    "has another ID",
    (one) => Object.assign(one, { id: "Qwen/other" }),
    /is not a record of a model: its id is "Qwen\/other"\. Nothing was written\.$/,
  ],
  ["states no source", (one) => Object.assign(one, { source: "" }), /it states no source/],
  ["has no license", (one) => delete one.facts.license, /facts must contain paramsB and license/],
  ["has neither config.json nor dimensions", (one) => delete one.config, /it has neither config nor architecture in facts/],
  [
    "has a config.json without dimensions",
    (one) => delete one.config?.hidden_size,
    /The configuration of Qwen\/Qwen3-8B has no hidden_size/,
  ],
])("changes nothing if a record %s", async (_, change, message) => {
  edit(qwen, change);
  const before = fs.readFileSync(table(), "utf8");
  await expect(renew()).rejects.toThrow(message);
  expect(fs.readFileSync(table(), "utf8")).toBe(before);
});

test("changes nothing if a record isn't JSON", async () => {
  fs.writeFileSync(record(qwen), "{");
  await expect(renew()).rejects.toThrow(/Qwen--Qwen3-8B\.json is not a record of a model: .*JSON/);
});
