// Proves with the real engine how a run ends if a resource violates a rule: in a preview with one report, in an update before its write.
import * as fs from "node:fs";
import * as path from "node:path";
import { acceptancesExcept } from "../support/acceptances";
import { cloneProgram } from "./clone";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(240_000);

let folder: string;
let sandbox: Sandbox;
beforeAll(async () => {
  folder = cloneProgram();
  sandbox = await openSandbox({}, undefined, folder);
});
afterAll(async () => {
  await sandbox?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

interface Program {
  /** Statements after the review: the group is `g`, and `inside` are properties of a resource in it and in the residency. */
  readonly resources: string;
  readonly accept?: readonly object[];
}

const others = acceptancesExcept((code) => code === "MOOR401");

/** Runs a small program, with a resource group and its own resources. */
function run(verb: string, { resources, accept = [] }: Program, args: string[] = []) {
  const program = `
    import * as network from "@pulumi/azure-native/network";
    import * as resources from "@pulumi/azure-native/resources";
    import * as pulumi from "@pulumi/pulumi";
    import { reviewProgram } from "./components";
    const contract = { home: "swedencentral", regions: ["swedencentral"], declared: { regions: ["swedencentral"] }, principals: [] } as const;
    export const reviewed = reviewProgram({ stack: "dev", contract, accept: ${JSON.stringify([...others, ...accept])} });
    const g = new resources.ResourceGroup("g", { resourceGroupName: "g", location: "swedencentral" });
    const inside = { resourceGroupName: g.name, location: "swedencentral" };
    ${resources}`;
  fs.writeFileSync(path.join(folder, "index.ts"), program);
  return sandbox.run(verb, "dev", { args });
}

const group = (name: string, args = "inside", opts = "") => `new network.NetworkSecurityGroup("${name}", ${args}${opts});`;
const outside = '{ ...inside, location: "westeurope" }';
const nowhere = (name: string) => sandbox.resources().filter((id) => id.endsWith(`/${name}`));

/** Codes, resources and properties of the findings in a report. */
const findings = (output: string) => output.match(/(?<=^ *)MOOR\d{3} [\w/-]+ [\w.]+$/gm) ?? [];

const template = `{
  resourceGroupName: g.name,
  deploymentName: "nested",
  properties: { mode: "Incremental", template: { "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    contentVersion: "1.0.0.0", resources: [
    { type: "Microsoft.Network/networkSecurityGroups", apiVersion: "2024-05-01", name: "in-template", location: "westeurope" } ] } } }`;

test("A preview ends with one report of all findings: late transforms, components, templates, untyped resources and secrets.", async () => {
  const { code, output } = await run("preview", {
    resources: `
      ${group("legal")}
      ${group("transformed")}
      ${group("plain", outside)}
      ${group("secret", '{ ...inside, location: pulumi.secret("eastus") }')}
      new resources.Deployment("template", ${template});
      new resources.Resource("untyped", { ...inside, location: "westus", apiVersion: "2024-05-01", resourceProviderNamespace: "Microsoft.Network",
        parentResourcePath: "", resourceType: "networkSecurityGroups", resourceName: "untyped" });
      const parent = new pulumi.ComponentResource("test:Parent", "parent", {}, { transformations: [({ props, opts, type }) =>
        type.endsWith(":NetworkSecurityGroup") ? { props: { ...props, location: "norwayeast" }, opts } : undefined] });
      ${group("in-component", "inside", ", { parent }")}
      pulumi.runtime.registerResourceTransform(({ name, props, opts }) =>
        name === "transformed" ? { props: { ...props, location: "northeurope" }, opts: {} } : undefined);`,
  });
  expect({ code, found: findings(output) }).toEqual({
    code: 1,
    found: [
      "MOOR401 in-component location",
      "MOOR401 plain location",
      "MOOR401 secret location",
      "MOOR401 template/resources/0 location",
      "MOOR401 transformed location",
      "MOOR401 untyped location",
    ],
  });
  expect(output).not.toContain("eastus");
});

test("An update without a preview writes nothing of the resource, and the next update needs no repair.", async () => {
  // The resource is known only when another one exists.
  const late = (args: string) =>
    `${group("first")} export const id = g.id.apply(() => { const late = ${group("late", args)} return late.id; });`;
  expect(await run("preview", { resources: late(outside) })).toMatchObject({ code: 0 });
  const before = sandbox.requests().length;
  const { code, output } = await run("up", { resources: late(outside) });
  expect({ code, found: findings(output) }).toEqual({ code: 1, found: ["MOOR401 late location"] });
  expect(output).toContain("The run ended before it wrote this resource.");
  expect(nowhere("late")).toEqual([]);
  const written = sandbox
    .requests()
    .slice(before)
    .filter(({ method }) => method === "PUT");
  expect(written.map(({ path }) => path.split("/").at(-1))).not.toContain("late");
  // Now its group exists, so that a preview knows it.
  expect(findings((await run("preview", { resources: late(outside) })).output)).toEqual(["MOOR401 late location"]);
  expect(await run("up", { resources: late("inside") })).toMatchObject({ code: 0 });
  expect(await run("preview", { resources: late("inside") }, ["--expect-no-changes"])).toMatchObject({ code: 0 });
});

test("An expired entry refuses a change and warns about what is unchanged. A valid one accepts.", async () => {
  const entry = (until: string) => [{ code: "MOOR401", resource: "abroad", reason: "For this test.", until }];
  const program = (until: string, tag: string) => ({
    accept: entry(until),
    resources: `${group("first")} ${group("abroad", `{ ...inside, location: "westeurope", tags: { t: "${tag}" } }`)}`,
  });
  const accepted = await run("up", program("2999-12-31", "one"));
  expect(accepted).toMatchObject({ code: 0 });
  const noted = await run("preview", program("2999-12-31", "two"));
  expect(noted).toMatchObject({ code: 0, output: expect.stringContaining("MOOR401 is accepted in moor:accept for abroad.") });
  const unchanged = await run("preview", program("2020-01-01", "one"));
  expect(unchanged).toMatchObject({ code: 0, output: expect.stringMatching(/warning: MOOR401 abroad: .* accepted until 2020-01-01/) });
  for (const verb of ["preview", "up"]) {
    const { code, output } = await run(verb, program("2020-01-01", "two"));
    expect({ code, found: findings(output) }).toEqual({ code: 1, found: ["MOOR401 abroad location"] });
    expect(output).toContain("The acceptance expired on 2020-01-01: For this test.");
  }
  expect(await run("up", program("2020-01-01", "one"))).toMatchObject({ code: 0 });
});
