// Proves with the real engine that a machine outside the network creates an endpoint with its first deployments, changes no traffic later,
// and that the outputs show which check a deployment passed. Doesn't prove how Azure's front end refuses a network: that isn't documented.
import { endpointOf, revision, serving } from "./rolloutSupport";
import { type Change, openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
  sandbox.environment.MOOR_LOCAL_NETWORK = "outside";
  sandbox.environment.MOOR_WAITS = JSON.stringify({ rolePropagationSeconds: 0, drainSeconds: 0, gateSeconds: 2 });
});
afterAll(() => sandbox.close());

/** An image that is in the registry, because a machine outside the network can't publish one. */
const image: Change = [["moor:images", "vllm"], `moor/vllm@sha256:${"ab".repeat(32)}`];
const stackFile = (...changes: Change[]) => sandbox.edit("dev", [image, ...changes]);

/** The output `gate` of the only deployment. */
async function gate(): Promise<string | undefined> {
  const outputs = await sandbox.pulumiQuietly(["stack", "output", "endpoints", "--json", "--stack", "dev"]);
  return JSON.parse(outputs).chat.deployments.main.gate;
}

test("The first deployment passes by its state, with a warning, and a second run changes nothing.", async () => {
  const { code, output } = await sandbox.run("up", "dev", { stackFile: stackFile() });
  expect({ code, output }).toEqual({ code: 0, output: expect.any(String) });
  const { traffic, deployments } = await serving(sandbox);
  expect(traffic).toEqual({ [deployments[0]!]: 100 });
  expect(output).toMatch(
    /warning: chat-dev-\w+: main-\w{8} passed the gate by its state in Azure only: no request was sent, because Azure refuses requests to 127\.0\.0\.1:\d+ from the network of this machine \(status 403\)\. Run `npm run smoke -- -s dev` inside the network\./,
  );
  expect(await gate()).toBe("state");
  expect(await sandbox.run("preview", "dev", { stackFile: stackFile(), args: ["--expect-no-changes"] })).toMatchObject({ code: 0 });
  const again = await sandbox.run("up", "dev", { stackFile: stackFile(), args: ["--expect-no-changes"] });
  expect(again).toMatchObject({ code: 0 });
  expect(again.output).not.toMatch(/Outputs:[\s\S]*^ +[+~-] /m);
  expect(await gate()).toBe("state");
});

test("A changed model gets no traffic from outside, and the message says what to do.", async () => {
  const before = await serving(sandbox);
  const { code, output } = await sandbox.run("up", "dev", { stackFile: stackFile(revision("1")) });
  expect(code).not.toBe(0);
  expect(output).toMatch(
    /the gate can't send requests to main-\w{8}, because Azure refuses requests to 127\.0\.0\.1:\d+ from the network of this machine/,
  );
  expect(output).toContain(`Traffic was not changed: ${before.deployments[0]} 100%.`);
  expect(output).toContain("Or set `gate: controlPlane` for the endpoint");
  expect((await serving(sandbox)).traffic).toEqual(before.traffic);
});

test("From inside, the same deployment passes by requests, which the record and the output show.", async () => {
  sandbox.environment.MOOR_LOCAL_NETWORK = "inside";
  const changed = stackFile(revision("1"));
  expect(await sandbox.run("up", "dev", { stackFile: changed })).toMatchObject({ code: 0 });
  expect(await gate()).toBe("requests");
  const { deployments } = await serving(sandbox);
  const id = await endpointOf(sandbox);
  const record = `${id.slice(0, id.indexOf("/providers/"))}/providers/Microsoft.Resources/deployments/moor-gate-${id.split("/").at(-1)}`;
  const { properties } = (await (await sandbox.arm("GET", record, "2024-03-01")).json()) as { properties: { outputs: object } };
  expect(properties.outputs).toEqual({ passed: { type: "Object", value: expect.objectContaining({ [deployments[0]!]: "requests" }) } });
  sandbox.environment.MOOR_LOCAL_NETWORK = "outside";
  expect(await sandbox.run("up", "dev", { stackFile: changed, args: ["--expect-no-changes"] })).toMatchObject({ code: 0 });
  expect(await gate()).toBe("requests");
});

test("Destroying the stack leaves nothing in Azure.", async () => {
  expect(await sandbox.run("destroy", "dev")).toMatchObject({ code: 0 });
  expect(sandbox.resources()).toEqual([]);
});
