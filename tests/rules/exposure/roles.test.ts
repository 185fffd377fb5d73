// Tests the rules for role assignments and custom roles, and that the role assignments of prod are exactly those of the table.
import { BUILT_IN_ROLES, type BuiltInRole, matchesAction, SCORE_ACTION } from "../../../facts/roles";
import { type RuleResource, SECRET, UNKNOWN, type Value } from "../../../rules";
import { roleTable } from "../../../rules/exposure";
import { checksOf, GROUP, INVOKER, idOf, outcomes, resourceOf } from "./support";

const SUBSCRIPTION = GROUP.split("/").slice(0, 3).join("/");
const IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities";
const WORKSPACE = "Microsoft.MachineLearningServices/workspaces";
const ENDPOINT = `${WORKSPACE}/onlineEndpoints`;
const STORAGE = "Microsoft.Storage/storageAccounts";
const REGISTRY = "Microsoft.ContainerRegistry/registries";
const CONTAINER = `${STORAGE}/blobServices/containers`;

const ids = {
  workspace: "aaaaaaaa-0000-4000-8000-000000000001",
  endpoint: "aaaaaaaa-0000-4000-8000-000000000002",
  scripts: "aaaaaaaa-0000-4000-8000-000000000003",
  task: "aaaaaaaa-0000-4000-8000-000000000004",
};
const foreign = "ffffffff-0000-4000-8000-000000000009";
const scoreId = "ac98c858-0290-54a8-ab4f-647320b68702";

const identity = (name: "workspace" | "endpoint" | "scripts"): RuleResource =>
  resourceOf(IDENTITY, {}, { id: idOf(IDENTITY, name), name, principalId: ids[name] });
const uses = (name: string) => ({ type: "UserAssigned", userAssignedIdentities: { [idOf(IDENTITY, name)]: {} } });
const identities = [identity("workspace"), identity("endpoint"), identity("scripts")];
const task = resourceOf(`${REGISTRY}/tasks`, { identity: { type: "SystemAssigned", principalId: ids.task } });
const definition = resourceOf(
  "Microsoft.Authorization/roleDefinitions",
  { properties: { permissions: [{ actions: [SCORE_ACTION], notActions: [] }], assignableScopes: [GROUP] } },
  { id: `${GROUP}/providers/Microsoft.Authorization/roleDefinitions/${scoreId}` },
);
/** A stack whose identities are in use. */
const stack = [
  ...identities,
  task,
  definition,
  resourceOf(WORKSPACE, { identity: uses("workspace") }),
  resourceOf(ENDPOINT, { identity: uses("endpoint") }),
];

const scopes: Readonly<Record<string, string>> = {
  "Microsoft.Resources/resourceGroups": GROUP,
  [CONTAINER]: idOf(CONTAINER, "one", "default", "weights"),
};
const scopeOf = (type: string) => scopes[type] ?? idOf(type);
const definitionId = (guid: string) => `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${guid}`;
const guidOf = (role: string) => (role === "Score" ? scoreId : BUILT_IN_ROLES[role as BuiltInRole]);

let count = 0;
function assignment(principalId: Value, role: Value, scope: string | undefined, more: Partial<RuleResource> = {}): RuleResource {
  const id = scope === undefined ? undefined : `${scope}/providers/Microsoft.Authorization/roleAssignments/${++count}`;
  const roleDefinitionId = typeof role === "string" ? definitionId(guidOf(role) ?? role) : role;
  return resourceOf("Microsoft.Authorization/roleAssignments", { properties: { principalId, roleDefinitionId } }, { id, ...more });
}

/** Outcomes of principal and role. */
function judged(one: RuleResource, others: readonly RuleResource[] = stack): string[] {
  return checksOf([one, ...others])
    .filter(({ resource }) => resource === one)
    .map(({ code, outcome }) => `${code} ${outcome}`);
}

const fine = ["MOOR480 holds", "MOOR481 holds"];
const principals: Readonly<Record<string, string>> = { ...ids, operator: INVOKER, invoker: INVOKER };

test.each(roleTable.map((row) => [row.holder, row.role, row.scope] as const))("the table: %s, %s, %s", (holder, role, scope) => {
  expect(judged(assignment(principals[holder]!, role, scopeOf(scope)))).toEqual(fine);
});

test("each row of the table is there once, and no scope is wider than the resource group", () => {
  const keys = roleTable.map(({ holder, role, scope }) => `${holder} ${role} ${scope}`);
  expect(new Set(keys).size).toBe(keys.length);
  expect(roleTable.filter(({ scope }) => /subscriptions$|managementGroups$/.test(scope))).toEqual([]);
  expect(
    roleTable.filter(({ role }) => ["Owner", "User Access Administrator", "Role Based Access Control Administrator"].includes(role)),
  ).toEqual([]);
});

describe("principals", () => {
  const reads = (principal: Value) => assignment(principal, "AcrPull", scopeOf(REGISTRY));

  test.each<[string, Value, string[]]>([
    ["an identity of the stack, in other case", ids.endpoint.toUpperCase(), fine],
    ["a foreign identity", foreign, ["MOOR480 violated"]],
    ["none", undefined, ["MOOR480 violated"]],
    ["a wrong type", 7, ["MOOR480 violated"]],
    ["unknown", UNKNOWN, ["MOOR480 unknown", "MOOR481 holds"]],
    ["a secret", SECRET, ["MOOR480 unknown", "MOOR481 holds"]],
  ])("%s", (_, principal, expected) => expect(judged(reads(principal))).toEqual(expected));

  test("Azure shows the object ID of an identity in its body, and in the resources that use it", () => {
    const shown = resourceOf(IDENTITY, { properties: { principalId: foreign } });
    expect(judged(reads(foreign), [shown])).toEqual(["MOOR480 holds", "MOOR481 holds"]);
    const used = { type: "UserAssigned", userAssignedIdentities: { [idOf(IDENTITY, "other")]: { principalId: foreign } } };
    expect(judged(reads(foreign), [resourceOf(ENDPOINT, { identity: used })])).toEqual(fine);
  });

  test("if the object ID of an identity isn't told, a principal can be it; if the identity doesn't exist yet, it can't", () => {
    const untold = resourceOf(IDENTITY, {});
    const absent = { ...untold, principalId: UNKNOWN } as const;
    expect(judged(reads(foreign), [untold])).toEqual(["MOOR480 unknown", "MOOR481 holds"]);
    expect(judged(reads(foreign), [absent])).toEqual(["MOOR480 violated"]);
    expect(judged(reads(foreign), [{ ...untold, id: undefined }])).toEqual(["MOOR480 violated"]);
    // A template that writes the same identity again.
    expect(judged(reads(foreign), [absent, { ...untold, name: "template" }])).toEqual(["MOOR480 violated"]);
  });
});

describe("roles that aren't in the table", () => {
  test.each<[string, Value, Value, string | undefined, string]>([
    ["the endpoint's identity as Contributor", ids.endpoint, "Contributor", scopeOf(STORAGE), "violated"],
    ["the endpoint's identity writes blobs", ids.endpoint, "Storage Blob Data Contributor", scopeOf(STORAGE), "violated"],
    ["the endpoint's identity pushes images", ids.endpoint, "AcrPush", scopeOf(REGISTRY), "violated"],
    ["the workspace's identity as Owner", ids.workspace, "Owner", scopeOf(STORAGE), "violated"],
    ["a wider scope", ids.workspace, "Contributor", GROUP, "violated"],
    ["the subscription", ids.workspace, "Contributor", SUBSCRIPTION, "violated"],
    ["a management group", ids.workspace, "Reader", "/providers/Microsoft.Management/managementGroups/root", "violated"],
    ["another type of resource", ids.endpoint, "AcrPull", scopeOf(STORAGE), "violated"],
    ["an operator as Owner", INVOKER, "Owner", GROUP, "violated"],
    ["an invoker with a broader role", INVOKER, "AzureML Data Scientist", scopeOf(ENDPOINT), "violated"],
    ["an invoker of all endpoints", INVOKER, "Score", GROUP, "violated"],
    ["a role that no one knows", ids.endpoint, "99999999-9999-4999-8999-999999999999", scopeOf(REGISTRY), "violated"],
    ["no role", ids.endpoint, undefined, scopeOf(REGISTRY), "violated"],
    ["an unknown role", ids.endpoint, UNKNOWN, scopeOf(REGISTRY), "unknown"],
    ["an unknown scope", ids.endpoint, "AcrPull", undefined, "unknown"],
    ["Owner of an unknown scope", ids.endpoint, "Owner", undefined, "violated"],
    ["Owner, to an unknown principal", UNKNOWN, "Owner", scopeOf(STORAGE), "violated"],
  ])("%s", (_, principal, role, scope, outcome) => {
    expect(judged(assignment(principal, role, scope)).at(-1)).toBe(`MOOR481 ${outcome}`);
  });

  test("a custom role with further actions isn't the score role; if the stack defines it, the role itself is the finding", () => {
    const wide = { ...definition, body: { properties: { permissions: [{ actions: [SCORE_ACTION, "*/read"] }] } } };
    const one = assignment(INVOKER, "Score", scopeOf(ENDPOINT));
    expect(judged(one, [...identities, task, { ...wide, from: "observed" }])).toEqual(["MOOR480 holds", "MOOR481 violated"]);
    expect(judged(one, [...identities, task, wide])).toEqual(["MOOR480 holds", "MOOR481 holds"]);
    expect(outcomes("MOOR483", wide)).toContain("violated properties.permissions.0.actions.1");
  });
});

describe("an identity that nothing uses yet", () => {
  const scripts = [
    assignment(ids.scripts, "Storage File Data Privileged Contributor", scopeOf(STORAGE)),
    assignment(ids.scripts, "Storage Blob Data Contributor", scopeOf(CONTAINER)),
    assignment(ids.scripts, "Key Vault Secrets User", scopeOf("Microsoft.KeyVault/vaults/secrets")),
  ];

  test("can have the roles of one holder", () => {
    for (const one of scripts) expect(judged(one, [...stack, ...scripts.filter((other) => other !== one)])).toEqual(fine);
    const roles = roleTable.filter(({ holder, when }) => holder === "workspace" && when === "always");
    const all = roles.map(({ role, scope }) => assignment(ids.workspace, role, scopeOf(scope)));
    for (const one of all) expect(judged(one, [...identities, ...all.filter((other) => other !== one)])).toEqual(fine);
  });

  test("can't have roles of two holders", () => {
    const more = assignment(ids.scripts, "Contributor", scopeOf(STORAGE));
    expect(judged(more, [...stack, ...scripts])).toEqual(["MOOR480 holds", "MOOR481 violated"]);
    expect(judged(scripts[1]!, [...stack, scripts[0]!, scripts[2]!, more])).toEqual(fine);
  });
});

describe("roles inherited from above the resource group", () => {
  const observed = { from: "observed" } as const;

  test.each<[string, string, string]>([
    ["Owner", SUBSCRIPTION, "unknown"],
    ["Contributor", SUBSCRIPTION, "unknown"],
    ["Reader", "/providers/Microsoft.Management/managementGroups/root", "unknown"],
    ["Owner", "", "unknown"],
    ["Storage Blob Data Reader", SUBSCRIPTION, "violated"],
    ["AzureML Data Scientist", SUBSCRIPTION, "violated"],
    ["Key Vault Secrets User", "/providers/Microsoft.Management/managementGroups/root", "violated"],
    ["99999999-9999-4999-8999-999999999999", SUBSCRIPTION, "unknown"],
  ])("%s on %s: %s", (role, scope, outcome) => {
    expect(judged(assignment(foreign, role, scope, observed))).toEqual([`MOOR482 ${outcome}`]);
  });

  test("a custom role that can call endpoints", () => {
    const wide = resourceOf(
      "Microsoft.Authorization/roleDefinitions",
      { properties: { permissions: [{ actions: ["Microsoft.MachineLearningServices/workspaces/*/action"] }] } },
      { id: definitionId("77777777-7777-4777-8777-777777777777"), ...observed },
    );
    const one = assignment(foreign, "77777777-7777-4777-8777-777777777777", SUBSCRIPTION, observed);
    expect(judged(one, [...stack, wide])).toEqual(["MOOR482 violated"]);
  });

  test("a foreign identity with the score role on the endpoint is a finding of its own", () => {
    expect(judged(assignment(foreign, "Score", scopeOf(ENDPOINT), observed))).toEqual(["MOOR480 violated"]);
    expect(judged(assignment(foreign, "Reader", GROUP, observed))).toEqual(["MOOR480 violated"]);
  });

  test("patterns of actions", () => {
    expect(
      ["*", "*/action", "Microsoft.MachineLearningServices/*", SCORE_ACTION.toUpperCase()].every((one) => matchesAction(one, SCORE_ACTION)),
    ).toBe(true);
    expect(
      ["*/read", "Microsoft.Storage/*", "", "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score"].some((one) =>
        matchesAction(one, SCORE_ACTION),
      ),
    ).toBe(false);
  });
});

describe("custom roles", () => {
  const role = (permissions: Value, assignableScopes: Value) =>
    outcomes("MOOR483", { ...definition, body: { properties: { permissions, assignableScopes } } });
  const only = [{ actions: [SCORE_ACTION], notActions: [] }];

  test.each<[string, Value, Value, string[]]>([
    ["only calls", only, [GROUP], ["holds properties.permissions.0.actions.0", "holds properties.assignableScopes.0"]],
    ["all actions", [{ actions: ["*"] }], [GROUP], ["violated properties.permissions.0.actions.0", "holds properties.assignableScopes.0"]],
    [
      "a second action",
      [{ actions: [SCORE_ACTION, "Microsoft.Storage/storageAccounts/listKeys/action"] }],
      [GROUP],
      ["holds properties.permissions.0.actions.0", "violated properties.permissions.0.actions.1", "holds properties.assignableScopes.0"],
    ],
    [
      "a data action",
      [{ actions: [SCORE_ACTION], dataActions: ["*"] }],
      [GROUP],
      [
        "holds properties.permissions.0.actions.0",
        "violated properties.permissions.0.dataActions.0",
        "holds properties.assignableScopes.0",
      ],
    ],
    ["the subscription", only, [SUBSCRIPTION], ["holds properties.permissions.0.actions.0", "violated properties.assignableScopes.0"]],
    ["everywhere", only, ["/"], ["holds properties.permissions.0.actions.0", "violated properties.assignableScopes.0"]],
    ["no scope", only, [], ["holds properties.permissions.0.actions.0", "violated properties.assignableScopes"]],
    ["unknown", UNKNOWN, UNKNOWN, ["unknown properties.permissions", "unknown properties.assignableScopes"]],
    ["no permissions", [], [GROUP], ["holds properties.assignableScopes.0"]],
  ])("%s", (_, permissions, assignableScopes, expected) => expect(role(permissions, assignableScopes)).toEqual(expected));

  test("only the resource group of the stack, if it is known", () => {
    const group = resourceOf("Microsoft.Resources/resourceGroups", {}, { id: GROUP });
    const other = {
      ...definition,
      body: { properties: { permissions: only, assignableScopes: [`${SUBSCRIPTION}/resourceGroups/other`] } },
    };
    expect(outcomes("MOOR483", other, group)).toContain("violated properties.assignableScopes.0");
    expect(outcomes("MOOR483", definition, group)).toContain("holds properties.assignableScopes.0");
  });

  test.each<[string, string, RuleResource["from"], string]>([
    ["its workspace", "Microsoft.MachineLearningServices/workspaces", "observed", "workspaces/shared"],
    ["its endpoints", "Microsoft.MachineLearningServices/workspaces/onlineEndpoints", "planned", "workspaces/shared/onlineEndpoints/chat"],
  ])("the resource group of an adopted workspace, by %s", (_, type, from, path) => {
    const group = resourceOf("Microsoft.Resources/resourceGroups", {}, { id: GROUP });
    const hub = `${SUBSCRIPTION}/resourceGroups/hub`;
    const adopted = { ...resourceOf(type, {}, { id: `${hub}/providers/Microsoft.MachineLearningServices/${path}` }), from };
    const inGroup = (scope: string) => ({ ...definition, body: { properties: { permissions: only, assignableScopes: [scope] } } });
    expect(outcomes("MOOR483", inGroup(`${SUBSCRIPTION}/resourcegroups/HUB`), group, adopted)).toContain(
      "holds properties.assignableScopes.0",
    );
    expect(outcomes("MOOR483", inGroup(GROUP), group, adopted)).toContain("holds properties.assignableScopes.0");
    expect(outcomes("MOOR483", inGroup(`${hub}2`), group, adopted)).toContain("violated properties.assignableScopes.0");
  });

  test("built-in roles, which Azure returns too", () => {
    const builtIn = { ...definition, body: { properties: { type: "BuiltInRole", permissions: [{ actions: ["*"] }] } } };
    expect(outcomes("MOOR483", builtIn)).toEqual([]);
  });
});
