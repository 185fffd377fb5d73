// Does not prove when Azure starts and stops asking: here a request asks, there a timer does.
import { Readiness } from "../../../azure-local/frontdoor/readiness";
import { startContainer } from "./support";

const probe = { path: "/ready", port: 8000, period: 10, timeout: 2, failureThreshold: 3 };
let statuses: number[] = [];
let asked = 0;
let container: { url: string; close(): Promise<void> };

beforeEach(async () => {
  asked = 0;
  container = await startContainer((_request, response) => {
    asked += 1;
    response.writeHead(statuses.shift()!).end();
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  return container.close();
});

/** Asks once a period. */
async function askEachPeriod(answers: number[]): Promise<boolean[]> {
  statuses = [...answers];
  const readiness = new Readiness();
  const ready: boolean[] = [];
  const now = jest.spyOn(Date, "now");
  for (const index of answers.keys()) {
    now.mockReturnValue(index * 10_000);
    ready.push(await readiness.isReady(container.url, probe));
  }
  return ready;
}

test("one success makes a container ready, and it stays so until the threshold of failures in a row", async () => {
  expect(await askEachPeriod([503, 200, 500, 404, 200, 500, 500, 500, 200])).toEqual([
    false,
    true,
    true,
    true,
    true,
    true,
    true,
    false,
    true,
  ]);
});

test("200 to 399 is a success", async () => {
  expect(await askEachPeriod([399])).toEqual([true]);
  expect(await askEachPeriod([400])).toEqual([false]);
});

test("within its period a ready container is not asked again, one that is not ready is", async () => {
  statuses = [503, 503, 200];
  const readiness = new Readiness();
  const ready = [];
  for (let time = 0; time < 5; time++) ready.push(await readiness.isReady(container.url, probe));
  expect(ready).toEqual([false, false, true, true, true]);
  expect(asked).toBe(3);
});

test("no answer within the timeout is a failure", async () => {
  const silent = await startContainer(() => {});
  expect(await new Readiness().isReady(silent.url, { ...probe, timeout: 0.02 })).toBe(false);
  await silent.close();
});
