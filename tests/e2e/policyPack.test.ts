// Proves with the real engine that the policy pack accepts prod with its acceptances, in a preview, an update and its state, that it refuses a small
// program that isn't Moor's before anything is written, and that the commands in policy/README.md work. policyCorpus.test.ts tests each code.
import * as fs from "node:fs";
import * as path from "node:path";
import { root } from "../../cli/local/session";
import type { PackSettings } from "../../policy/settings";
import { shippedAcceptances } from "../rules/corpus/accept";
import { type Foreign, openForeign } from "./foreign";
import { findingLines, notProvableLines } from "./policyCorpus";
import { builtPack } from "./policyPack";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(400_000);

const settings: PackSettings = { home: "swedencentral", residency: { geography: "Sweden" }, accept: shippedAcceptances };

describe("prod", () => {
  let sandbox: Sandbox;
  let args: string[];
  beforeAll(async () => {
    sandbox = await openSandbox();
    args = (await builtPack(sandbox.home))({ ...settings, principals: ["3f8a6c1e-5d1b-4f0e-9a57-2b6f0c9d7e41"] });
  });
  afterAll(() => sandbox?.close());

  test("has no finding in a preview, and what isn't proved is listed by its code", async () => {
    const { code, output } = await sandbox.run("preview", "prod", { args });
    expect(findingLines(output)).toEqual([]);
    expect(notProvableLines(output)).toContainEqual({
      code: "MOOR410",
      name: "chat-monitoring-diagnostics",
      property: "properties.workspaceId",
    });
    expect(code).toBe(0);
  });

  test("has no finding in an update, nor in its state, where all sinks are proved", async () => {
    const up = await sandbox.run("up", "prod", { args });
    expect(findingLines(up.output)).toEqual([]);
    expect(up.code).toBe(0);
    const state = await sandbox.pulumiQuietly(["policy", "analyze", ...args, "--stack", "prod", "--color", "never"]);
    expect(findingLines(state)).toEqual([]);
    expect(notProvableLines(state).filter(({ code }) => code === "MOOR410")).toEqual([]);
  });
});

describe("a program that isn't Moor's", () => {
  let foreign: Foreign;
  let pack: (settings: PackSettings) => string[];
  beforeAll(async () => {
    foreign = await openForeign(path.join(__dirname, "fixtures", "foreign"), {});
    pack = await builtPack(foreign.folder);
  });
  afterAll(() => foreign?.close());

  test("follows the commands of the README", async () => {
    const readme = fs.readFileSync(path.join(root, "policy", "README.md"), "utf8");
    fs.symlinkSync(path.join(foreign.folder, "policy"), path.join(foreign.folder, "moor-policy"));
    fs.writeFileSync(path.join(foreign.folder, "policy-config.json"), /```json\n([\s\S]*?)```/.exec(readme)![1]!);
    const [preview, analyze, ...others] = [...readme.matchAll(/^pulumi (.*)$/gm)].map(([, args]) => args!.split(" "));
    expect(others).toEqual([]);
    expect(await foreign.run(...preview!)).toMatchObject({ code: 0 });
    expect(await foreign.run("up", "--yes", "--skip-preview")).toMatchObject({ code: 0 });
    expect(await foreign.run(...analyze!)).toMatchObject({ code: 0 });
  });

  test("is refused before a write, with the code of each violation", async () => {
    expect(await foreign.run("config", "set", "open", "true")).toMatchObject({ code: 0 });
    const { code, output } = await foreign.run("preview", ...pack(settings));
    expect(code).not.toBe(0);
    const found = findingLines(output).map(({ code: one, name }) => `${one} ${name}`);
    expect(found).toEqual(
      expect.arrayContaining([
        "MOOR401 abroad",
        "MOOR405 copied",
        "MOOR411 anywhere",
        "MOOR440 copied",
        "MOOR460 copied",
        "MOOR480 stranger",
      ]),
    );
    const update = await foreign.run("up", "--yes", "--skip-preview", ...pack(settings));
    expect(update.code).not.toBe(0);
    const written = foreign.session.azure.resources().map(({ id }) => id.slice(id.lastIndexOf("/") + 1));
    expect(written).not.toEqual(expect.arrayContaining(["stforeigncopied"]));
    expect(written).not.toEqual(expect.arrayContaining(["log-foreign"]));
  });

  test.each([
    ["a missing residency", { home: "swedencentral" }, "contract: residency is required"],
    ["two residencies", { ...settings, residency: { geography: "Sweden", regions: ["swedencentral"] } }, "Must have at most 1 properties"],
    ["an unknown region", { ...settings, home: "swedncentral" }, 'contract.home: "swedncentral" is not a region of Azure.'],
  ])("%s in the configuration gives an error", async (_, given, message) => {
    const { code, output } = await foreign.run("preview", ...pack(given as PackSettings));
    expect(output).toContain(message);
    expect(output).not.toContain("    at ");
    expect(code).not.toBe(0);
  });
});
