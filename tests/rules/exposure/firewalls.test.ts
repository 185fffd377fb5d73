// Tests the network rules of stores: default action, exceptions, and resources that bypass them.
import { SECRET, UNKNOWN, type Value } from "../../../rules";
import { bodyWith, checksOf, contract, idOf, outcomes, resourceOf, TENANT } from "./support";

const STORAGE = "Microsoft.Storage/storageAccounts";
const VAULT = "Microsoft.KeyVault/vaults";
const REGISTRY = "Microsoft.ContainerRegistry/registries";
const WORKSPACE = "Microsoft.MachineLearningServices/workspaces";

const acls = (type: string) => (type === REGISTRY ? "properties.networkRuleSet" : "properties.networkAcls");

describe.each([STORAGE, VAULT, REGISTRY, WORKSPACE])("%s", (type) => {
  const closed = { properties: { publicNetworkAccess: "Disabled" } };
  const action = `${acls(type)}.defaultAction`;

  test.each<[Value, string]>([
    ["Deny", "holds"],
    ["deny", "holds"],
    ["Allow", "violated"],
    [undefined, "holds"],
    [false, "violated"],
    [UNKNOWN, "unknown"],
    [SECRET, "unknown"],
  ])("default action %p without public access: %s", (value, outcome) => {
    expect(outcomes("MOOR441", resourceOf(type, bodyWith(action, value, closed)))).toEqual([`${outcome} ${action}`]);
  });

  test("without a default action, only the rule for public access decides", () => {
    const open = { properties: { publicNetworkAccess: "Enabled" } };
    expect(outcomes("MOOR441", resourceOf(type, open))).toEqual([`holds ${action}`]);
    expect(outcomes("MOOR440", resourceOf(type, open))).toContain("violated properties.publicNetworkAccess");
  });

  test.each(["ipRules", "ipv6Rules", "virtualNetworkRules"])("%s", (list) => {
    const path = `${acls(type)}.${list}`;
    const of = (value: Value) => outcomes("MOOR442", resourceOf(type, bodyWith(path, value))).filter((one) => one.includes(` ${path}`));
    expect([of([]), of(undefined), of(null)]).toEqual(Array(3).fill([`holds ${path}`]));
    expect(of([{ value: "0.0.0.0/0" }])).toEqual([`violated ${path}.0`]);
    expect(of(Array.from({ length: 200 }, (_, index) => ({ value: `203.0.113.${index}` })))).toHaveLength(200);
    expect(of([UNKNOWN])).toEqual([`violated ${path}.0`]);
    expect(of("0.0.0.0/0")).toEqual([`violated ${path}`]);
    expect(of(UNKNOWN)).toEqual([`unknown ${path}`]);
  });
});

test("addresses that a workspace admits", () => {
  const of = (value: Value) =>
    outcomes("MOOR442", resourceOf(WORKSPACE, { properties: { ipAllowlist: value } })).filter((one) => one.includes("ipAllowlist"));
  expect(of([])).toEqual(["holds properties.ipAllowlist"]);
  expect(of(["203.0.113.0/24"])).toEqual(["violated properties.ipAllowlist.0"]);
});

describe("resources that bypass the rules of a storage account", () => {
  const workspace = resourceOf(WORKSPACE, {});
  const of = (rule: Value) =>
    outcomes("MOOR443", resourceOf(STORAGE, bodyWith("properties.networkAcls.resourceAccessRules", rule)), workspace).filter((one) =>
      one.includes("resourceAccessRules"),
    );
  const path = "properties.networkAcls.resourceAccessRules";

  test.each<[string, Value, string]>([
    ["none", [], `holds ${path}`],
    ["the stack's workspace", [{ resourceId: workspace.id, tenantId: TENANT }], `holds ${path}.0`],
    ["in other case", [{ resourceId: workspace.id!.toUpperCase(), tenantId: TENANT.toUpperCase() }], `holds ${path}.0`],
    ["a foreign tenant", [{ resourceId: workspace.id, tenantId: "99999999-9999-4999-8999-999999999999" }], `violated ${path}.0`],
    ["no tenant", [{ resourceId: workspace.id }], `violated ${path}.0`],
    ["another resource", [{ resourceId: idOf(WORKSPACE, "other"), tenantId: TENANT }], `violated ${path}.0`],
    ["no resource", [{ tenantId: TENANT }], `violated ${path}.0`],
    ["an unknown resource", [{ resourceId: UNKNOWN, tenantId: TENANT }], `unknown ${path}.0`],
    ["a text", ["any"], `violated ${path}.0`],
    ["an unknown list", UNKNOWN, `unknown ${path}`],
  ])("%s", (_, rule, expected) => expect(of(rule)).toEqual([expected]));

  test("without the tenant of the subscription, only the resource is compared", () => {
    const account = resourceOf(STORAGE, bodyWith(path, [{ resourceId: workspace.id, tenantId: "other" }]));
    const { tenantId: _, ...own } = contract;
    const check = checksOf([account, workspace], own).find(({ property }) => property === `${path}.0`);
    expect(check?.outcome).toBe("holds");
  });
});

test("the vault's tenant isn't proved without the tenant of the subscription", () => {
  const { tenantId: _, ...own } = contract;
  const check = checksOf([resourceOf(VAULT, { properties: { tenantId: TENANT } })], own).find(({ code }) => code === "MOOR468");
  expect([check?.outcome, check?.problem]).toEqual(["unknown", "The tenant of the subscription isn't known."]);
});

test.each<[string, Value, string[]]>([
  ["no rules", [], ["holds properties.cors.corsRules"]],
  ["absent", undefined, ["holds properties.cors.corsRules"]],
  ["all origins", [{ allowedOrigins: ["*"] }], ["violated properties.cors.corsRules.0"]],
  ["unknown", UNKNOWN, ["unknown properties.cors.corsRules"]],
])("CORS: %s", (_, value, expected) => {
  for (const service of ["blobServices", "fileServices", "queueServices", "tableServices"])
    expect(outcomes("MOOR448", resourceOf(`${STORAGE}/${service}`, bodyWith("properties.cors.corsRules", value)))).toEqual(expected);
});

test("access policies of a vault", () => {
  const of = (value: Value) =>
    outcomes("MOOR463", resourceOf(VAULT, { properties: { enableRbacAuthorization: true, accessPolicies: value } }));
  expect(of([])).toEqual(["holds properties.enableRbacAuthorization", "holds properties.accessPolicies"]);
  expect(of([{ objectId: "x" }])).toEqual(["holds properties.enableRbacAuthorization", "violated properties.accessPolicies.0"]);
});

test.each(["Approved", "Pending", undefined, 1])("a program that approves a private endpoint connection: %p", (status) => {
  const type = `${STORAGE}/privateEndpointConnections`;
  const body = { properties: { privateLinkServiceConnectionState: { status } } };
  expect(outcomes("MOOR449", resourceOf(type, body))).toEqual(["violated properties.privateLinkServiceConnectionState.status"]);
  // Azure approves the stack's own.
  expect(outcomes("MOOR449", resourceOf(type, body, { from: "observed" }))).toEqual([]);
});

test("a program that rejects a private endpoint connection", () => {
  const body = { properties: { privateLinkServiceConnectionState: { status: "Rejected" } } };
  expect(outcomes("MOOR449", resourceOf(`${VAULT}/privateEndpointConnections`, body))).toEqual([
    "holds properties.privateLinkServiceConnectionState.status",
  ]);
});
