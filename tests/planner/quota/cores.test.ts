// Proves how cores add up over stacks. Does not prove what Azure counts: the rules are its documentation's.
import { sizes } from "../../../facts/sizes";
import { type QuotaDeployment, quotaNeeds, quotaRefusals, reservedInstances } from "../../../planner/quota/cores";
import { quotaRequest } from "../../../planner/quota/request";

const chat: QuotaDeployment = {
  stack: "prod",
  region: "swedencentral",
  endpoint: "chat",
  label: "main",
  instanceType: "Standard_NC24ads_A100_v4",
  maxInstances: 6,
};
const fraud: QuotaDeployment = { ...chat, endpoint: "fraud", instanceType: "Standard_DS3_v2", maxInstances: 10 };

test("Azure reserves a fifth more instances, rounded up, except on its large GPU sizes", () => {
  expect([1, 2, 5, 10].map((instances) => reservedInstances(sizes.Standard_DS3_v2, instances))).toEqual([2, 3, 6, 12]);
  expect([1, 10].map((instances) => reservedInstances(sizes.Standard_NC4as_T4_v3, instances))).toEqual([2, 12]);
  expect([1, 10].map((instances) => reservedInstances(sizes.Standard_NC24ads_A100_v4, instances))).toEqual([1, 10]);
});

test("ten instances of four cores need 48, and twice that in a rollout", () => {
  expect(quotaNeeds([fraud])).toMatchObject([{ family: "DSv2", steadyCores: 48, peakCores: 96 }]);
});

test("a rolling update in place needs no second set", () => {
  expect(quotaNeeds([{ ...chat, update: "inPlace" }])).toMatchObject([{ steadyCores: 144, peakCores: 144 }]);
});

test("the previous deployment that is kept counts in its own family", () => {
  const previous = { instanceType: "Standard_NC4as_T4_v3", instances: 2 };
  expect(quotaNeeds([{ ...chat, previous }])).toMatchObject([
    { family: "NCADSA100v4", steadyCores: 144, peakCores: 288 },
    { family: "NCASv3_T4", steadyCores: 12, peakCores: 12 },
  ]);
});

test("stacks add up by family and region, and regions are kept apart", () => {
  const needs = quotaNeeds([chat, { ...chat, stack: "dev", maxInstances: 1 }, { ...chat, region: "westeurope" }, fraud]);
  expect(needs.map(({ region, family, steadyCores }) => [region, family, steadyCores])).toEqual([
    ["swedencentral", "DSv2", 48],
    ["swedencentral", "NCADSA100v4", 168],
    ["westeurope", "NCADSA100v4", 144],
  ]);
  expect(needs[1]!.lines.map(({ deployment }) => deployment)).toEqual(["prod/chat/main", "dev/chat/main"]);
});

test("what others hold counts, and Azure's spellings of a family are one", () => {
  for (const name of ["NCADSA100v4", "standardNCADSA100v4Family", "Standard NCADS_A100_v4 Family vCPUs"]) {
    const [need] = quotaNeeds([chat], { [name]: { limit: 300, others: 24 } });
    expect(need).toMatchObject({ peakCores: 288, missingCores: 12 });
  }
});

test("a region's own entry wins over the family's", () => {
  const declared = { NCADSA100v4: { limit: 0 }, "swedencentral/NCADSA100v4": { limit: 288 } };
  expect(quotaNeeds([chat], declared)[0]!.missingCores).toBe(0);
});

test("a shortage, an undeclared family and too many instances each have a code", () => {
  expect(quotaRefusals([chat], { NCADSA100v4: { limit: 96, others: 24 } })).toEqual([
    {
      code: "MOOR301",
      message:
        "NCADSA100v4 in swedencentral: 288 cores are needed at the peak of a rollout; the limit is 96, of which others hold 24: 216 are missing.",
      remedy: "Send the request below, or lower instances, scale.max or keepPrevious.",
    },
  ]);
  expect(quotaRefusals([chat]).map(({ code }) => code)).toEqual(["MOOR302"]);
  expect(quotaRefusals([{ ...chat, maxInstances: 51 }], { NCADSA100v4: { limit: 9999 } }).map(({ code }) => code)).toEqual(["MOOR303"]);
  expect(quotaRefusals([chat], { NCADSA100v4: { limit: 312, others: 24 } })).toEqual([]);
});

test("the request can be sent as it is", () => {
  const [need] = quotaNeeds([chat], { NCADSA100v4: { limit: 96, others: 24 } });
  expect(quotaRequest(need!)).toBe(
    [
      "Request: Azure Machine Learning compute quota, dedicated, NCADSA100v4 family, region swedencentral.",
      "New limit: 312 cores. Limit now: 96 cores.",
      "Use: managed online endpoints; 144 cores in steady state at full scale, 288 while new versions run beside old ones, and 24 of other workloads.",
      "- prod/chat/main: 288 cores (6 instances × 24 cores, twice during a rollout)",
      "The quota is a limit of Azure Machine Learning, separate from the subscription's VM quota.",
    ].join("\n"),
  );
  expect(quotaRequest(quotaNeeds([chat], { NCADSA100v4: { limit: 999 } })[0]!)).toBeUndefined();
});
