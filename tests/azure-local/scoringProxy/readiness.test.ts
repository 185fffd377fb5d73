// Does not prove when Azure's probes run: here a request triggers them, in Azure a timer. Nor how long a start takes on real machines.
import { type Condition, Readiness, stillStarting } from "../../../azure-local/scoringProxy/readiness";
import { defaultRules } from "../../../azure-local/scoringProxy/rules";
import { deployment, startContainer } from "./support";

const readiness = { path: "/ready", port: 8000, initialDelay: 10, period: 10, timeout: 2, failureThreshold: 3 };
const liveness = { ...readiness, path: "/alive", period: 30, failureThreshold: 2 };
let statuses: { "/ready": number[]; "/alive": number[] };
let asked: string[];
let container: { url: string; close(): Promise<void> };

beforeEach(async () => {
  asked = [];
  statuses = { "/ready": [], "/alive": [] };
  container = await startContainer((request, response) => {
    const path = request.url as keyof typeof statuses;
    asked.push(path);
    response.writeHead(statuses[path].shift() ?? 200).end();
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  return container.close();
});

/** Asks every ten seconds. */
async function askEachPeriod(times: number, one = new Readiness()): Promise<Condition[]> {
  const conditions: Condition[] = [];
  const now = jest.spyOn(Date, "now");
  for (let index = 0; index < times; index++) {
    now.mockReturnValue(index * 10_000);
    conditions.push(await one.conditionOf(container.url, { readiness, liveness }));
  }
  return conditions;
}

test("a container is ready after one success, until the threshold of consecutive failures", async () => {
  statuses["/ready"] = [503, 200, 500, 404, 200, 500, 500, 500, 200];
  const conditions = await askEachPeriod(9);
  expect(conditions.map((condition) => condition === "ready")).toEqual([false, true, true, true, true, true, true, false, true]);
  expect(asked.filter((path) => path === "/alive")).toHaveLength(3);
});

test("a container is dead after the threshold of consecutive liveness failures, one per period, even if it is ready", async () => {
  statuses["/alive"] = [500, 200, 500, 500];
  expect(await askEachPeriod(10)).toEqual([...Array<Condition>(9).fill("ready"), "dead"]);
  expect(asked.filter((path) => path === "/alive")).toHaveLength(4);
});

test("a restarted container has no earlier results", async () => {
  statuses["/alive"] = [500, 500];
  const one = new Readiness();
  expect((await askEachPeriod(4, one)).at(-1)).toBe("dead");
  one.forget(container.url);
  expect(await askEachPeriod(1, one)).toEqual(["ready"]);
});

test("200 to 399 is a success", async () => {
  statuses["/ready"] = [399];
  expect(await askEachPeriod(1)).toEqual(["ready"]);
  statuses["/ready"] = [400];
  expect(await askEachPeriod(1)).toEqual(["not ready"]);
});

test("within the period a ready container is not probed again, but one that is not ready is", async () => {
  statuses["/ready"] = [503, 503, 200];
  const one = new Readiness();
  const conditions = [];
  for (let time = 0; time < 5; time++) conditions.push(await one.conditionOf(container.url, { readiness, liveness }));
  expect(conditions).toEqual(["not ready", "not ready", "ready", "ready", "ready"]);
  expect(asked.filter((path) => path === "/ready")).toHaveLength(3);
});

test("no answer within the timeout is a failure", async () => {
  const silent = await startContainer(() => {});
  const impatient = { readiness: { ...readiness, timeout: 0.02 }, liveness: { ...liveness, timeout: 0.02 } };
  expect(await new Readiness().conditionOf(silent.url, impatient)).toBe("not ready");
  await silent.close();
});

describe("a container that starts", () => {
  const slow = deployment("main", { startUp: 95, createdAt: 0 });

  test.each([
    ["before its first successful probe", 99, 1, "main is loading its weights, which takes another 1 s in Azure"],
    ["at its first successful probe", 100, 1, undefined],
    ["on a clock ten times as fast", 9.9, 10, "main is loading its weights, which takes another 1 s in Azure"],
    ["on a clock without waiting times", 0, Number.POSITIVE_INFINITY, undefined],
  ])("%s", (_, seconds, speed, expected) => {
    expect(stillStarting(slow, defaultRules, seconds * 1000, speed)).toBe(expected);
  });

  test("for longer than its liveness probe allows is restarted at each start, on any clock", () => {
    const hopeless = deployment("main", { startUp: 301, createdAt: 0 });
    const sentence = "the liveness probe of main restarts its container after 300 s, but its start takes 301 s";
    for (const speed of [1, 10, Number.POSITIVE_INFINITY]) expect(stillStarting(hopeless, defaultRules, 1e9, speed)).toBe(sentence);
    expect(stillStarting(deployment("main", { startUp: 300, createdAt: 0 }), defaultRules, 1e9, 1)).toBeUndefined();
  });

  test("starts eventually if no liveness probe restarts it", () => {
    const hopeless = deployment("main", { startUp: 301, createdAt: 0 });
    const rules = { ...defaultRules, livenessRestarts: false };
    expect(stillStarting(hopeless, rules, 309_000, 1)).toBe("main is loading its weights, which takes another 1 s in Azure");
    expect(stillStarting(hopeless, rules, 310_000, 1)).toBeUndefined();
  });

  test("takes no time if the rule is off", () => {
    expect(stillStarting(slow, { ...defaultRules, containersTakeTimeToStart: false }, 0, 1)).toBeUndefined();
  });
});
