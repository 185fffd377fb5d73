// Azure Policy: which requests each policy denies, the format of the denial, and the tags that a policy adds. Doesn't test that a landing zone
// assigns these policies, or that Azure denies a secret that is written through Azure Resource Manager as it does in the data plane.
import { type ArmOptions, POLICIES, type PolicyOptions } from "../../../azure-local/arm";
import { Caller } from "./client";
import { bodies, paths } from "./platform";
import { but, type Request, type Scene, sceneOf } from "./rejections/rejectedRequest";

const NSG = "/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/nsg";
const SUBNET = paths.subnet.replace("endpoints", "next");
const SECRET = `${paths.vault}/secrets/token`;
const NEW_STORAGE = `${paths.storage}new`;
const DAYS_90 = 90 * 24 * 3600;

/** Seconds since 1970 on the caller's clock. */
const now = ({ caller }: Scene) => caller.clock.now() / 1000;
const subnet = (scene: Scene, withGroup: boolean) => ({
  properties: { addressPrefix: "10.40.1.0/26", ...(withGroup ? { networkSecurityGroup: { id: scene.id(NSG) } } : {}) },
});
const secret = (scene: Scene, attributes: object | undefined = { exp: now(scene) + DAYS_90 }) => ({
  properties: { value: "hf_1", contentType: "text/plain", attributes },
});
const vault = ({ body }: Scene) => but(body.vault, "properties/enablePurgeProtection", true);

interface Row {
  readonly policy: string;
  readonly case?: string;
  denied(scene: Scene): Request;
  compliant(scene: Scene): Request;
}

const open = (policy: string, name: "storage" | "vault" | "registry" | "workspace", value?: string): Row => ({
  policy,
  case: value ?? "not stated",
  denied: ({ body }) => ["PUT", paths[name], but(body[name] as object, "properties/publicNetworkAccess", value)],
  compliant: ({ body }) => ["PUT", paths[name], body[name]],
});

const ROWS: readonly Row[] = [
  {
    policy: "subnet-without-network-security-group",
    denied: (scene) => ["PUT", SUBNET, subnet(scene, false)],
    compliant: (scene) => ["PUT", SUBNET, subnet(scene, true)],
  },
  {
    policy: "subnet-without-network-security-group",
    case: "in the body of its network",
    denied: (scene) => ["PUT", paths.network, but(scene.body.network, "properties/subnets", [{ name: "next", ...subnet(scene, false) }])],
    compliant: (scene) => ["PUT", paths.network, but(scene.body.network, "properties/subnets", [{ name: "next", ...subnet(scene, true) }])],
  },
  {
    policy: "subnet-without-network-security-group",
    case: "a gateway's subnet, which can't have one",
    denied: (scene) => ["PUT", SUBNET, subnet(scene, false)],
    compliant: (scene) => ["PUT", SUBNET.replace("next", "GatewaySubnet"), subnet(scene, false)],
  },
  {
    policy: "secret-without-content-type",
    denied: (scene) => ["PUT", SECRET, but(secret(scene), "properties/contentType", undefined)],
    compliant: (scene) => ["PUT", SECRET, secret(scene)],
  },
  {
    policy: "secret-valid-too-long",
    case: "no expiration date",
    denied: (scene) => ["PUT", SECRET, secret(scene, { enabled: true })],
    compliant: (scene) => ["PUT", SECRET, secret(scene)],
  },
  {
    policy: "secret-valid-too-long",
    case: "a second more than 90 days",
    denied: (scene) => ["PUT", SECRET, secret(scene, { exp: now(scene) + DAYS_90 + 1 })],
    compliant: (scene) => ["PUT", SECRET, secret(scene, { exp: now(scene) + DAYS_90 })],
  },
  {
    policy: "secret-without-expiration-date",
    denied: (scene) => ["PUT", SECRET, but(secret(scene), "properties/attributes", undefined)],
    compliant: (scene) => ["PUT", SECRET, secret(scene)],
  },
  {
    policy: "vault-without-purge-protection",
    denied: ({ body }) => ["PUT", paths.vault, body.vault],
    compliant: (scene) => ["PUT", paths.vault, vault(scene)],
  },
  {
    policy: "vault-without-rbac",
    // A vault without Azure RBAC requires access policies.
    denied: ({ body }) => [
      "PUT",
      paths.vault,
      but(but(body.vault, "properties/enableRbacAuthorization", undefined), "properties/accessPolicies", []),
    ],
    compliant: ({ body }) => ["PUT", paths.vault, body.vault],
  },
  open("public-storage-account", "storage", "Enabled"),
  open("public-storage-account", "storage"),
  open("public-vault", "vault", "Enabled"),
  open("public-registry", "registry"),
  open("public-workspace", "workspace", "Enabled"),
  {
    policy: "storage-copy-scope",
    denied: ({ body }) => ["PUT", paths.storage, body.storage],
    compliant: ({ body }) => ["PUT", paths.storage, but(body.storage, "properties/allowedCopyScope", "AAD")],
  },
  {
    policy: "storage-shared-key",
    denied: ({ body }) => ["PUT", paths.storage, but(body.storage, "properties/allowSharedKeyAccess", true)],
    compliant: ({ body }) => ["PUT", paths.storage, body.storage],
  },
  {
    policy: "storage-infrastructure-encryption",
    // Only a new account can enable it.
    denied: ({ body }) => ["PUT", NEW_STORAGE, body.storage],
    compliant: ({ body }) => ["PUT", NEW_STORAGE, but(body.storage, "properties/encryption", { requireInfrastructureEncryption: true })],
  },
];

let platform: Caller;
beforeAll(async () => {
  platform = await Caller.start();
  const body = bodies(platform);
  for (const name of ["group", "logs", "insights", "storage", "vault", "registry", "network"] as const)
    await platform.made(paths[name], body[name]);
  await platform.made(NSG, { location: "swedencentral" });
});
afterAll(() => platform.stop());

async function withPolicies<T>(policies: PolicyOptions, act: (scene: Scene) => Promise<T>, more: Partial<ArmOptions> = {}): Promise<T> {
  const caller = await platform.fork({ ...more, policies });
  try {
    return await act(sceneOf(caller));
  } finally {
    await caller.stop();
  }
}

const title = ({ policy, case: one }: Row) => (one ? `${policy}: ${one}` : policy);
const rows = ROWS.map((row): [string, Row] => [title(row), row]);

test.each(rows)("%s is denied, and only while the policy is assigned", async (_title, row) => {
  await withPolicies({ deny: [row.policy] }, async (scene) => {
    const answer = await scene.caller.send(...row.denied(scene));
    expect([answer.status, answer.body.error.code]).toEqual([403, "RequestDisallowedByPolicy"]);
    expect([200, 201]).toContain((await scene.caller.send(...row.compliant(scene))).status);
  });
  await withPolicies({}, async (scene) => expect([200, 201]).toContain((await scene.caller.send(...row.denied(scene))).status));
});

test("every policy has a row and a source, and most of them belong to the landing zone", () => {
  expect([...new Set(ROWS.map(({ policy }) => policy))].sort()).toEqual(POLICIES.map(({ name }) => name).sort());
  expect(POLICIES.filter(({ source }) => source.length < 15)).toEqual([]);
  expect(POLICIES.filter(({ landingZone }) => !landingZone).map(({ name }) => name)).toEqual([
    "secret-without-expiration-date",
    "storage-copy-scope",
    "storage-shared-key",
    "storage-infrastructure-encryption",
  ]);
});

describe("landing-zone", () => {
  test.each(rows.filter(([, { policy }]) => POLICIES.find(({ name }) => name === policy)!.landingZone))("denies %s", (_title, row) =>
    withPolicies({ deny: ["landing-zone"] }, async (scene) => {
      expect((await scene.caller.send(...row.denied(scene))).status).toBe(403);
    }),
  );

  test("accepts a complete secret, subnet and vault", () =>
    withPolicies({ deny: ["landing-zone"] }, async (scene) => {
      const requests: Request[] = [
        ["PUT", SUBNET, subnet(scene, true)],
        ["PUT", paths.vault, vault(scene)],
        ["PUT", SECRET, secret(scene)],
      ];
      for (const request of requests) {
        expect([200, 201]).toContain((await scene.caller.send(...request)).status);
        scene.caller.clock.advance(60);
      }
    }));

  test("skips policies with a disabled grade", () =>
    withPolicies(
      { deny: ["landing-zone"] },
      async (scene) => {
        expect((await scene.caller.put(SECRET, { properties: { value: "hf_1" } })).status).toBe(201);
        expect((await scene.caller.put(SUBNET, subnet(scene, false))).status).toBe(403);
      },
      { withoutGrades: ["E", "I", "K"] },
    ));
});

test("a denial contains the resource, the reason, the policy and its assignment", () =>
  withPolicies({ deny: ["landing-zone"] }, async (scene) => {
    const { body } = await scene.caller.put(SUBNET, subnet(scene, false));
    const scope = "/providers/Microsoft.Management/managementGroups/landingzones";
    expect(body.error).toEqual({
      code: "RequestDisallowedByPolicy",
      target: "next",
      message:
        "Resource 'next' was disallowed by policy. Reasons: 'Subnets must have a Network Security Group.'. See error details for policy resource IDs.",
      additionalInfo: [
        {
          type: "PolicyViolation",
          info: {
            policyDefinitionDisplayName: "Subnets should have a Network Security Group",
            evaluationDetails: {
              evaluatedExpressions: [
                {
                  result: "True",
                  expressionKind: "Field",
                  expression: "type",
                  path: "type",
                  expressionValue: "Microsoft.Network/virtualNetworks/subnets",
                  operator: "Equals",
                  targetValue: "Microsoft.Network/virtualNetworks/subnets",
                },
                {
                  result: "True",
                  expressionKind: "Field",
                  expression: "Microsoft.Network/virtualNetworks/subnets/networkSecurityGroup.id",
                  path: "properties.networkSecurityGroup.id",
                  operator: "Exists",
                  targetValue: "false",
                },
              ],
              reason: "Subnets must have a Network Security Group.",
            },
            policyDefinitionId:
              "/providers/Microsoft.Management/managementGroups/alz/providers/Microsoft.Authorization/policyDefinitions/Deny-Subnet-Without-Nsg",
            policyDefinitionName: "Deny-Subnet-Without-Nsg",
            policyDefinitionEffect: "Deny",
            policyAssignmentId: `${scope}/providers/Microsoft.Authorization/policyAssignments/Deny-Subnet-Without-Nsg`,
            policyAssignmentName: "Deny-Subnet-Without-Nsg",
            policyAssignmentDisplayName: "Subnets should have a Network Security Group",
            policyAssignmentScope: scope,
            policyAssignmentParameters: {},
          },
        },
      ],
    });
  }));

test("if no assignment has a reason, the message contains all policies that deny", () =>
  withPolicies({ deny: ["landing-zone"] }, async (scene) => {
    const { message, additionalInfo } = (await scene.caller.put(SECRET, { properties: { value: "hf_1" } })).body.error;
    const [, identifiers] = /^Resource 'token' was disallowed by policy\. Policy identifiers: '(\[.*\])'\.$/.exec(message)!;
    expect(JSON.parse(identifiers!).map((one: { policyDefinition: { name: string } }) => one.policyDefinition.name)).toEqual([
      "Secrets should have content type set",
      "Secrets should have the specified maximum validity period",
    ]);
    expect(JSON.parse(identifiers!)[0].policyAssignment.name).toBe("Enforce recommended guardrails for Azure Key Vault");
    expect(JSON.parse(identifiers!)[0].policySetDefinition.id).toMatch(/policySetDefinitions\/Enforce-Guardrails-KeyVault_20260203$/);
    expect(additionalInfo).toHaveLength(2);
  }));

test("a template's resource is denied too, and the deployment's error contains the policy", () =>
  withPolicies({ deny: ["landing-zone"] }, async (scene) => {
    const { caller } = scene;
    const resource = {
      type: "Microsoft.Network/virtualNetworks/subnets",
      apiVersion: "2024-05-01",
      name: "network/next",
      ...subnet(scene, false),
    };
    const deployment = "/resourceGroups/rg/providers/Microsoft.Resources/deployments/one";
    const template = { $schema: "https://schema.management.azure.com/x", contentVersion: "1.0.0.0", resources: [resource] };
    await caller.put(deployment, { properties: { mode: "Incremental", template } });
    const { error } = (await caller.get(deployment)).body.properties;
    expect([error.code, error.details[0].code]).toEqual(["DeploymentFailed", "RequestDisallowedByPolicy"]);
    expect(error.details[0].additionalInfo[0].info.policyAssignmentName).toBe("Deny-Subnet-Without-Nsg");
  }));

test("an unknown policy name is an error that lists the names", async () => {
  await expect(Caller.start({ policies: { deny: ["landing-zome"] } })).rejects.toThrow(
    /^The policy 'landing-zome' is unknown. Use one of: landing-zone, subnet-without-network-security-group, /,
  );
});

describe("added tags", () => {
  const policies = { addTags: { costCenter: "4711", stack: "from the policy" } };

  test.each([
    ["a resource group", paths.group, "group", { costCenter: "4711", stack: "dev" }],
    ["a storage account", paths.storage, "storage", { costCenter: "4711", stack: "from the policy" }],
    ["a workspace", paths.workspace, "workspace", { costCenter: "4711", stack: "from the policy" }],
  ] as const)("%s gets what it lacks and keeps what it has, at each PUT", (_title, path, name, tags) =>
    withPolicies(policies, async ({ caller, body }) => {
      expect((await caller.put(path, body[name])).body.tags).toEqual(tags);
      expect((await caller.get(path)).body.tags).toEqual(tags);
      caller.clock.advance(7200);
      expect((await caller.put(path, body[name])).body.tags).toEqual(tags);
    }),
  );

  test("a PATCH can't remove them", () =>
    withPolicies(policies, async ({ caller, body }) => {
      await caller.made(paths.storage, body.storage);
      const answer = await caller.send("PATCH", paths.storage, { tags: { costCenter: null } });
      expect(answer.body.tags.costCenter).toBe("4711");
    }));

  test("children without a location and template deployments get no tags", () =>
    withPolicies(policies, async ({ caller }) => {
      expect((await caller.put(SECRET, { properties: { value: "hf_1" } })).body.tags).toBeUndefined();
      const deployment = "/resourceGroups/rg/providers/Microsoft.Resources/deployments/one";
      const template = { $schema: "https://schema.management.azure.com/x", contentVersion: "1.0.0.0", resources: [] };
      expect((await caller.put(deployment, { properties: { mode: "Incremental", template } })).body.tags).toBeUndefined();
    }));
});
