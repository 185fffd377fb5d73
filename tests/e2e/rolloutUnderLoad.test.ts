// Proves with the real engine that model changes under a steady load lose no request and no stream, even though the candidate's configured
// number of instances is too small for the load, and that no deployment is deleted while it has in-flight requests. Streams and the drain
// time take seconds; tests/rollout uses the 180 s that Azure allows and takes 7 minutes. No run is killed.
import { quick } from "./quick";
import { type Load, type Model, startLoad, startModel } from "./rolloutLoad";
import { endpointOf, revision, serving } from "./rolloutSupport";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

const streamSeconds = 4;
const api = "2025-12-01";
/** More concurrent streams than two instances admit, and fewer than three instances admit: 2 × 8 each. */
const streams = 36;

let sandbox: Sandbox;
let model: Model;
let load: Load;
/** Time of the DELETE request for each deployment, by name. */
const deletions: Record<string, number> = {};

const scaled = (digit: string) =>
  sandbox.edit("dev", [
    revision(digit),
    [["moor:endpoints", "chat", "deployments", "main", "instances"], undefined],
    [["moor:endpoints", "chat", "deployments", "main", "scale"], { min: 1, max: 3 }],
  ]);

beforeAll(async () => {
  model = await startModel(streamSeconds);
  sandbox = quick(
    await openSandbox({
      backends: { "*": model.url },
      onRequest: ({ method, path }) => {
        const name = /\/deployments\/([^/?]+)/.exec(path)?.[1];
        if (method === "DELETE" && name !== undefined) deletions[name] ??= Date.now();
      },
    }),
  );
  sandbox.environment.MOOR_WAITS = JSON.stringify({ rolePropagationSeconds: 0, drainSeconds: streamSeconds + 2, gateSeconds: 20 });
  expect(await sandbox.run("up", "dev", { stackFile: scaled("1") })).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await load?.stop();
  await sandbox.close();
  await model.close();
});

test("Four changes of the model lose none of at least 1,000 requests and streams.", async () => {
  const id = await endpointOf(sandbox);
  const { deployments } = await serving(sandbox);
  // Autoscale has scaled it out to its maximum.
  const grown = await sandbox.arm("PATCH", `${id}/deployments/${deployments[0]}`, api, { sku: { name: "Default", capacity: 3 } });
  expect(grown.ok).toBe(true);
  const keys = (await (await sandbox.arm("POST", `${id}/listKeys`, api)).json()) as { primaryKey: string };
  load = startLoad({ baseUrl: `${sandbox.azure.frontdoorUrl}/${id.split("/").at(-1)}`, key: keys.primaryKey, rate: 5, streams });

  const seen = new Set(deployments);
  // A, B, A again, C: a reused name doesn't conflict with the old deployment.
  for (const digit of ["2", "1", "3", "2"]) {
    const { code, output } = await sandbox.run("up", "dev", { stackFile: scaled(digit) });
    expect({ code, output }).toMatchObject({ code: 0 });
    const now = await serving(sandbox);
    expect(now.deployments).toHaveLength(1);
    expect(now.traffic).toEqual({ [now.deployments[0]!]: 100 });
    const shown = (await (await sandbox.arm("GET", `${id}/deployments/${now.deployments[0]}`, api)).json()) as {
      sku: { capacity: number };
    };
    expect(shown.sku.capacity).toBe(3);
    seen.add(now.deployments[0]!);
  }
  while (load.calls.length < 1000) await new Promise((resolve) => setTimeout(resolve, 200));
  await load.stop();

  const failures = load.calls.filter(({ failure }) => failure !== undefined);
  const count = (kind: string) => load.calls.filter((call) => call.kind === kind).length;
  console.log(`${count("request")} requests and ${count("stream")} streams of ${streamSeconds} s, ${failures.length} failed`);
  expect(failures).toEqual([]);
  expect(load.calls.length).toBeGreaterThanOrEqual(1000);
  expect(new Set(load.calls.map(({ deployment }) => deployment))).toEqual(seen);
});

test("No deployment was deleted while it still had in-flight requests.", () => {
  expect(Object.keys(deletions).length).toBeGreaterThanOrEqual(3);
  const cut = load.calls.filter(({ deployment, started, ended }) => {
    const deleted = deletions[deployment.toLowerCase()] ?? deletions[deployment];
    return deleted !== undefined && started < deleted && ended > deleted;
  });
  expect(cut).toEqual([]);
});
