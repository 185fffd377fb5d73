// Proves the error messages for a truncated or overwritten state file: which file, and how to fix it. Doesn't prove when Pulumi writes
// what.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { exportState } from "../../operations/checkpoint";
import type { StackPulumi } from "../../operations/stackPulumi";
import { checkStateFile, stateFileOf } from "../../operations/stateFile";

let backend: string;
let file: string;
const whole = JSON.stringify({ version: 3, checkpoint: { stack: "prod", latest: { resources: [] } } });
beforeEach(() => {
  backend = fs.mkdtempSync(path.join(os.tmpdir(), "moor-backend-"));
  file = path.join(backend, ".pulumi", "stacks", "moor", "prod.json");
  fs.mkdirSync(path.dirname(file), { recursive: true });
});
afterEach(() => fs.rmSync(backend, { recursive: true }));

test.each(["", "{", whole.slice(0, 40), whole.slice(0, -1), "null", "[]", "{}", '"x"', "\0\0\0"])(
  "a state that is %j names its .bak",
  (text) => {
    fs.writeFileSync(file, text);
    fs.writeFileSync(`${file}.bak`, whole);
    expect(() => checkStateFile(file)).toThrow(
      `The state of the stack isn't readable: ${file} is incomplete.\n` +
        `Pulumi kept the previous version. Restore it with:\n  cp '${file}.bak' '${file}'\n` +
        "Then run `npm run recover`, which finds the resources created since then.",
    );
  },
);

test("without a readable .bak, the folder of earlier versions is reported", () => {
  fs.writeFileSync(file, "{");
  for (const bak of [undefined, "{", "null"]) {
    if (bak !== undefined) fs.writeFileSync(`${file}.bak`, bak);
    expect(() => checkStateFile(file)).toThrow(
      `${file} is incomplete.\nIts backup ${file}.bak isn't readable either. Pulumi keeps earlier versions in ${path.join(backend, ".pulumi", "history", "moor", "prod")}: ` +
        `copy the newest *.checkpoint.json from there to ${file}.`,
    );
  }
});

test("a complete state and a missing state are not errors", () => {
  checkStateFile(file);
  fs.writeFileSync(file, whole);
  checkStateFile(file);
  fs.writeFileSync(file, JSON.stringify({ version: 3, checkpoint: { stack: "fresh" } }));
  checkStateFile(file);
});

const failing = (message: string, url: string | undefined) =>
  ({
    stack: "prod",
    environment: { PULUMI_BACKEND_URL: url },
    must: () => Promise.reject(new Error(message)),
  }) satisfies Partial<StackPulumi> as unknown as StackPulumi;
const said = "pulumi stack export failed:\nerror: failed to load checkpoint: place 1: unexpected end of JSON input\n";

test("exportState reports the file for a file backend, and general advice for other backends", async () => {
  fs.writeFileSync(file, "{");
  fs.writeFileSync(`${file}.bak`, whole);
  expect(stateFileOf("prod", { PULUMI_BACKEND_URL: `file://${backend}?metadata=skip` })).toBe(file);
  expect(stateFileOf("other", { PULUMI_BACKEND_URL: `file://${backend}` })).toBeUndefined();
  expect(stateFileOf("prod", { PULUMI_BACKEND_URL: "azblob://state" })).toBeUndefined();
  await expect(exportState(failing(said, `file://${backend}?metadata=skip`))).rejects.toThrow(`cp '${file}.bak' '${file}'`);
  await expect(exportState(failing(said, "azblob://state"))).rejects.toThrow(/prod\.json\.bak/);
});

test("a state without a deployment is an error, not an empty state", async () => {
  const pulumi = { stack: "prod", environment: {}, must: async () => '{"version":3,"deployment":null}' } as unknown as StackPulumi;
  await expect(exportState(pulumi)).rejects.toThrow(/contains no deployment.*prod\.json\.bak/s);
});
