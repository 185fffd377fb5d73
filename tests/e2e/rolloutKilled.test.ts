// Proves with the real engine that a model change whose run is killed loses no request of a steady load, and that recover and `up` complete
// it. It kills at three steps, with the fast clock. tests/rollout tests all writes, and operations that last longer than the run. Streams
// take seconds, not the 180 s of Azure.
import { quick } from "./quick";
import { type Load, type Model, startLoad, startModel } from "./rolloutLoad";
import { endpointOf, moor, revision, serving, startUp } from "./rolloutSupport";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let sandbox: Sandbox;
let model: Model;
let load: Load;
/** Called for each request to Azure Resource Manager. */
let watch: (method: string, path: string) => void = () => {};

beforeAll(async () => {
  model = await startModel(3);
  sandbox = quick(await openSandbox({ backends: { "*": model.url }, onRequest: ({ method, path }) => watch(method, path) }));
  sandbox.environment.MOOR_WAITS = JSON.stringify({ rolePropagationSeconds: 0, drainSeconds: 5, gateSeconds: 20 });
  expect(await sandbox.run("up", "dev", { stackFile: sandbox.edit("dev", [revision("1")]) })).toMatchObject({ code: 0 });
  const id = await endpointOf(sandbox);
  const keys = (await (await sandbox.arm("POST", `${id}/listKeys`, "2025-12-01")).json()) as { primaryKey: string };
  load = startLoad({ baseUrl: `${sandbox.azure.frontdoorUrl}/${id.split("/").at(-1)}`, key: keys.primaryKey, rate: 10, streams: 6 });
});
afterAll(async () => {
  watch = () => {};
  await load?.stop();
  await sandbox.close();
  await model.close();
});

const steps: [step: string, digit: string, method: string, request: RegExp][] = [
  ["the new deployment was asked for", "2", "PUT", /\/onlineEndpoints\/[^/]+\/deployments\//i],
  ["traffic was written", "3", "PUT", /\/Microsoft\.Resources\/deployments\/moor-traffic/i],
  ["the old deployment's deletion was asked for", "4", "DELETE", /\/onlineEndpoints\/[^/]+\/deployments\//i],
];

test.each(steps)(
  "Killed just after %s, the change is carried out after recover, and no request is lost.",
  async (_, digit, method, request) => {
    const stackFile = sandbox.edit("dev", [revision(digit)]);
    const up = await startUp(sandbox, "dev", stackFile);
    await new Promise<void>((resolve) => {
      watch = (seen, path) => {
        if (seen === method && request.test(path)) resolve();
      };
    });
    watch = () => {};
    process.kill(-up.pid, "SIGKILL");
    await up.run;
    const recovered = await moor(sandbox, "recover", "-s", "dev", "--local", "--config-file", stackFile);
    expect(recovered).toMatchObject({ code: 0 });
    const { code, output } = await sandbox.run("up", "dev", { stackFile });
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(await sandbox.run("preview", "dev", { stackFile, args: ["--expect-no-changes"] })).toMatchObject({ code: 0 });
    const { traffic, deployments } = await serving(sandbox);
    expect(deployments).toHaveLength(1);
    expect(traffic).toEqual({ [deployments[0]!]: 100 });
    expect(load.calls.filter(({ failure }) => failure !== undefined)).toEqual([]);
  },
);

test("The load was steady during all tests.", async () => {
  await load.stop();
  console.log(`${load.calls.length} requests and streams, ${load.calls.filter(({ failure }) => failure !== undefined).length} failed`);
  expect(load.calls.length).toBeGreaterThan(200);
  expect(new Set(load.calls.map(({ deployment }) => deployment)).size).toBe(4);
});
