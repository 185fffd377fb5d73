// Proves with the real engine what a preview shows for less frequent changes, that each change is applied, and that the next preview shows no
// changes. rollout covers a changed model, a candidate and its promotion. rolloutUnderLoad proves that no request is lost.
import { quick } from "./quick";
import { candidate, carryOut, deployments, preview, vllm, weight } from "./rolloutEdits";
import { endpointOf, revision, serving } from "./rolloutSupport";
import { type Change, openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let sandbox: Sandbox;
let first: string;

beforeAll(async () => {
  sandbox = quick(await openSandbox());
  // The candidate was promoted: it has all traffic, and main has weight 0.
  const stackFile = sandbox.edit("dev", [candidate(100), weight(0)]);
  expect(await sandbox.run("up", "dev", { stackFile })).toMatchObject({ code: 0 });
  [first] = (await serving(sandbox)).deployments.filter((name) => name.startsWith("main-")) as [string];
});
afterAll(() => sandbox.close());

test("The removal of a deployment with a weight is rejected in the preview with a fix; traffic doesn't change.", async () => {
  const before = await serving(sandbox);
  const { code, output } = await preview(sandbox, [weight(100)]);
  expect(code).not.toBe(0);
  expect(output).toContain("Deployment chat/candidate is no longer in the stack but has a traffic weight of 100%. Keep it with weight 0");
  const up = await sandbox.run("up", "dev", { stackFile: sandbox.edit("dev", [weight(100)]) });
  expect(up.code).not.toBe(0);
  expect(await serving(sandbox)).toEqual(before);
});

test("The weights of a serving endpoint can't all be set to 0.", async () => {
  const { code, output } = await preview(sandbox, [candidate(0), weight(0)]);
  expect(code).not.toBe(0);
  expect(output).toContain("Endpoint chat serves requests, but no deployment would have a traffic weight");
});

test("After a rollback, the removal of the candidate without weight only deletes the candidate.", async () => {
  await carryOut(sandbox, [candidate(0), weight(100)]);
  const { output } = await preview(sandbox, [weight(100)]);
  expect(output).toMatch(/- .*OnlineDeployment chat-candidate-\w{8}-deployment +delete/);
  await carryOut(sandbox, [weight(100)]);
  expect(await serving(sandbox)).toEqual({ deployments: [first], traffic: { [first]: 100 } });
});

test("Mirrored traffic to a candidate without weight, and its removal: one sentence lists both.", async () => {
  const [path, settings] = candidate(0);
  const mirrored: Change = [path, { ...(settings as object), mirror: 10 }];
  const { output } = await preview(sandbox, [mirrored]);
  expect(output).toMatch(
    new RegExp(
      `chat: traffic stays at ${first} 100%; 10% of the requests are also mirrored to (candidate-\\w{8}); \\1 is created first\\.`,
    ),
  );
  await carryOut(sandbox, [mirrored]);
  const shown = await sandbox.arm("GET", await endpointOf(sandbox), "2025-12-01");
  const { properties } = (await shown.json()) as { properties: object };
  expect(properties).toMatchObject({ traffic: { [first]: 100 }, mirrorTraffic: { [/candidate-\w{8}/.exec(output)![0]]: 10 } });

  const removal = await preview(sandbox, []);
  expect(removal.output).toMatch(
    new RegExp(
      `chat: traffic stays at ${first} 100%; requests are no longer mirrored to (candidate-\\w{8}); \\1 is deleted after the last requests have ended\\.`,
    ),
  );
  await carryOut(sandbox, []);
  expect(await serving(sandbox)).toEqual({ deployments: [first], traffic: { [first]: 100 } });
});

test("A changed number of instances and a changed tag stay in place.", async () => {
  const changes: Change[] = [
    [[...deployments, "main", "instances"], 2],
    [["moor:platform", "tags", "owner"], "another-team"],
  ];
  const { output } = await preview(sandbox, changes);
  expect(output).not.toMatch(/OnlineDeployment .* (create|delete|replace)/);
  await carryOut(sandbox, changes);
  expect((await serving(sandbox)).deployments).toEqual([first]);
});

test("With an in-place update, the deployment keeps its name and is checked after the update.", async () => {
  const inPlace: Change = [[...deployments, "main", "update"], "inPlace"];
  await carryOut(sandbox, [inPlace]);
  const [name] = (await serving(sandbox)).deployments;
  const { output } = await preview(sandbox, [inPlace, revision("2")]);
  expect(output).toMatch(new RegExp(`~ .*OnlineDeployment chat-${name}-deployment +update`));
  expect(output).toContain(`chat: traffic stays at ${name} 100%; ${name} is updated in place.`);
  expect(await carryOut(sandbox, [inPlace, revision("2")])).toContain(`checking ${name} before it receives traffic`);
  expect((await serving(sandbox)).deployments).toEqual([name]);
});

test("An endpoint that was deleted in the portal is recreated with its traffic after a refresh.", async () => {
  const changes: Change[] = [[[...deployments, "main", "update"], "inPlace"], revision("2")];
  const [name] = (await serving(sandbox)).deployments;
  const deleted = await sandbox.arm("DELETE", await endpointOf(sandbox), "2025-12-01");
  expect(deleted.ok).toBe(true);
  const stackFile = sandbox.edit("dev", changes);
  expect(await sandbox.run("refresh", "dev", { stackFile })).toMatchObject({ code: 0 });
  await carryOut(sandbox, changes);
  expect(await serving(sandbox)).toEqual({ deployments: [name], traffic: { [name!]: 100 } });
});

test("A renamed label: its successor gets the traffic, and the old deployment is deleted in the next run, with a sentence each.", async () => {
  const [old] = (await serving(sandbox)).deployments;
  const { flags: _, ...served } = vllm;
  const primary: Change = [[...deployments, "primary"], { vllm: served, size: "Standard_NC4as_T4_v3", instances: 1, weight: 100 }];
  const both: Change[] = [[[...deployments, "main", "update"], "inPlace"], revision("2"), weight(0), primary];
  const { output } = await preview(sandbox, both);
  const [, successor] = /to (primary-\w{8}) 100%/.exec(output) ?? [];
  expect(output).toContain(
    `chat: traffic changes from ${old} 100% to ${successor} 100%; ${successor} is created first; ${old} stays at 0%.`,
  );
  await carryOut(sandbox, both);

  const without: Change[] = [[[...deployments, "main"], undefined], primary];
  const removal = await preview(sandbox, without);
  expect(removal.output).toContain(`chat: traffic stays at ${successor} 100%; ${old} is deleted (no traffic).`);
  await carryOut(sandbox, without);
  expect(await serving(sandbox)).toEqual({ deployments: [successor], traffic: { [successor!]: 100 } });
});
