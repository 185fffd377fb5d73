/** Tests the shipped files. Doesn't prove that the stacks serve: their images are not built here. */
import * as fs from "node:fs";
import * as path from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { parse } from "yaml";
import { checkSettings, checkStack } from "../../config/checkStack";
import { deploymentsOf } from "../../config/decisions";
import { schemaFiles } from "../../config/jsonSchema";
import { readLock } from "../../config/lockFile";
import { patternOf } from "../../config/patternOf";
import { decideDeployment } from "../../config/requirements";
import { settingsTable } from "../../config/settingsTable";
import { settingsSchema } from "../../config/stackFile";
import { settingsOf } from "../../config/stackYaml";
import { stagedLock } from "../support/stagedLock";

const root = path.join(__dirname, "..", "..");
const file = (name: string): string => fs.readFileSync(path.join(root, name), "utf8");

function raw(stack: string) {
  const lock = stack === "prod" ? { lock: file("moor.lock.prod.yaml") } : {};
  return { project: "moor", stack, ...settingsOf(file(`Pulumi.${stack}.yaml`)), ...lock };
}

function specOf(stack: string, lock = raw(stack).lock) {
  const checked = checkStack({ ...raw(stack), lock });
  if ("errors" in checked) throw new Error(JSON.stringify(checked.errors));
  return checked.spec;
}

test("golden: with these images, the deployments of the shipped stacks have these names, and a changed name is a new deployment for every user", () => {
  // The names of deployments with built images depend on the files in docker/.
  const digests = { vllm: `sha256:${"0".repeat(63)}1`, score: `sha256:${"0".repeat(63)}2` };
  const names = ["dev", "prod"].map((stack) => {
    const { settings } = checkSettings(raw(stack));
    if (settings === undefined) throw new Error("unreadable");
    return deploymentsOf(settings).map(({ label, settings: deployment }) => {
      const pattern = patternOf(deployment);
      const image = { repository: `moor/${pattern}`, digest: digests[pattern] };
      const resolved = { image, region: "swedencentral", revision: deployment.vllm?.revision ?? "" };
      const outcome = decideDeployment(label, deployment, resolved);
      return "decision" in outcome ? outcome.decision.name : outcome.problems;
    });
  });
  expect(names).toEqual([["main-57a7e080"], ["main-396e5a20", "candidate-fdd376f0", "main-8da2438d"]]);
});

test("dev is one deployment on one small GPU, decided without a lock file", () => {
  const { decisionsFrom, endpoints, skipped, location } = specOf("dev");
  expect({ decisionsFrom, skipped, location }).toEqual({ decisionsFrom: "computed", skipped: [], location: "swedencentral" });
  expect(endpoints.map(({ key, auth, deployments }) => [key, auth, deployments.map(({ decision }) => decision.instanceType)])).toEqual([
    ["chat", "key", ["Standard_NC4as_T4_v3"]],
  ]);
});

test("prod is two live chat deployments with Entra ID, one of them scaled, and a score.py with a key, from the lock file", () => {
  const { decisionsFrom, endpoints, skipped, notes } = specOf("prod", stagedLock());
  expect({ decisionsFrom, skipped, notes }).toEqual({ decisionsFrom: "lock", skipped: [], notes: [] });
  const shape = endpoints.map(({ key, auth, deployments }) => [
    key,
    auth,
    deployments.map(({ label, weight, scale }) => [label, weight, scale]),
  ]);
  expect(shape).toEqual([
    [
      "chat",
      "entra",
      [
        ["main", 90, { min: 3, max: 6 }],
        ["candidate", 10, undefined],
      ],
    ],
    ["fraud", "key", [["main", 100, undefined]]],
  ]);
});

test("prod is shipped without staged weights: its chat deployments are skipped until they are staged", () => {
  const { endpoints, skipped } = specOf("prod");
  expect(endpoints.map(({ key, deployments }) => [key, deployments.length])).toEqual([
    ["chat", 0],
    ["fraud", 1],
  ]);
  expect(skipped.map(({ endpoint, label }) => `${endpoint}/${label}`)).toEqual(["chat/main", "chat/candidate"]);
  for (const { message } of skipped)
    expect(message).toContain("its weights are not staged. To stage them, run `npm run mirror -- -s prod`");
});

test("the shipped lock file contains the decisions of this version, whose weights are not staged", () => {
  const { settings, images } = checkSettings(raw("prod"));
  const read = readLock("prod", file("moor.lock.prod.yaml"));
  if (!settings || "errors" in read) throw new Error("unreadable");
  for (const { endpoint, label, settings: deployment } of deploymentsOf(settings)) {
    const image = images.imageOf(endpoint, label)!.reference;
    const resolved = { image, region: "swedencentral", revision: deployment.vllm?.revision ?? "", folder: root };
    const outcome = decideDeployment(label, deployment, resolved);
    if ("problems" in outcome) throw new Error(JSON.stringify(outcome.problems));
    expect(read.lock.endpoints[endpoint]?.[label]?.current).toEqual(outcome.decision);
  }
});

test.each(Object.entries(schemaFiles()))("config/schema/%s is generated from the zod schemas (npm run generate)", (name, text) => {
  expect(file(`config/schema/${name}`)).toBe(text);
});

function validator(name: string) {
  return new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(schemaFiles()[name]!));
}

test.each([
  ["stack.schema.json", "Pulumi.dev.yaml"],
  ["stack.schema.json", "Pulumi.prod.yaml"],
  ["lock.schema.json", "moor.lock.prod.yaml"],
])("an editor with %s finds no error in %s", (schema, name) => {
  const validate = validator(schema);
  validate(parse(file(name)));
  expect(validate.errors).toBeNull();
});

test.each([
  ["an unknown setting of Moor's", "moor:lock: none", "moor:lok: none"],
  ["a misspelt key", "weight: 100", "wieght: 100"],
  ["two engines", "size: Standard_NC4as_T4_v3", "size: Standard_NC4as_T4_v3\n          score: { path: x }"],
  ["an unknown size", "Standard_NC4as_T4_v3", "Standard_NC4as_T4_v9"],
])("an editor marks %s", (_, good, bad) => {
  const text = file("Pulumi.dev.yaml");
  expect(text).toContain(good);
  expect(validator("stack.schema.json")(parse(text.replace(good, bad)))).toBe(false);
});

test.each([
  ["a label that every object has", "        main:", "        constructor:"],
  ["a tag that every object has", "environment: dev", "constructor: dev"],
  ["a key without a namespace", "moor:lock: none", "lock: none"],
  ["a key with the namespace's old form", "moor:lock: none", "moor:config:lock: none"],
  ["a source without its registered model", "source: hub", "source: workspace"],
  ["a registered model of another source", "source: hub", "source: catalogue\n            registeredModel: chat-tuned:3"],
  ["a registered model with the Hub", "source: hub", "source: hub\n            registeredModel: chat-tuned:3"],
  ["a token that is a number", "moor:lock: none", "moor:lock: none\n  moor:huggingFaceToken: { secure: 5 }"],
])("an editor and the check both reject %s", (_, good, bad) => {
  const text = file("Pulumi.dev.yaml").replace(good, bad);
  expect(validator("stack.schema.json")(parse(text))).toBe(false);
  const refused = () => {
    const checked = checkStack({ project: "moor", stack: "dev", ...settingsOf(text) });
    if ("errors" in checked) throw new Error("refused");
  };
  expect(refused).toThrow();
});

test.each(["Sweden Central", "SwedenCentral", "swedencentral"])("an editor and the check both accept the region %s", (region) => {
  const text = file("Pulumi.dev.yaml")
    .replace("location: swedencentral", `location: ${region}`)
    .replace("geography: Sweden", `regions: [${region}]`);
  expect(validator("stack.schema.json")(parse(text))).toBe(true);
  expect("spec" in checkStack({ project: "moor", stack: "dev", ...settingsOf(text) })).toBe(true);
});

test("an editor ignores other providers' settings and Pulumi's keys", () => {
  const text = file("Pulumi.dev.yaml").replace("config:", "encryptionsalt: v1:x\nconfig:\n  azure-native:subscriptionId: x");
  expect(validator("stack.schema.json")(parse(text))).toBe(true);
});

test("every setting of the schema has a row in the table, and every row has a description", () => {
  const rows = settingsTable().split("\n").slice(2);
  expect(rows).toHaveLength(102);
  expect(rows.filter((row) => !/^\| `[^`]+` \| .+ \| .+ \|$/.test(row))).toEqual([]);
  for (const key of Object.keys(settingsSchema.shape)) expect(rows.some((row) => row.startsWith(`| \`${key}\``))).toBe(true);
});
