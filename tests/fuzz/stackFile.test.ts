// Proves that any text results in a stack or in a report with codes: no exception, no stack trace, no value converted to text by accident.
// And that the editor's schema and the check agree: the editor accepts what the check accepts, and the check rejects what the editor
// accepts only for reasons that a JSON Schema can't express, which are listed here. Doesn't prove that the reasons are right: tests/config
// does.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import { checkStack } from "../../config/checkStack";
import { type ErrorCode, errorKinds, reportErrors } from "../../config/errors";
import { settingsOf } from "../../config/stackYaml";
import { goodSettings, scoreDeployment, vllmDeployment } from "../config/stacks";
import { checkText, marked } from "./editor";
import { fuzz, share } from "./fuzz";
import { anyJson, mutated, yamlWords } from "./mutate";

const root = path.join(__dirname, "..", "..");
const fixtures = path.join(root, "tests", "config", "fixtures", "0.1.0");
const stackFiles = [root, fixtures].flatMap((folder) =>
  fs.readdirSync(folder).flatMap((name) => (/^Pulumi\..+\.yaml$/.test(name) ? [path.join(folder, name)] : [])),
);
const samples = stackFiles.map((file) => fs.readFileSync(file, "utf8"));

/** A program in a folder of its own: a changed path can refer to the parent folder, whose files are hashed. */
const outside = fs.mkdtempSync(path.join(os.tmpdir(), "moor-fuzz-"));
const program = path.join(outside, "program");
fs.cpSync(path.join(root, "docker"), path.join(program, "docker"), { recursive: true });
afterAll(() => fs.rmSync(outside, { recursive: true, force: true }));

const tricky = ["1_000", "moor:endpoints: ", "\t", "💥"];

/** Reasons that a JSON Schema can't state: sums, comparisons between settings, tables, files, secrets and what the planner computes. */
const beyondSchema: readonly ErrorCode[] = [
  ...(["MOOR010", "MOOR011", "MOOR012", "MOOR015", "MOOR017", "MOOR018", "MOOR020", "MOOR021", "MOOR022", "MOOR023"] as const),
  ...(["MOOR024", "MOOR025", "MOOR026", "MOOR027", "MOOR028", "MOOR031", "MOOR032", "MOOR033", "MOOR034", "MOOR035", "MOOR040"] as const),
  ...(["MOOR041", "MOOR042", "MOOR043", "MOOR044", "MOOR045", "MOOR046", "MOOR050", "MOOR055", "MOOR056", "MOOR057"] as const),
  ...(["MOOR060", "MOOR061", "MOOR062", "MOOR063", "MOOR064", "MOOR065", "MOOR067"] as const),
  ...(["MOOR070", "MOOR071", "MOOR072", "MOOR073", "MOOR074", "MOOR075", "MOOR076", "MOOR077", "MOOR079"] as const),
  ...(["MOOR080", "MOOR081", "MOOR082", "MOOR083", "MOOR084", "MOOR085", "MOOR095", "MOOR099"] as const),
];
const isBeyondSchema = (code: ErrorCode) => beyondSchema.includes(code) || /^MOOR[123]/.test(code);

function checkFile(text: string): void {
  let read: ReturnType<typeof settingsOf>;
  try {
    read = settingsOf(text, "Pulumi.dev.yaml");
  } catch (error) {
    const { message } = error as Error;
    expect(message).toMatch(/^MOOR062 Pulumi\.dev\.yaml .+ \(line \d+\): [^\n]+\.$/);
    checkText(message);
    return;
  }
  checkSettings(read, parse(text));
}

function checkSettings(read: ReturnType<typeof settingsOf>, value: unknown): void {
  const checked = checkStack({ project: "moor", stack: "dev", folder: program, ...read });
  const editor = marked("stack", value);
  if ("spec" in checked) {
    for (const note of checked.spec.notes) checkText(note);
    if (editor !== undefined) throw new Error(`The check accepts what the editor marks: ${editor}`);
    return;
  }
  expect(checked.errors.length).toBeGreaterThan(0);
  for (const { code } of checked.errors) expect(errorKinds[code]).toBeDefined();
  checkText(reportErrors("dev", checked.errors));
  const unstated = checked.errors.filter(({ code }) => !isBeyondSchema(code));
  if (editor === undefined && unstated.length > 0) throw new Error(`The editor takes what the check refuses: ${JSON.stringify(unstated)}`);
}

fuzz("a damaged stack file is a stack or a report", mutated(samples, [...yamlWords, ...tricky]), checkFile, share(0.4));

const external = `docker.io/moor/score@sha256:${"a".repeat(64)}`;

/** Settings of every kind, so that mutations reach each of them. */
const whole = () => ({
  ...goodSettings(),
  "moor:images": {
    vllm: { import: external, repository: "moor/vllm" },
    score: { build: "docker/score", dockerfile: "docker/score/Dockerfile", args: { VERSION: "1" }, repository: "moor/score" },
  },
  "moor:quota": { NCADSA100v4: { limit: 500, others: 1 }, DSv2: { limit: 100 } },
  "moor:platform": {
    ...goodSettings()["moor:platform"],
    ...{ workspace: "create", dns: "moor", roles: "moor", tags: { owner: "ml" }, alerts: { emails: ["ml@example.com"] } },
    ...{ operators: ["3f8a6c1e-5d1b-4f0e-9a57-2b6f0c9d7e41"], networkRuleBypassAllowedForTasks: true },
    ...{ policyTags: ["CostCentre"], logRetentionDays: 30, logDailyCapGB: 5, firewallSku: "Basic" },
    network: { create: { addressSpace: "10.40.0.0/22", dnsServers: ["10.0.0.4"], securityGroup: "create" } },
  },
  "moor:endpoints": {
    chat: { auth: "entra", invokers: ["3f8a6c1e-5d1b-4f0e-9a57-2b6f0c9d7e41"], gate: "runner", deployments: { main: vllmDeployment() } },
    fraud: {
      auth: "key",
      deployments: {
        main: scoreDeployment({ requestTimeout: 30, check: { request: { rows: [1] }, answer: { scores: [1] }, latency: 2 } }),
        own: scoreDeployment({ weight: 0, score: { path: "docker/score", model: "fraud:3", image: { import: external } } }),
      },
    },
  },
});

const imageKeys = ["import", "layer", "build", "via", "repository", "dockerfile", "args", "image", "model", "operators"];

type Tree = Record<string, unknown>;
const keys = [
  "vllm",
  "score",
  "flags",
  "check",
  "scale",
  "instances",
  "mirror",
  "residency",
  "regions",
  "moor:lock",
  "location",
  "secure",
  ...imageKeys,
];
const values = fc.oneof(
  { weight: 2, arbitrary: anyJson(keys) },
  fc.constantFrom<unknown>(
    "create",
    "none",
    "auto",
    "Sweden Central",
    "swedencentral",
    "16k",
    "key",
    "entra",
    "hub",
    "mirror",
    1,
    50,
    51,
    100,
  ),
  fc.constantFrom<unknown>(
    "Standard_DS3_v2",
    "Qwen/Qwen3-8B",
    `moor/vllm@sha256:${"a".repeat(64)}`,
    "10.0.0.0/16",
    ...[
      external,
      "docker/vllm",
      "docker/score",
      "./docker/",
      "/srv",
      "..",
      "registry",
      "task",
      { build: "docker/score" },
      { layer: "docker/vllm", via: "task" },
      { import: external },
    ],
    ["swedencentral"],
    {},
    [],
  ),
);

/** Settings with a few values replaced, removed or added at any depth. */
const changed = fc
  .array(
    fc.record({
      at: fc.nat(10_000),
      how: fc.constantFrom("set", "remove", "add"),
      key: fc.constantFrom("constructor", "__proto__", ...keys),
      value: values,
    }),
    { maxLength: 3 },
  )
  .map((changes) => {
    const settings = JSON.parse(JSON.stringify(whole())) as Tree;
    for (const { at, how, key, value } of changes) {
      const places = placesOf(settings);
      const place = places[at % places.length]!;
      if (how === "remove") delete place.map[place.key];
      else if (how === "set") define(place.map, place.key, value);
      else if (typeof place.map[place.key] === "object" && place.map[place.key] !== null) define(place.map[place.key] as Tree, key, value);
    }
    return settings;
  });

function placesOf(map: Tree): { map: Tree; key: string }[] {
  return Object.entries(map).flatMap(([key, value]) => [
    { map, key },
    ...(typeof value === "object" && value !== null ? placesOf(value as Tree) : []),
  ]);
}

/** An own property, also of the name `__proto__`. */
function define(map: Tree, key: string, value: unknown): void {
  Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true });
}

fuzz(
  "the editor's schema and the check agree on changed settings",
  changed,
  (settings) => {
    const text = JSON.stringify({ config: settings });
    let read: ReturnType<typeof settingsOf>;
    try {
      read = settingsOf(text, "Pulumi.dev.yaml");
    } catch (error) {
      const isKey = /has the key "/.test((error as Error).message);
      // The editor has no numbers that JSON can't represent; it marks a key without a namespace.
      if (isKey) expect(marked("stack", { config: settings })).toBeDefined();
      return;
    }
    checkSettings(read, { config: settings });
  },
  share(0.4),
);

fuzz(
  "any settings are a stack or a report",
  fc.dictionary(fc.constantFrom(...Object.keys(whole()), "moor:extra", "azure-native:x"), anyJson(keys)),
  (settings) => {
    const text = JSON.stringify({ config: settings });
    try {
      settingsOf(text);
    } catch {
      return;
    }
    checkSettings(settingsOf(text), { config: settings });
  },
  share(0.2),
);
