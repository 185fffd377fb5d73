// Proves with the real engine what a preview shows for a changed model, a candidate and its promotion, that each change is applied, and that
// the next preview shows no changes. rolloutChanges covers other changes. rolloutUnderLoad proves that no request is lost.
import { quick } from "./quick";
import { candidate, carryOut, preview, weight } from "./rolloutEdits";
import { revision, serving } from "./rolloutSupport";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let sandbox: Sandbox;
let first: string;

beforeAll(async () => {
  sandbox = quick(await openSandbox());
  expect(await sandbox.run("up", "dev")).toMatchObject({ code: 0 });
  [first] = (await serving(sandbox)).deployments as [string];
});
afterAll(() => sandbox.close());

test("A changed model: the new deployment is created, the old one is deleted, and the sentence contains the order. And back again.", async () => {
  const { output } = await preview(sandbox, [revision("2")]);
  expect(output).toMatch(
    new RegExp(
      `traffic changes from ${first} 100% to (main-\\w{8}) 100%; \\1 is created first; ${first} is deleted after the last requests have ended\\.`,
    ),
  );
  expect(output).toMatch(/\+ .*OnlineDeployment chat-main-\w{8}-deployment +create/);
  expect(output).toMatch(new RegExp(`- .*OnlineDeployment chat-${first}-deployment +delete`));
  await carryOut(sandbox, [revision("2")]);
  expect((await serving(sandbox)).deployments).not.toContain(first);
  await carryOut(sandbox, []);
  expect(await serving(sandbox)).toEqual({ deployments: [first], traffic: { [first]: 100 } });
});

test("A candidate at 10%: one deployment is created, none is deleted, and one sentence lists the weights.", async () => {
  const { code, output } = await preview(sandbox, [candidate(10), weight(90)]);
  expect(code).toBe(0);
  expect(output).toMatch(/\+ .*OnlineDeployment chat-candidate-\w{8}-deployment +create/);
  expect(output).toMatch(
    new RegExp(`chat: traffic changes from ${first} 100% to (candidate-\\w{8}) 10%, ${first} 90%; \\1 is created first\\.`),
  );
  expect(output).not.toMatch(/ - .*delete/);
  await carryOut(sandbox, [candidate(10), weight(90)]);
  expect(Object.values((await serving(sandbox)).traffic).sort()).toEqual([10, 90]);
});

test("A promotion: nothing is created or deleted, and the deployment that stays at 0% is listed.", async () => {
  const { code, output } = await preview(sandbox, [candidate(100), weight(0)]);
  expect(code).toBe(0);
  expect(output).toMatch(new RegExp(`to candidate-\\w{8} 100%; ${first} stays at 0%\\.`));
  expect(output).not.toMatch(/OnlineDeployment/);
  await carryOut(sandbox, [candidate(100), weight(0)]);
});
