// Proves with the real engine what a preview shows for each kind of change, that the change is applied, and that a second run changes
// nothing. rolloutUnderLoad proves that no request is lost.
import { endpointOf, revision, serving } from "./rolloutSupport";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

type Change = [keys: string[], value: unknown];

let sandbox: Sandbox;
let first: string;

beforeAll(async () => {
  sandbox = await openSandbox();
  expect(await sandbox.run("up", "dev")).toMatchObject({ code: 0 });
  [first] = (await serving(sandbox)).deployments as [string];
});
afterAll(() => sandbox.close());

const deployments = ["moor:endpoints", "chat", "deployments"];
const vllm = {
  model: "Qwen/Qwen2.5-0.5B-Instruct",
  revision: "c".repeat(40),
  source: "hub",
  servedName: "chat",
  context: "8k",
  concurrencyPerInstance: 8,
  flags: { dtype: "half" },
};
const candidate = (weight: number): Change => [[...deployments, "candidate"], { vllm, size: "Standard_NC4as_T4_v3", instances: 1, weight }];
const weight = (value: number): Change => [[...deployments, "main", "weight"], value];

async function preview(changes: Change[]) {
  return sandbox.run("preview", "dev", { stackFile: sandbox.edit("dev", changes) });
}

/** Applies a change, and expects the next preview to show no changes. */
async function carryOut(changes: Change[]): Promise<string> {
  const stackFile = sandbox.edit("dev", changes);
  const { code, output } = await sandbox.run("up", "dev", { stackFile });
  expect({ code, output }).toMatchObject({ code: 0 });
  const after = await sandbox.run("preview", "dev", { stackFile, args: ["--expect-no-changes", "--diff"] });
  expect(after).toMatchObject({ code: 0 });
  return output;
}

test("A candidate at 10 %: one deployment is created, none is deleted, and one sentence lists the weights.", async () => {
  const { code, output } = await preview([candidate(10), weight(90)]);
  expect(code).toBe(0);
  expect(output).toMatch(/\+ .*OnlineDeployment chat-candidate-\w{8}-deployment +create/);
  expect(output).toMatch(
    new RegExp(`chat: requests go from ${first} 100 % to (candidate-\\w{8}) 10 %, ${first} 90 %; \\1 is created first\\.`),
  );
  expect(output).not.toMatch(/ - .*delete/);
  await carryOut([candidate(10), weight(90)]);
  expect(Object.values((await serving(sandbox)).traffic).sort()).toEqual([10, 90]);
});

test("A promotion: nothing is created or deleted, and the deployment that stays at 0 % is listed.", async () => {
  const { code, output } = await preview([candidate(100), weight(0)]);
  expect(code).toBe(0);
  expect(output).toMatch(new RegExp(`to candidate-\\w{8} 100 %; ${first} stays at 0 %\\.`));
  expect(output).not.toMatch(/OnlineDeployment/);
  await carryOut([candidate(100), weight(0)]);
});

test("The removal of a deployment with a weight is rejected in the preview with a fix; traffic doesn't change.", async () => {
  const before = await serving(sandbox);
  const { code, output } = await preview([weight(100)]);
  expect(code).not.toBe(0);
  expect(output).toContain("Deployment chat/candidate is gone from the stack but has 100 % of the requests: keep it with weight 0");
  const up = await sandbox.run("up", "dev", { stackFile: sandbox.edit("dev", [weight(100)]) });
  expect(up.code).not.toBe(0);
  expect(await serving(sandbox)).toEqual(before);
});

test("The weights of a serving endpoint can't all be set to 0.", async () => {
  const { code, output } = await preview([candidate(0), weight(0)]);
  expect(code).not.toBe(0);
  expect(output).toContain("Endpoint chat has served and would serve nobody");
});

test("After a rollback, the removal of the candidate without weight only deletes the candidate.", async () => {
  await carryOut([candidate(0), weight(100)]);
  const { output } = await preview([weight(100)]);
  expect(output).toMatch(/- .*OnlineDeployment chat-candidate-\w{8}-deployment +delete/);
  await carryOut([weight(100)]);
  expect(await serving(sandbox)).toEqual({ deployments: [first], traffic: { [first]: 100 } });
});

test("Mirrored traffic to a candidate without weight, and its removal: one sentence lists both.", async () => {
  const [path, settings] = candidate(0);
  const mirrored: Change = [path, { ...(settings as object), mirror: 10 }];
  const { output } = await preview([mirrored]);
  expect(output).toMatch(
    new RegExp(
      `chat: requests stay with ${first} 100 %; 10 % of them are also copied to (candidate-\\w{8}), whose answers nobody sees; \\1 is created first\\.`,
    ),
  );
  await carryOut([mirrored]);
  const shown = await sandbox.arm("GET", await endpointOf(sandbox), "2025-12-01");
  const { properties } = (await shown.json()) as { properties: object };
  expect(properties).toMatchObject({ traffic: { [first]: 100 }, mirrorTraffic: { [/candidate-\w{8}/.exec(output)![0]]: 10 } });

  const removal = await preview([]);
  expect(removal.output).toMatch(
    new RegExp(
      `chat: requests stay with ${first} 100 %; no more are copied to (candidate-\\w{8}); \\1 is deleted after the last requests\\.`,
    ),
  );
  await carryOut([]);
  expect(await serving(sandbox)).toEqual({ deployments: [first], traffic: { [first]: 100 } });
});

test("A changed number of instances and a changed tag stay in place.", async () => {
  const changes: Change[] = [
    [[...deployments, "main", "instances"], 2],
    [["moor:platform", "tags", "owner"], "somebody-else"],
  ];
  const { output } = await preview(changes);
  expect(output).not.toMatch(/OnlineDeployment .* (create|delete|replace)/);
  await carryOut(changes);
  expect((await serving(sandbox)).deployments).toEqual([first]);
});

test("A changed model: the new deployment is created, the old one is deleted, and the sentence contains the order. And back again.", async () => {
  const { output } = await preview([revision("2")]);
  expect(output).toMatch(
    new RegExp(
      `requests go from ${first} 100 % to (main-\\w{8}) 100 %; \\1 is created first; ${first} is deleted after the last requests\\.`,
    ),
  );
  expect(output).toMatch(/\+ .*OnlineDeployment chat-main-\w{8}-deployment +create/);
  expect(output).toMatch(new RegExp(`- .*OnlineDeployment chat-${first}-deployment +delete`));
  await carryOut([revision("2")]);
  expect((await serving(sandbox)).deployments).not.toContain(first);
  await carryOut([]);
  expect(await serving(sandbox)).toEqual({ deployments: [first], traffic: { [first]: 100 } });
});

test("With an in-place update, the deployment keeps its name and is checked after the update.", async () => {
  const inPlace: Change = [[...deployments, "main", "update"], "inPlace"];
  await carryOut([inPlace]);
  const [name] = (await serving(sandbox)).deployments;
  const { output } = await preview([inPlace, revision("2")]);
  expect(output).toMatch(new RegExp(`~ .*OnlineDeployment chat-${name}-deployment +update`));
  expect(output).toContain(`chat: requests stay with ${name} 100 %; ${name} is changed in place.`);
  expect(await carryOut([inPlace, revision("2")])).toContain(`asking ${name} before it gets traffic`);
  expect((await serving(sandbox)).deployments).toEqual([name]);
});

test("An endpoint that was deleted in the portal is recreated with its traffic after a refresh.", async () => {
  const changes: Change[] = [[[...deployments, "main", "update"], "inPlace"], revision("2")];
  const [name] = (await serving(sandbox)).deployments;
  const deleted = await sandbox.arm("DELETE", await endpointOf(sandbox), "2025-12-01");
  expect(deleted.ok).toBe(true);
  const stackFile = sandbox.edit("dev", changes);
  expect(await sandbox.run("refresh", "dev", { stackFile })).toMatchObject({ code: 0 });
  await carryOut(changes);
  expect(await serving(sandbox)).toEqual({ deployments: [name], traffic: { [name!]: 100 } });
});

test("A renamed label: its successor gets the traffic, and the old deployment is deleted in the next run, with a sentence each.", async () => {
  const [old] = (await serving(sandbox)).deployments;
  const { flags: _, ...served } = vllm;
  const primary: Change = [[...deployments, "primary"], { vllm: served, size: "Standard_NC4as_T4_v3", instances: 1, weight: 100 }];
  const beside: Change[] = [[[...deployments, "main", "update"], "inPlace"], revision("2"), weight(0), primary];
  const { output } = await preview(beside);
  const [, successor] = /to (primary-\w{8}) 100 %/.exec(output) ?? [];
  expect(output).toContain(
    `chat: requests go from ${old} 100 % to ${successor} 100 %; ${successor} is created first; ${old} stays at 0 %.`,
  );
  await carryOut(beside);

  const without: Change[] = [[[...deployments, "main"], undefined], primary];
  const removal = await preview(without);
  expect(removal.output).toContain(`chat: requests stay with ${successor} 100 %; ${old} is deleted, and had no requests.`);
  await carryOut(without);
  expect(await serving(sandbox)).toEqual({ deployments: [successor], traffic: { [successor!]: 100 } });
});
