// Proves that the shipped stacks follow the rules of checkov, PSRule and Azure Policy, except those in policy/scannerExceptions.ts, and that each
// exception is required. Doesn't prove what the scanners themselves report.
import { armTypeOf } from "../../azure/resourceTypes";
import { scannerExceptions } from "../../policy/scannerExceptions";
import { policyRules } from "./azurePolicy";
import { checkovRules } from "./checkov";
import { outsideAllowedRegions, psruleRules } from "./psrule";
import { failures, type Scanned, type ScannerRule, scanned } from "./rule";
import { stackBodies } from "./stack";

afterAll(() => jest.restoreAllMocks());

const scanners = [
  ["checkov", checkovRules],
  ["PSRule", psruleRules],
  ["Azure Policy", policyRules],
] as const satisfies readonly (readonly [string, readonly ScannerRule[]])[];

const bodiesOf: Record<string, Scanned[]> = {};
beforeAll(async () => {
  bodiesOf.prod = await stackBodies("prod");
  bodiesOf.dev = await stackBodies("dev");
  bodiesOf["dev with a token"] = await stackBodies("dev", true);
});

describe.each(["prod", "dev", "dev with a token"])("stack %s", (stack) => {
  test.each(scanners)("fails only the rules of %s that are exceptions, and each of those", (scanner, rules) => {
    const excepted = scannerExceptions.filter((one) => one.scanner === scanner).map(({ id, resource }) => [id, [resource]]);
    expect(failures(rules, bodiesOf[stack]!)).toEqual(Object.fromEntries(excepted));
  });

  test("has no resource outside the allowed regions, which PSRule checks for all resources", () => {
    expect(outsideAllowedRegions(bodiesOf[stack]!)).toEqual([]);
  });
});

test("the stacks have a resource for each rule", () => {
  const types = new Set(Object.values(bodiesOf).flatMap((bodies) => bodies.map(({ type }) => type.toLowerCase())));
  const idle = scanners.flatMap(([, rules]) => rules).filter(({ type }) => !types.has(type.toLowerCase()));
  expect(idle).toEqual([]);
});

test("IDs are unique, and each exception has a reason that ends with a period", () => {
  const ids = scanners.flatMap(([, rules]) => rules.map(({ id }) => id));
  expect(ids).toEqual([...new Set(ids)]);
  for (const { reason } of scannerExceptions) expect(reason).toMatch(/^[A-Z].{20,}\.$/);
});

test("all rules that want data in another region are refused as such", () => {
  const refused = scannerExceptions.filter(({ kind }) => kind === "residency").map(({ id }) => id);
  expect(refused).toEqual(["CKV_AZURE_206", "AZR-000195", "AZR-000425", "bf045164"]);
});

/** Bodies that fail each rule: a rule that nothing fails would prove nothing. */
test("each rule fails for an empty body or for an open one", async () => {
  const open: Scanned["body"] = {
    location: "westeurope",
    sku: { name: "Basic" },
    properties: {
      adminUserEnabled: true,
      anonymousPullEnabled: true,
      zoneRedundancy: "Disabled",
      supportsHttpsTrafficOnly: false,
      publicNetworkAccess: "Enabled",
      enableSoftDelete: false,
      replication: { location: "westeurope" },
      accessPolicies: [{}],
      dhcpOptions: { dnsServers: ["8.8.8.8"] },
      permissions: [{ actions: ["*"] }],
      securityRules: ["Allow", "Deny"].map((access) => ({
        properties: {
          direction: "Inbound",
          access,
          sourceAddressPrefix: "*",
          destinationPortRange: "*",
          priority: access === "Deny" ? 100 : 200,
        },
      })),
    },
  };
  const replica = scanned({
    name: "replica",
    type: armTypeOf("containerregistry:Replication"),
    id: "/subscriptions/s/resourceGroups/g/providers/x/y/!/replications/r",
    from: "planned",
    body: { location: "westeurope" },
  });
  const never = scanners
    .flatMap(([, rules]) => rules)
    .filter(({ type, passes }) => {
      const made = [{}, open, { ...open, sku: { name: "Standard_LRS" } }, { sku: { name: "Standard_GRS" } }].map((body) =>
        scanned({ name: "one", type, id: "/subscriptions/s/resourceGroups/g/providers/x/y/!", from: "planned", body }),
      );
      return made.every((one) => passes(one, [...made, replica]));
    });
  expect(never.map(({ id }) => id)).toEqual([]);
});
