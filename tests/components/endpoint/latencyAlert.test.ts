// Proves that the latency alert of an endpoint follows from the plan of its deployments: above what an answer may take in the declared load,
// and below the time at which Azure ends a request. Doesn't prove that measured answers are as fast as planned.

// Before Pulumi's runtime, which reads the folder when it is loaded.
import "../rootDirectory";

import * as fs from "node:fs";
import * as path from "node:path";
import type { Recording } from "../recorder";
import { find } from "../recorder";
import { runStack } from "../shippedStacks";

afterAll(() => jest.restoreAllMocks());

const lock = fs.readFileSync(path.join(__dirname, "..", "..", "..", "moor.lock.prod.yaml"), "utf8");
/** Seconds that an answer takes by plan, of each vLLM deployment of prod: the lock's comments say them. */
const plannedAnswers = [...lock.matchAll(/tokens in (\d+) s$/gm)].map(([, seconds]) => Number(seconds));

const thresholdOf = (recording: Recording, name: string) => {
  const { criteria } = find(recording, name).inputs as { criteria: { allOf: { threshold: number }[] } };
  return criteria.allOf[0]!.threshold / 1000;
};

test("The latency alert of a shipped endpoint is silent in the declared load, and fires before requests are cut off.", async () => {
  const recording = await runStack("prod");
  expect(plannedAnswers).toHaveLength(2);
  expect(Math.max(...plannedAnswers)).toBe(163);
  const chat = thresholdOf(recording, "chat-monitoring-latency");
  expect(chat).toBeGreaterThan(Math.max(...plannedAnswers));
  expect(chat).toBeLessThan(180);
  const fraud = thresholdOf(recording, "fraud-monitoring-latency");
  expect(fraud).toBeLessThan(60);
});
