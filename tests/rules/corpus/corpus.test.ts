// Proves for each case of the corpus, applied alone to the recorded resources of prod, that there is exactly one finding: of its code, resource
// and property. Its twin has none. Doesn't prove that the program and the engine pass the same inputs: tests/e2e/corpus.test.ts does.

// Before Pulumi's runtime, which reads the folder on load.
import "../../components/rootDirectory";

import type { Contract } from "../../../rules";
import { TENANT } from "../../components/recorder";
import { runStack } from "../../components/shippedStacks";
import { shippedAcceptances } from "./accept";
import { applied, type Registered } from "./apply";
import { corpus } from "./index";
import { findingsOf } from "./review";

const contract: Contract = {
  ...{ home: "swedencentral", regions: ["swedencentral", "swedensouth"], declared: { geography: "Sweden" } },
  ...{ principals: ["3f8a6c1e-5d1b-4f0e-9a57-2b6f0c9d7e41"], tenantId: TENANT },
  authModes: { "chat-endpoint": "AADToken", "chat-traffic-write": "AADToken", "fraud-endpoint": "Key", "fraud-traffic-write": "Key" },
};

let prod: readonly Registered[];
beforeAll(async () => {
  const { resources } = await runStack("prod");
  prod = resources.filter(({ custom }) => custom);
});
afterAll(() => jest.restoreAllMocks());

const found = (resources: readonly Registered[]) => findingsOf(resources, contract, shippedAcceptances);

test("The clean stack has no findings", () => {
  expect(found(prod)).toEqual([]);
});

test("The corpus has at least 100 cases with different names", () => {
  expect(corpus.length).toBeGreaterThanOrEqual(100);
  expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length);
});

const withoutFiles = corpus.filter(({ change }) => change.kind !== "file");

test.each(withoutFiles.map((one) => [one.name, one] as const))(
  "%s is found, and its twin is allowed",
  (_, { code, resource, property, change, twin }) => {
    expect(found(applied(prod, change))).toEqual([{ code, resource, property }]);
    expect(found(applied(prod, twin))).toEqual([]);
  },
);
