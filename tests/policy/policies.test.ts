// Proves what the policies report for the resources of any Pulumi program. tests/e2e/policyPack.test.ts proves it with the real engine. Which
// properties each rule checks is proved in tests/rules.
import { codes } from "../../rules";
import { checkResources, checkStack, type Given, pack, runPack, settings, subscriptionId, unknown, urnOf } from "./pack";

const storage = (props: object, name = "account"): Given => ({
  type: "storage:StorageAccount",
  name,
  props: { resourceGroupName: "rg", accountName: name, location: "swedencentral", publicNetworkAccess: "Disabled", ...props },
});
const codesOf = (reported: readonly { readonly policy: string }[]) => reported.map(({ policy }) => policy);
const only = async (given: Given, ...rest: Parameters<typeof runPack> extends [unknown, ...infer More] ? More : never) =>
  (await runPack([given], ...rest)).filter(({ policy }) => ["MOOR401", "MOOR440", "not-proved"].includes(policy));

test("each code has a mandatory policy with its remedy, except the changes that a policy can't see", () => {
  const expected = Object.entries(codes).filter(([, { kind }]) => kind !== "door");
  const policies = pack();
  expect(codesOf(policies.map(({ name }) => ({ policy: name })))).toEqual([
    "contract",
    ...expected.map(([code]) => code),
    "not-proved",
    "unused-acceptances",
  ]);
  for (const [code, { remedy }] of expected) {
    expect(policies.find(({ name }) => name === code)).toMatchObject({ enforcementLevel: "mandatory", remediationSteps: remedy });
  }
});

test("a resource inside the residency has no violation", async () => {
  expect(await only(storage({}))).toEqual([]);
});

test("a violation names the code, the resource, the property, the allowed values and the fix", async () => {
  expect(await only(storage({ location: "westeurope" }))).toEqual([
    {
      policy: "MOOR401",
      urn: urnOf("account"),
      message: expect.stringMatching(
        /^MOOR401 account location\n {2}.*westeurope.*\n {2}Allowed: swedencentral, swedensouth\n {2}Fix: \w+/,
      ),
    },
  ]);
});

test("an unknown value is reported as not proved, and the other properties are checked", async () => {
  const reported = await only(storage({ location: unknown, publicNetworkAccess: "Enabled", tags: { a: unknown, b: [unknown] } }));
  expect(codesOf(reported)).toEqual(["MOOR440", "not-proved"]);
  expect(reported[1]).toEqual({
    policy: "not-proved",
    message: `MOOR401 ${codes.MOOR401.title}, not proved for:\n  account location`,
  });
});

test("an entry of accept is for its code and resource, and an expired one no longer accepts", async () => {
  const entry = { code: "MOOR401", resource: "account", reason: "Approved by the owner of the data.", until: "2026-12-01" } as const;
  const config = { ...settings, accept: [entry] };
  const foreign = storage({ location: "westeurope" });
  expect(await only(foreign, config)).toEqual([]);
  expect(codesOf(await only(storage({ location: "westeurope" }, "other"), config))).toEqual(["MOOR401"]);
  const [expired, ...none] = await only(foreign, config, pack("2026-12-02"));
  expect(none).toEqual([]);
  expect(expired!.message).toContain("The acceptance expired on 2026-12-01: Approved by the owner of the data.");
});

test("an entry of accept without a finding is reported", async () => {
  const entry = { code: "MOOR401", resource: "nothing", reason: "None.", until: "2027-01-01" } as const;
  const reported = await runPack([storage({})], { ...settings, accept: [entry] });
  expect(reported.filter(({ policy }) => policy === "unused-acceptances")).toEqual([
    { policy: "unused-acceptances", message: "No finding: MOOR401 nothing. Remove the entry." },
  ]);
});

test("untyped resources and templates are read like resources", async () => {
  const untyped: Given = {
    type: "resources:Resource",
    name: "untyped",
    props: {
      resourceGroupName: "rg",
      resourceProviderNamespace: "Microsoft.Storage",
      parentResourcePath: "",
      resourceType: "storageAccounts",
      resourceName: "untyped",
      apiVersion: "2024-01-01",
      location: "westeurope",
      properties: { publicNetworkAccess: "Enabled" },
    },
  };
  const resource = { type: "Microsoft.Storage/storageAccounts", apiVersion: "2024-01-01", name: "inner", location: "westeurope" };
  const template: Given = {
    type: "resources:Deployment",
    name: "template",
    props: { resourceGroupName: "rg", deploymentName: "t", properties: { mode: "Incremental", template: { resources: [resource] } } },
  };
  expect(codesOf(await only(untyped))).toEqual(["MOOR401", "MOOR440"]);
  expect(codesOf(await only(template))).toEqual(["MOOR401", "MOOR440"]);
});

test("resources of other providers and components have no violation", async () => {
  const bucket = { type: "aws:s3/bucket:Bucket", name: "bucket", props: { location: "westeurope" } };
  expect(await runPack([{ ...bucket }])).toEqual([]);
});

test("the stack policies check a resource that the run hasn't registered, and report each finding once", async () => {
  const policies = pack();
  const foreign = storage({ location: "westeurope" });
  const [registered] = await checkResources([foreign], settings, policies);
  expect(registered!.policy).toBe("MOOR401");
  const other = storage({ publicNetworkAccess: "Enabled" }, "other");
  const reported = (await checkStack([foreign, other], settings, policies)).filter(({ policy }) => ["MOOR401", "MOOR440"].includes(policy));
  expect(reported).toMatchObject([{ policy: "MOOR440", urn: urnOf("other") }]);
});

test("a deleted resource is no longer reviewed", async () => {
  const policies = pack();
  await checkResources([storage({ location: unknown }, "deleted")], settings, policies);
  const reported = await checkStack([], settings, policies);
  expect(reported).toEqual([]);
});

test("without the policy `contract`, the others end the run", async () => {
  const [, ...others] = pack();
  await expect(checkResources([storage({})], settings, others)).rejects.toThrow('The policy "contract" reads the residency contract');
  await expect(checkStack([storage({})], settings, others)).rejects.toThrow('The policy "contract" reads the residency contract');
});

test("no violation contains a secret", async () => {
  const connection: Given = {
    type: "machinelearningservices:WorkspaceConnection",
    name: "connection",
    props: { resourceGroupName: "rg", workspaceName: "w", properties: { target: "https://x", credentials: { key: "hunter2-hunter2" } } },
  };
  const secret: Given = { type: "keyvault:Secret", name: "s", props: { vaultName: "v", properties: { value: "hunter2-hunter2" } } };
  expect(JSON.stringify(await runPack([connection, secret], { ...settings, principals: [subscriptionId] }))).not.toContain("hunter2");
});
