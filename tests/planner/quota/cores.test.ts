// Proves how vCPUs are added up across stacks. Does not prove what Azure counts: the rules are from its documentation.
import { sizes } from "../../../facts/sizes";
import { type QuotaDeployment, quotaNeeds, reservedInstances } from "../../../planner/quota/cores";
import { quotaLineText, quotaRequest } from "../../../planner/quota/request";

const chat: QuotaDeployment = {
  stack: "prod",
  region: "swedencentral",
  endpoint: "chat",
  label: "main",
  instanceType: "Standard_NC24ads_A100_v4",
  maxInstances: 6,
};
const fraud: QuotaDeployment = { ...chat, endpoint: "fraud", instanceType: "Standard_DS3_v2", maxInstances: 10 };

test("Azure reserves 20% more instances, rounded up, except for large GPU sizes", () => {
  expect([1, 2, 5, 10].map((instances) => reservedInstances(sizes.Standard_DS3_v2, instances))).toEqual([2, 3, 6, 12]);
  expect([1, 10].map((instances) => reservedInstances(sizes.Standard_NC4as_T4_v3, instances))).toEqual([2, 12]);
  expect([1, 10].map((instances) => reservedInstances(sizes.Standard_NC24ads_A100_v4, instances))).toEqual([1, 10]);
});

test("ten instances with four vCPUs require 48 vCPUs, and twice that during a rollout", () => {
  expect(quotaNeeds([fraud])).toMatchObject([{ family: "DSv2", neededCores: 48, rolloutCores: 96 }]);
});

test("an in-place update requires no additional quota beyond the reserve of 20%", () => {
  expect(quotaNeeds([{ ...chat, update: "inPlace" }])).toMatchObject([{ neededCores: 144, rolloutCores: 144 }]);
  expect(quotaNeeds([{ ...fraud, update: "inPlace" }])).toMatchObject([{ neededCores: 48, rolloutCores: 48 }]);
});

test("the previous deployment counts at maximum scale, and is deleted before the next rollout", () => {
  const previous = { name: "main-11111111", instanceType: "Standard_NC24ads_A100_v4", kept: true };
  expect(quotaNeeds([{ ...chat, previous }])).toMatchObject([{ neededCores: 288, rolloutCores: 288 }]);
  const larger = { ...previous, instanceType: "Standard_NC48ads_A100_v4" };
  expect(quotaNeeds([{ ...chat, previous: larger }])).toMatchObject([{ neededCores: 432, rolloutCores: 432 }]);
});

test("the previous deployment counts in its own family, with the reserve of its own size", () => {
  const previous = { name: "main-11111111", instanceType: "Standard_NC4as_T4_v3", kept: false };
  const [large, small] = quotaNeeds([{ ...chat, previous }]);
  expect([large, small]).toMatchObject([
    { family: "NCADSA100v4", neededCores: 144, rolloutCores: 288 },
    { family: "NCASv3_T4", neededCores: 32, rolloutCores: 32 },
  ]);
  expect(small!.lines.map(quotaLineText)).toEqual([
    "prod/chat/main: 32 vCPUs more for main-11111111, which runs until its traffic has moved (6 instances and 2 reserved for upgrades (20%, rounded up) × 4 vCPUs)",
  ]);
});

test("stacks are added up by family, separately for each region", () => {
  const needs = quotaNeeds([chat, { ...chat, stack: "dev", maxInstances: 1 }, { ...chat, region: "westeurope" }, fraud]);
  expect(needs.map(({ region, family, neededCores }) => [region, family, neededCores])).toEqual([
    ["swedencentral", "DSv2", 48],
    ["swedencentral", "NCADSA100v4", 168],
    ["westeurope", "NCADSA100v4", 144],
  ]);
  expect(needs[1]!.lines.map(({ deployment }) => deployment)).toEqual(["prod/chat/main", "dev/chat/main"]);
});

test("the vCPUs of other workloads count, and all of Azure's spellings of a family are equivalent", () => {
  for (const name of ["NCADSA100v4", "standardNCADSA100v4Family", "Standard NCADS_A100_v4 Family vCPUs"]) {
    const [need] = quotaNeeds([chat], { [name]: { limit: 300, others: 24 } });
    expect(need).toMatchObject({ neededCores: 144, missingCores: 0, rolloutCores: 288, missingInRollout: 12 });
  }
});

test("a region's own entry overrides the family's", () => {
  const declared = { NCADSA100v4: { limit: 0 }, "swedencentral/NCADSA100v4": { limit: 288 } };
  expect(quotaNeeds([chat], declared)[0]!.missingInRollout).toBe(0);
});

test("missing quota now and during a rollout are different values; without a declared quota, both are undefined", () => {
  const missing = (limit: number) => quotaNeeds([chat], { NCADSA100v4: { limit, others: 24 } })[0]!;
  expect([167, 168, 311, 312].map(missing)).toMatchObject([
    { missingCores: 1, missingInRollout: 145 },
    { missingCores: 0, missingInRollout: 144 },
    { missingCores: 0, missingInRollout: 1 },
    { missingCores: 0, missingInRollout: 0 },
  ]);
  const [unknown] = quotaNeeds([chat]);
  expect([unknown!.missingCores, unknown!.missingInRollout]).toEqual([undefined, undefined]);
});

test("the text of a quota request is complete", () => {
  const [need] = quotaNeeds([chat], { NCADSA100v4: { limit: 96, others: 24 } });
  expect(quotaRequest(need!)).toBe(
    [
      "Request: Azure Machine Learning compute quota, dedicated, NCADSA100v4 family, region swedencentral.",
      "New limit: 312 vCPUs. Current limit: 96 vCPUs.",
      "Use: managed online endpoints; 144 vCPUs at maximum scale, 288 while new versions run next to old ones, and 24 for other workloads.",
      "- prod/chat/main: 144 vCPUs (6 instances × 24 vCPUs), and 144 more during a rollout",
      "This is a quota of Azure Machine Learning, separate from the subscription's VM quota.",
    ].join("\n"),
  );
  expect(quotaRequest(quotaNeeds([chat], { NCADSA100v4: { limit: 999 } })[0]!)).toBeUndefined();
});
