/** Tests replacements, removals and the names of soft-deleted resources. Doesn't prove that a run calls these checks: the program tests do. */
import {
  type Body,
  checkRemoval,
  checkReplacement,
  checkSoftDeleted,
  doorCodes,
  doorWays,
  type RemovalFacts,
  type RuleResource,
  type SoftDeleted,
  UNKNOWN,
} from "../../../rules";
import { bodyAt, group, type Kind, resourceOf } from "./resources";

const short = (checks: readonly { code: string; outcome: string; property: string; value: string }[]) =>
  checks.map(({ code, outcome, property, value }) => [code, outcome, property, value]);

const renamed = (kind: Kind, name: string, body: Body = {}): RuleResource => {
  const resource = resourceOf(kind, body);
  return { ...resource, id: resource.id!.replace(/[^/]+$/, name) };
};

describe("replacement", () => {
  const named: readonly Kind[] = [
    "workspace",
    "endpoint",
    "deployment",
    "environment",
    "model",
    "storage",
    "container",
    "vault",
    "registry",
    "logs",
    "insights",
  ];

  test.each(named)("another name of a resource of kind %s", (kind) => {
    const before = resourceOf(kind);
    const was = before.id!.split("/").at(-1);
    expect(short(checkReplacement({ before, after: renamed(kind, "other") }))).toEqual([["MOOR523", "violated", "name", `${was} → other`]]);
    expect(short(checkReplacement({ before, after: { ...before, id: undefined } }))).toEqual([
      ["MOOR523", "unknown", "name", `${was} → known only during the update`],
    ]);
    expect(checkReplacement({ before: { ...before, id: undefined }, after: before })).toEqual([]);
    expect(checkReplacement({ before, after: { ...before, id: before.id!.toUpperCase() } })).toEqual([]);
  });

  test.each(["role", "alert"] as const)("another name of a resource of kind %s loses nothing", (kind) => {
    expect(checkReplacement({ before: resourceOf(kind), after: renamed(kind, "other") })).toEqual([]);
  });

  test("another resource group or parent, with the same name", () => {
    const before = resourceOf("endpoint");
    const after = { ...before, id: before.id!.replace("mlw-1", "mlw-2") };
    expect(short(checkReplacement({ before, after }))).toEqual([["MOOR523", "violated", "id", `${before.id} → ${after.id}`]]);
  });

  test("a resource group has a name too", () => {
    const of = (name: string): RuleResource => ({
      name: "moor",
      type: "Microsoft.Resources/resourceGroups",
      id: `/subscriptions/s/resourceGroups/${name}`,
      body: { location: "swedencentral" },
      from: "planned",
    });
    expect(short(checkReplacement({ before: of("a"), after: of("b") }))).toEqual([["MOOR523", "violated", "name", "a → b"]]);
  });

  test.each([
    ["MOOR514", "storage", "properties.isHnsEnabled", true, false],
    ["MOOR522", "storage", "location", "swedencentral", "swedensouth"],
    ["MOOR522", "alert", "location", "swedencentral", "westeurope"],
    ["MOOR524", "deployment", "properties.instanceType", "Standard_DS3_v2", "Standard_DS4_v2"],
    ["MOOR524", "environment", "properties.image", "acr1.azurecr.io/vllm@sha256:1", "acr1.azurecr.io/vllm@sha256:2"],
    ["MOOR524", "environment", "properties.osType", "Linux", "Windows"],
  ] as const)("%s: %s because of %s", (code, kind, property, from, to) => {
    const [before, after] = [from, to].map((value) => resourceOf(kind, bodyAt(property, value)));
    expect(short(checkReplacement({ before: before!, after: after! }))).toEqual([[code, "violated", property, `${from} → ${to}`]]);
  });

  test("an observed resource is compared with a planned one", () => {
    const observed = resourceOf("storage", { location: "swedencentral", kind: "StorageV2", tags: {} }, { from: "observed" });
    expect(checkReplacement({ before: observed, after: resourceOf("storage", { location: "Sweden Central", kind: "StorageV2" }) })).toEqual(
      [],
    );
    expect(short(checkReplacement({ before: observed, after: resourceOf("storage", { location: UNKNOWN, kind: "StorageV2" }) }))).toEqual([
      ["MOOR522", "unknown", "location", "swedencentral → known only during the update"],
    ]);
  });

  test.each([
    ["endpoint", "identity.type", "UserAssigned", "SystemAssigned"],
    ["model", "properties.modelUri", "azureml://a", "azureml://b"],
    ["storage", "kind", "StorageV2", "BlockBlobStorage"],
    ["environment", "properties.autoRebuild", "Disabled", undefined],
    ["environment", "properties.osType", "Linux", undefined],
  ] as const)("azure-native doesn't replace a resource of kind %s because of %s from %s to %s", (kind, property, from, to) => {
    const before = resourceOf(kind, bodyAt(property, from), { from: "observed" });
    expect(checkReplacement({ before, after: resourceOf(kind, bodyAt(property, to)) })).toEqual([]);
  });

  test("all reasons are listed", () => {
    const before = resourceOf("storage", { location: "swedencentral", properties: { isHnsEnabled: false } });
    const after = renamed("storage", "st2", { location: "westeurope", properties: { isHnsEnabled: true } });
    expect(checkReplacement({ before, after }).map(({ code }) => code)).toEqual(["MOOR522", "MOOR514", "MOOR523"]);
  });
});

describe("removal", () => {
  const holding: readonly (readonly [Kind, string])[] = [
    ["workspace", "models, environments, the history of deployments, and the online endpoints"],
    ["environment", "an environment that deployments use"],
    ["model", "the registration of a model that deployments use"],
    ["storage", "model weights, code and collected requests"],
    ["container", "model weights, code or collected requests"],
    ["vault", "the keys of the endpoints and other secrets"],
    ["registry", "the images of the deployments"],
    ["logs", "logs and traces"],
    ["insights", "the access to traces"],
  ];

  test.each(holding)("of a resource of kind %s, which holds %s", (kind, contents) => {
    const [found, ...others] = checkRemoval(resourceOf(kind));
    expect(others).toEqual([]);
    expect(found).toMatchObject({ code: "MOOR525", outcome: "violated", property: "id", value: "removed" });
    expect(found!.problem).toContain(`It contains ${contents}.`);
  });

  test.each(["role", "alert", "blobs", "table", "code"] as const)("of a resource of kind %s loses nothing", (kind) => {
    expect(checkRemoval(resourceOf(kind))).toEqual([]);
  });

  const serving: readonly (readonly [Kind, RemovalFacts["traffic"], readonly unknown[]])[] = [
    ["endpoint", { "main-1": 90, "candidate-1": 10 }, ["violated", "100%"]],
    ["endpoint", { "main-1": 0 }, []],
    ["endpoint", {}, []],
    ["endpoint", undefined, ["unknown", "known only during the update"]],
    ["deployment", { "main-1": 90, "candidate-1": 10 }, ["violated", "90%"]],
    ["deployment", { "MAIN-1": 100 }, ["violated", "100%"]],
    ["deployment", { "candidate-1": 100 }, []],
    ["deployment", {}, []],
    ["deployment", undefined, ["unknown", "known only during the update"]],
  ];

  test.each(serving)("of an %s with the traffic %j", (kind, traffic, expected) => {
    const found = checkRemoval(resourceOf(kind), { traffic });
    const rows = expected.length === 0 ? [] : [["MOOR526", expected[0], "properties.traffic", expected[1]]];
    expect(short(found)).toEqual(rows);
  });

  test("of an endpoint that was read uses the traffic in its body, but not of one in the state", () => {
    const body = { properties: { traffic: { "main-1": 100 } } };
    expect(short(checkRemoval(resourceOf("endpoint", body, { from: "observed" })))).toEqual([
      ["MOOR526", "violated", "properties.traffic", "100%"],
    ]);
    expect(checkRemoval(resourceOf("endpoint", {}, { from: "observed" }))).toEqual([]);
    expect(checkRemoval(resourceOf("endpoint", body)).map(({ outcome }) => outcome)).toEqual(["unknown"]);
    expect(checkRemoval(resourceOf("endpoint", { properties: UNKNOWN }, { from: "observed" })).map(({ outcome }) => outcome)).toEqual([
      "unknown",
    ]);
  });

  test("of a deployment without an ID uses its name", () => {
    const deployment = resourceOf("deployment", {}, { id: undefined, name: "main-1" });
    expect(checkRemoval(deployment, { traffic: { "main-1": 10 } }).map(({ value }) => value)).toEqual(["10%"]);
  });
});

describe("soft-deleted names", () => {
  const vault = resourceOf("vault");
  const workspace = resourceOf("workspace");
  const elsewhere = (id: string) => id.replace("/resourceGroups/moor/", "/resourceGroups/old/");
  const deletedVault: SoftDeleted = { id: vault.id!, purgedOn: "2027-02-28" };

  const rows: readonly (readonly [string, RuleResource, readonly SoftDeleted[], readonly unknown[]])[] = [
    ["a deleted vault of the name", vault, [deletedVault], [["MOOR527", "violated", "name", "kv-1"]]],
    ["a deleted vault of the name in upper case", vault, [{ id: vault.id!.toUpperCase() }], [["MOOR527", "violated", "name", "kv-1"]]],
    ["a deleted vault of the name in another group", vault, [{ id: elsewhere(vault.id!) }], [["MOOR527", "violated", "name", "kv-1"]]],
    ["a deleted vault of another name", vault, [{ id: `${group}/Microsoft.KeyVault/vaults/kv-2` }], []],
    ["a deleted workspace", vault, [{ id: workspace.id! }], []],
    ["no deleted resource", vault, [], []],
    ["an ID that is none", vault, [{ id: "kv-1" }], []],
    ["a deleted workspace of the name", workspace, [{ id: workspace.id! }], [["MOOR528", "violated", "name", "mlw-1"]]],
    ["a deleted workspace of the name in another group", workspace, [{ id: elsewhere(workspace.id!) }], []],
    [
      "a vault whose name isn't known yet",
      { ...vault, id: undefined },
      [deletedVault],
      [["MOOR527", "unknown", "name", "known only during the update"]],
    ],
    ["a vault whose name isn't known yet, without deleted vaults", { ...vault, id: undefined }, [{ id: workspace.id! }], []],
    ["a storage account", resourceOf("storage"), [deletedVault], []],
  ];

  test.each(rows)("%s", (_, created, deleted, expected) => {
    expect(short(checkSoftDeleted([created], deleted))).toEqual(expected);
  });

  test("the finding says when Azure purges the vault, and how to recover it", () => {
    const [found] = checkSoftDeleted([vault], [deletedVault]);
    expect(found!.problem).toBe(
      `A soft-deleted resource has the name kv-1: ${vault.id}. Azure purges it on 2027-02-28. ${doorCodes.MOOR527.lost}`,
    );
    expect(found!.remedy).toContain("az keyvault recover");
  });

  test("200 created and 200 deleted vaults", () => {
    const created = Array.from({ length: 200 }, (_, index) => renamed("vault", `kv-${index}`));
    const deleted = created.map(({ id }) => ({ id: id! }));
    expect(checkSoftDeleted(created, deleted)).toHaveLength(200);
  });
});

test("each door has a text that says what is lost and what to do, and a way in which it is caught", () => {
  for (const [code, { title, lost, remedy, source }] of Object.entries(doorCodes)) {
    for (const text of [lost, remedy]) expect(text).toMatch(/^[A-Z`].*\.$/);
    expect(title).not.toMatch(/\.$/);
    expect(source).toMatch(/\d/);
    expect(code).toMatch(/^MOOR5[0-2]\d$/);
  }
  expect(Object.keys(doorWays)).toEqual(Object.keys(doorCodes));
});
