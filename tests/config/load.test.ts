/** Tests loading the configuration of a running program. Doesn't prove what the engine prints, only what it receives. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { loadStack } from "../../config/load";
import { settingsOf } from "../../config/stackYaml";
import { goodSettings, rawStack, type Tree } from "./stacks";

const token = "hf_abcdefghijklmnop";
let folder = "";

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-load-"));
  pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) }, "moor", "dev");
});

afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

function configure(settings: Tree, secretKeys: string[] = []): void {
  pulumi.runtime.setAllConfig({ ...rawStack(settings).settings }, secretKeys);
}

test("a good stack becomes a spec", () => {
  configure(goodSettings());
  const { spec, huggingFaceToken } = loadStack(folder);
  expect({ name: spec.name, project: spec.project, location: spec.location }).toEqual({
    name: "dev",
    project: "moor",
    location: "swedencentral",
  });
  expect(huggingFaceToken).toBeUndefined();
});

test.each([undefined, "http://127.0.0.1:1"])("the copy of the lock file is read only in the local Azure (%s)", (arm) => {
  configure({ ...goodSettings(), "moor:lock": "required" });
  const local = path.join(folder, "local");
  fs.mkdirSync(local);
  process.env.MOOR_LOCK_FOLDER = local;
  if (arm !== undefined) process.env.MOOR_ARM_URL = arm;
  try {
    // There is neither a lock file nor a copy.
    expect(() => loadStack(folder)).toThrow("MOOR050");
    fs.writeFileSync(path.join(local, "moor.lock.dev.yaml"), "version: 7\n");
    expect(() => loadStack(folder)).toThrow(arm === undefined ? "MOOR050" : "MOOR051");
  } finally {
    delete process.env.MOOR_LOCK_FOLDER;
    delete process.env.MOOR_ARM_URL;
  }
});

test.each([
  [undefined, "run `npm run mirror -- -s prod` inside the network", ", and commit moor.lock.prod.yaml. Then run `pulumi up` again. "],
  [
    "http://127.0.0.1:1",
    "run `npm run mirror -- -s prod --local` inside the network",
    " outside of it. Then run `npm run local -- up -s prod` again. ",
  ],
])("the note on weights that aren't staged has the commands of the Azure of the run (%s)", (arm, mirror, end) => {
  // The shipped stack, whose weights are not staged.
  const root = path.join(__dirname, "..", "..");
  pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) }, "moor", "prod");
  pulumi.runtime.setAllConfig({ ...settingsOf(fs.readFileSync(path.join(root, "Pulumi.prod.yaml"), "utf8"), "Pulumi.prod.yaml").settings });
  if (arm !== undefined) process.env.MOOR_ARM_URL = arm;
  try {
    const skipped = loadStack(root).spec.notes.filter((note) => note.startsWith("Deployment chat/main is skipped"));
    expect(skipped).toEqual([expect.stringContaining(mirror)]);
    expect(skipped[0]?.endsWith(`${end}chat/main will cost 10,457.25 to 20,914.50 USD/month at list price.`)).toBe(true);
  } finally {
    delete process.env.MOOR_ARM_URL;
  }
});

test("the token is a secret output, apart from the spec", async () => {
  configure({ ...goodSettings(), "moor:huggingFaceToken": token }, ["moor:huggingFaceToken"]);
  const { spec, huggingFaceToken } = loadStack(folder);
  expect(await pulumi.isSecret(huggingFaceToken!)).toBe(true);
  expect(JSON.stringify(spec)).not.toContain(token);
});

test("import credentials are a secret output, apart from the spec", async () => {
  const credentials = JSON.stringify({ "docker.io": "moor:not-a-real-password" });
  configure({ ...goodSettings(), "moor:importCredentials": credentials }, ["moor:importCredentials"]);
  const { spec, importCredentials } = loadStack(folder);
  expect(await pulumi.isSecret(importCredentials!)).toBe(true);
  expect(await new Promise((resolve) => importCredentials!.apply(resolve))).toBe(credentials);
  expect(JSON.stringify(spec)).not.toContain("not-a-real-password");
  configure(goodSettings());
  expect(loadStack(folder)).not.toHaveProperty("importCredentials");
});

test("the environment variable MOOR_ENDPOINTS is read", () => {
  configure(goodSettings());
  jest.replaceProperty(process, "env", { ...process.env, MOOR_ENDPOINTS: "none" });
  expect(loadStack(folder).spec.endpoints).toEqual([]);
  process.env.MOOR_ENDPOINTS = "other";
  expect(() => loadStack(folder)).toThrow(/MOOR078 MOOR_ENDPOINTS/);
  jest.restoreAllMocks();
  expect(loadStack(folder).spec.endpoints).toHaveLength(1);
});

test("errors end the program with one report that is both the message and the stack", () => {
  configure({ ...goodSettings(), "moor:huggingFaceToken": token, "moor:residency": "Sweden" });
  let error: Error | undefined;
  try {
    loadStack(folder);
  } catch (thrown) {
    error = thrown as Error;
  }
  expect(pulumi.RunError.isInstance(error)).toBe(true);
  expect(error?.stack).toBe(error?.message);
  expect(error?.message).toMatch(/^Stack "dev" has 2 configuration errors\. Nothing was created or changed\./);
  expect(error?.message).toMatch(/MOOR060 moor:huggingFaceToken[\s\S]*MOOR003 moor:residency/);
  expect(error?.message).not.toContain(token);
});

test("the lock file next to Pulumi.yaml is read", () => {
  const { "moor:lock": _, ...settings } = goodSettings();
  configure(settings);
  expect(() => loadStack(folder)).toThrow(/MOOR050 moor\.lock\.dev\.yaml/);
  fs.writeFileSync(path.join(folder, "moor.lock.dev.yaml"), "version: 2\n");
  expect(() => loadStack(folder)).toThrow(/MOOR051 moor\.lock\.dev\.yaml/);
});
