// Proves which configuration files the policy pack accepts. tests/e2e/policyPack.test.ts proves that Pulumi checks their form.
import Ajv from "ajv";
import { type PackSettings, settingsSchema, termsOf } from "../../policy/settings";

const good: PackSettings = { home: "swedencentral", residency: { geography: "Sweden" } };
const entry = { code: "MOOR401", resource: "*", reason: "Approved.", until: "2027-06-30" } as const;

test.each<[PackSettings, string[]]>([
  [good, ["swedencentral", "swedensouth"]],
  [{ home: "Sweden Central", residency: { regions: ["swedencentral"] } }, ["swedencentral"]],
  [{ home: "swedencentral", residency: { countries: ["SE", "BE"] } }, ["swedencentral", "swedensouth", "belgiumcentral"]],
])("%j allows its regions", (settings, regions) => {
  expect(termsOf({ ...settings, accept: [entry], principals: ["p"] })).toEqual({
    contract: { home: "swedencentral", regions, declared: settings.residency, principals: ["p"] },
    acceptances: [entry],
  });
});

test.each<[string, object, string[]]>([
  ["home", { home: "swedn" }, ['home: "swedn" is not a region of Azure. Set a region, for example swedencentral.']],
  ["a home outside", { home: "westeurope" }, ["home: westeurope is outside the residency. Allowed: swedencentral, swedensouth."]],
  ["a region", { residency: { regions: ["swedencentral", "mars"] } }, ['residency.regions.1: "mars" is not a region of Azure.']],
  ["a key", { acept: [] }, ["acept: unknown key. Allowed: home, residency, accept, principals, tenantId."]],
  [
    "a code and a date",
    { accept: [{ ...entry, code: "MOOR999", until: "2027-02-30" }] },
    [
      'accept.0.code: "MOOR999" is not the name of a policy of this pack. Use the code that a finding shows, for example MOOR401.',
      'accept.0.until: "2027-02-30" is not a date. Use the form 2027-06-30.',
    ],
  ],
  [
    "a one-way door, which a policy can't see",
    { accept: [{ ...entry, code: "MOOR501" }] },
    ['accept.0.code: "MOOR501" is not the name of a policy of this pack. Use the code that a finding shows, for example MOOR401.'],
  ],
])("an invalid value of %s gives an error without a stack trace", (_, change, mistakes) => {
  const read = () => termsOf({ ...good, ...change } as PackSettings);
  const message = ["The configuration of the policy pack is invalid.", ...mistakes.map((text) => `  contract.${text}`)].join("\n");
  expect(read).toThrow(new Error(message));
  expect(read).toThrow(expect.objectContaining({ stack: message }));
});

test.each<[string, object]>([
  ["geography", { residency: { geography: "Atlantis" } }],
  ["country", { residency: { countries: ["SE", "XX"] } }],
])("an unknown %s is refused with the allowed ones", (name, change) => {
  expect(() => termsOf({ ...good, ...change } as PackSettings)).toThrow(name === "geography" ? /Allowed: .*Sweden/ : /Allowed: .*SE/);
});

describe("the schema", () => {
  const accepts = new Ajv({ strict: false }).compile({ type: "object", ...settingsSchema });

  test.each<[object]>([[good], [{ ...good, accept: [entry], principals: [] }], [{ home: "x", residency: { countries: ["SE"] } }]])(
    "accepts %j",
    (value) => {
      expect(accepts(value)).toBe(true);
    },
  );

  test.each<[object]>([
    [{}],
    [{ home: "swedencentral" }],
    [{ ...good, residency: {} }],
    [{ ...good, residency: { geography: "Sweden", regions: ["swedencentral"] } }],
    [{ ...good, residency: { geografy: "Sweden" } }],
    [{ ...good, residency: { regions: [] } }],
    [{ ...good, accept: [{ code: "MOOR401" }] }],
    [{ ...good, accept: [{ ...entry, until: "tomorrow" }] }],
    [{ ...good, accept: [{ ...entry, reason: "" }] }],
    [{ ...good, accept: [{ ...entry, extra: 1 }] }],
    [{ ...good, principals: "p" }],
  ])("refuses %j", (value) => {
    expect(accepts(value)).toBe(false);
  });
});
