// Proves that the latency threshold of an endpoint follows from its deployments' decisions: above the duration of an answer under the
// declared load, and below Azure's request timeout. Doesn't prove that real answers are as fast as planned.

// Before Pulumi's runtime, which reads the folder on load.
import "../rootDirectory";

import * as fs from "node:fs";
import * as path from "node:path";
import type { Recording } from "../recorder";
import { find } from "../recorder";
import { runStack } from "../shippedStacks";

afterAll(() => jest.restoreAllMocks());

const lock = fs.readFileSync(path.join(__dirname, "..", "..", "..", "moor.lock.prod.yaml"), "utf8");
/** Planned seconds of an answer for each vLLM deployment of prod, from the comments in the lock file. */
const plannedAnswers = [...lock.matchAll(/tokens in (\d+) s$/gm)].map(([, seconds]) => Number(seconds));

const thresholdOf = (recording: Recording, name: string) => {
  const { criteria } = find(recording, name).inputs as { criteria: { allOf: { threshold: number }[] } };
  return criteria.allOf[0]!.threshold / 1000;
};

test("The latency alert of a shipped endpoint doesn't fire under the declared load, and fires before requests time out.", async () => {
  const recording = await runStack("prod");
  expect(plannedAnswers).toHaveLength(2);
  expect(Math.max(...plannedAnswers)).toBe(163);
  const chat = thresholdOf(recording, "chat-monitoring-latency");
  expect(chat).toBeGreaterThan(Math.max(...plannedAnswers));
  expect(chat).toBeLessThan(180);
  const fraud = thresholdOf(recording, "fraud-monitoring-latency");
  expect(fraud).toBeLessThan(60);
});
