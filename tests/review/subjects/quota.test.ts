// Proves the vCPUs before, during and after a run and their comparison with the declared quota, on saved previews and edited ones. It doesn't
// prove that the subscription has the declared quota; `npm run preflight` reads it.
import fc from "fast-check";
import { changeOf, type StackChange } from "../../../review/change";
import type { EndpointView } from "../../../review/endpoints";
import type { Preview } from "../../../review/preview";
import { declaredQuota, quota } from "../../../review/subjects/quota";
import { previewOf } from "../previews";
import { changeNamed, edited, withInput, withoutSames } from "./support";

const withQuota = (preview: Preview, value: object | string) => ({
  ...preview,
  config: { ...preview.config, "moor:quota": typeof value === "string" ? value : JSON.stringify(value) },
});

// A100: main 6 × 24, candidate 1 × 24. DSv2: 2 instances and 1 reserved for upgrades, × 4.
test.each([
  ["model", "NCADSA100v4: 168 vCPUs (312 during the rollout), limit 384, of which others use 24"],
  ["image", "NCADSA100v4: 168 vCPUs (336 during the rollout), limit 384, of which others use 24"],
  ["size", "NCADSA100v4: 168 to 192 vCPUs (216 during the rollout), limit 384, of which others use 24"],
  ["autoscale", "NCADSA100v4: 168 to 192 vCPUs, limit 384, of which others use 24"],
  ["endpointAdded", "DSv2: 12 to 20 vCPUs, limit 32"],
  ["endpointRemovedAccepted", "DSv2: 12 to 0 vCPUs, limit 32"],
  ["firstUp", "DSv2: 0 to 12 vCPUs, limit 32; NCADSA100v4: 0 to 168 vCPUs, limit 384, of which others use 24"],
  ["destroy", "NCASv3_T4: 8 to 0 vCPUs"],
  // The deployment that is kept keeps its instances, and main can scale to 6 again.
  ["rollback", "NCADSA100v4: 240 to 312 vCPUs, limit 384, of which others use 24"],
  ["promotion", ""],
  ["shareWithinCapacity", ""],
  ["tag", ""],
  ["noChange", ""],
])("the quota of %s", (name, summary) => {
  const section = quota(changeNamed(name));
  expect([section.summary, section.notices]).toEqual([summary, []]);
});

test("the values and details of a rollout", () => {
  expect(quota(changeNamed("image"))).toMatchObject({
    details: [
      "NCADSA100v4 in swedencentral: 168 vCPUs before, 336 at the peak, 168 after. Counted: the maximum number of instances, and Azure's reserve for upgrades.",
    ],
    data: [{ region: "swedencentral", family: "NCADSA100v4", before: 168, peak: 336, after: 168, quota: { limit: 384, others: 24 } }],
  });
});

test.each([
  // At the limit, including the other workloads: 312 + 24.
  [{ limit: 336, others: 24 }, []],
  [
    { limit: 335, others: 24 },
    [
      "look",
      "Quota of NCADSA100v4 in swedencentral: 312 vCPUs are required during the rollout, but the limit is 335, and other workloads use 24. Azure can reject new deployments until the previous ones are deleted, and the run fails. Request a limit of 336.",
    ],
  ],
  [
    { limit: 300 },
    [
      "look",
      "Quota of NCADSA100v4 in swedencentral: 312 vCPUs are required during the rollout, but the limit is 300. Azure can reject new deployments until the previous ones are deleted, and the run fails. Request a limit of 312.",
    ],
  ],
])("a limit that the rollout of a model exceeds needs a look: %j", (declared, expected) => {
  const { notices } = quota(changeOf(withQuota(previewOf("model"), { NCADSA100v4: declared })));
  expect(notices.flatMap(({ severity, text }) => [severity, text])).toEqual(expected);
});

test("a limit that the stack exceeds after the run is a danger", () => {
  expect(quota(changeOf(withQuota(previewOf("autoscale"), { NCADSA100v4: { limit: 191 } }))).notices).toEqual([
    {
      severity: "danger",
      text: "Quota of NCADSA100v4 in swedencentral: 192 vCPUs are required after the run, but the limit is 191. Azure rejects the deployments that exceed it, and the run fails. Request a limit of 192.",
    },
  ]);
});

test("a new family without a declared limit needs a look, a known one doesn't", () => {
  expect(quota(changeOf(withQuota(previewOf("firstUp"), { "Standard NCADSA100v4 Family vCPUs": { limit: 400 } })))).toMatchObject({
    summary: "DSv2: 0 to 12 vCPUs, no limit declared; NCADSA100v4: 0 to 168 vCPUs, limit 400",
    notices: [
      {
        severity: "look",
        text: "Quota of DSv2 in swedencentral: 12 vCPUs are required, and `moor:quota` declares no limit. Check the limit, or the run can fail.",
      },
    ],
  });
  expect(quota(changeOf(withQuota(previewOf("autoscale"), {}))).notices).toEqual([]);
});

test("a new GPU family without a declared limit says that Azure's default is 0", () => {
  const { notices } = quota(changeOf(withQuota(previewOf("firstUp"), { DSv2: { limit: 32 } })));
  expect(notices).toEqual([
    {
      severity: "look",
      text: "Quota of NCADSA100v4 in swedencentral: 168 vCPUs are required, and `moor:quota` declares no limit. Azure's default limit of a GPU family is 0. Check the limit, or the run can fail.",
    },
  ]);
});

test("the limit of a region precedes the limit of the family", () => {
  const declared = { NCADSA100v4: { limit: 100 }, "swedencentral/NCADSA100v4": { limit: 400 } };
  expect(quota(changeOf(withQuota(previewOf("autoscale"), declared))).summary).toBe("NCADSA100v4: 168 to 192 vCPUs, limit 400");
});

test.each(["", "{", "null", "[]", "3", '{"DSv2":null}', '{"DSv2":{"limit":"32"}}', '{"DSv2":{"others":3}}'])(
  "a setting without a limit declares nothing: %s",
  (text) => {
    expect(declaredQuota(text)).toEqual({});
    expect(quota(changeOf(withQuota(previewOf("autoscale"), text))).summary).toBe("NCADSA100v4: 168 to 192 vCPUs, no limit declared");
  },
);

test("a size that isn't in the table is named", () => {
  const name = "chat-candidate-5b0f8f31-deployment";
  const preview = edited(previewOf("autoscale"), name, (step) => withInput(step, "properties.instanceType", "Standard_ND999"));
  expect(quota(changeOf(preview))).toMatchObject({
    summary: "NCADSA100v4: 168 vCPUs (192 during the rollout), limit 384, of which others use 24",
    details: [expect.any(String), "Not included, because the table of sizes doesn't contain them: Standard_ND999."],
  });
});

test("without the unchanged resources, only the difference is known", () => {
  const { summary, notices } = quota(changeOf(withoutSames(previewOf("model"))));
  expect(summary).toBe("NCADSA100v4: +0 vCPUs (+144 during the rollout), total unknown");
  expect(notices).toEqual([
    {
      severity: "look",
      text: "Quota of NCADSA100v4 in swedencentral: the run requires up to 144 more vCPUs. The preview omits the unchanged resources, so the totals are unknown.",
    },
  ]);
  expect(quota(changeOf(withoutSames(previewOf("alerts")))).notices).toEqual([]);
});

const deployments = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom("main-00000001", "main-00000002", "next-00000003", "a-b-00000004"),
    instanceType: fc.constantFrom("Standard_DS3_v2", "Standard_NC24ads_A100_v4"),
    instances: fc.integer({ min: 1, max: 5 }),
    scale: fc.option(fc.constantFrom({ min: 1, max: 1 }, { min: 1, max: 7 }), { nil: undefined }),
  }),
  { selector: ({ name }) => name, maxLength: 4 },
);

test("the peak is at least the usage before and after, and nothing is reported for an unchanged endpoint", () => {
  const saved: StackChange = changeNamed("noChange");
  const resource = saved.endpoints.after[0]!.deployments[0]!.resource;
  fc.assert(
    fc.property(deployments, deployments, (was, is) => {
      const view = (all: typeof was): EndpointView => ({
        ...{ key: "chat", traffic: {}, mirrorTraffic: {} },
        deployments: all.map(({ scale, ...one }) => ({ ...one, location: "swedencentral", resource, ...(scale && { scale }) })),
      });
      const section = quota({ ...saved, endpoints: { before: [view(was)], after: [view(is)] } });
      for (const { before, peak, after } of section.data as { before: number; peak: number; after: number }[]) {
        expect(peak).toBeGreaterThanOrEqual(Math.max(before, after));
        expect(peak).toBeLessThanOrEqual(before + after);
      }
      const same = quota({ ...saved, endpoints: { before: [view(was)], after: [view(was)] } });
      expect(same).toEqual({ summary: "", notices: [], details: [], data: [] });
    }),
    { numRuns: 60 },
  );
});
