// Does not prove that Azure's inference server calls it correctly, or that the image builds: python3 calls init() and run() directly, with a
// replacement for the server's AMLResponse.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const folder = path.join(__dirname, "../../../docker/score");
const driver = `
import json, sys
sys.dont_write_bytecode = True
import score
score.init()
print("results:" + json.dumps([score.run(body) for body in json.loads(sys.argv[1])]))
`;
const amlResponse =
  "def AMLResponse(message, status, json_str=False):\n    return {'status': status, 'message': message, 'json_str': json_str}\n";

let home: string;
beforeAll(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "moor-score-"));
  write("lib/azureml_inference_server_http/api/aml_response.py", amlResponse);
});
afterAll(() => fs.rmSync(home, { recursive: true, force: true }));

function write(file: string, content: string): string {
  const target = path.join(home, file);
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, content);
  return target;
}

function score(bodies: string[], variables: Record<string, string> = {}) {
  const env = { PATH: process.env.PATH!, PYTHONPATH: `${folder}:${home}/lib`, ...variables };
  const { status, stdout, stderr } = spawnSync("python3", ["-c", driver, JSON.stringify(bodies)], { env, encoding: "utf8" });
  const results = /^results:(.*)$/m.exec(stdout)?.[1];
  return { status, stdout, stderr, results: results && JSON.parse(results) };
}

const rows = (...values: unknown[]) => JSON.stringify({ rows: values });
const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));

test("probabilities are in the order of the rows", () => {
  const { results } = score([rows({ amount: 900, foreign: 1, attempts: 3 }, { attempts: 0, foreign: 0, amount: 0 })]);
  expect(results).toEqual([{ model: "example-fraud", scores: [expect.closeTo(sigmoid(1.7), 12), expect.closeTo(sigmoid(-4), 12)] }]);
});

test("extreme values result in 0 and 1, not in an overflow", () => {
  const { results } = score([rows({ amount: 1e300, foreign: 0, attempts: 0 }, { amount: -1e300, foreign: 0, attempts: 0 })]);
  expect(results).toEqual([{ model: "example-fraud", scores: [1, 0] }]);
});

test("each error in a request returns 400 with one sentence, and the scorer continues", () => {
  const features = "must have exactly these features: amount, foreign, attempts.";
  const errors: [string, string][] = [
    ["{", "The body is not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)."],
    ["[]", 'The body must be {"rows": [...]} with at least one row.'],
    [rows(), 'The body must be {"rows": [...]} with at least one row.'],
    [rows({ amount: 1 }), `rows[0] ${features}`],
    [rows({ amount: 1, foreign: 0, attempts: 0 }, { amount: 1, foreign: 0, attempts: 0, extra: 0 }), `rows[1] ${features}`],
    [rows({ amount: "1", foreign: 0, attempts: 0 }), "rows[0].amount must be a finite number."],
    [rows({ amount: 1, foreign: true, attempts: 0 }), "rows[0].foreign must be a finite number."],
    [`{"rows": [{"amount": 1${"0".repeat(400)}, "foreign": 0, "attempts": 0}]}`, "rows[0].amount must be a finite number."],
    ['{"rows": [{"amount": NaN, "foreign": 0, "attempts": 0}]}', "rows[0].amount must be a finite number."],
  ];
  const { results } = score([...errors.map(([body]) => body), rows({ amount: 0, foreign: 0, attempts: 0 })]);
  expect(results.slice(0, -1)).toEqual(errors.map(([, error]) => ({ status: 400, message: { error }, json_str: true })));
  expect(results.at(-1).scores).toHaveLength(1);
});

const mine = JSON.stringify({ name: "mine", intercept: 0, coefficients: { x: 1 } });

test.each(["weights.json", "artifact/weights.json"])("a mounted model is used: %s", (file) => {
  const model = `model-${file.length}`;
  write(`${model}/${file}`, mine);
  const { results, stdout } = score([rows({ x: 0 })], { AZUREML_MODEL_DIR: path.join(home, model) });
  expect(results).toEqual([{ model: "mine", scores: [0.5] }]);
  expect(stdout).toContain("score.py: model mine, features x\n");
});

test.each([
  ["none", [], 0],
  ["two", ["a/weights.json", "b/weights.json"], 2],
])("a mounted model with %s weights.json fails at start and never falls back to the example", (name, files, count) => {
  fs.mkdirSync(path.join(home, name), { recursive: true });
  for (const file of files) write(`${name}/${file}`, mine);
  const { status, stderr, results } = score(["{}"], { AZUREML_MODEL_DIR: path.join(home, name) });
  expect(status).toBe(1);
  expect(results).toBeUndefined();
  expect(stderr).toContain(`it must contain one weights.json, directly or one level below, but contains ${count}.`);
});
