// Proves with the real engine that scaled-out deployments keep their instances in all changes: a tag, a model change in place or with a new
// deployment, a lower concurrency, and a renamed label. The test itself acts as autoscale. rolloutUnderLoad proves that no request is lost.
import { quick } from "./quick";
import { endpointOf, revision, serving } from "./rolloutSupport";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

type Change = [keys: string[], value: unknown];

const api = "2025-12-01";
const deployments = ["moor:endpoints", "chat", "deployments"];
const scaled = (label: string): Change[] => [
  [[...deployments, label, "instances"], undefined],
  [[...deployments, label, "scale"], { min: 1, max: 4 }],
];
const concurrency = (value: number): Change => [[...deployments, "main", "vllm", "concurrencyPerInstance"], value];

let sandbox: Sandbox;
/** The minimum number of instances of the serving deployments, checked after each call. */
let least: number;

beforeAll(async () => {
  const onCall = (_: unknown, list: (type: string) => unknown[]) => {
    least = Math.min(least, instancesThatServe(list));
  };
  sandbox = quick(await openSandbox({ arm: { onCall } }));
  await up(scaled("main"));
});
afterAll(() => sandbox.close());

interface Part {
  readonly name: string;
  readonly sku: { readonly capacity: number };
  readonly properties: { readonly traffic?: Record<string, number> };
}

function instancesThatServe(list: (type: string) => unknown[]): number {
  const type = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints";
  const traffic = (list(type) as Part[])[0]?.properties.traffic ?? {};
  const serving = (list(`${type}/deployments`) as Part[]).filter(({ name }) => traffic[name]);
  return serving.reduce((sum, { sku }) => sum + sku.capacity, 0);
}

async function up(changes: Change[]): Promise<string> {
  const stackFile = sandbox.edit("dev", changes);
  least = Number.POSITIVE_INFINITY;
  const { code, output } = await sandbox.run("up", "dev", { stackFile });
  expect({ code, output }).toMatchObject({ code: 0 });
  const next = await sandbox.run("preview", "dev", { stackFile, args: ["--expect-no-changes", "--diff"] });
  expect(next).toMatchObject({ code: 0 });
  return output;
}

/** Changes the instances as autoscale does. The next preview shows no changes. */
async function grow(instances: number, changes: Change[]): Promise<void> {
  const [name] = Object.keys((await serving(sandbox)).traffic);
  const id = `${await endpointOf(sandbox)}/deployments/${name}`;
  expect((await sandbox.arm("PATCH", id, api, { sku: { name: "Default", capacity: instances } })).ok).toBe(true);
  expect((await sandbox.arm("GET", id, api)).ok).toBe(true);
  const args = ["--expect-no-changes", "--diff"];
  expect(await sandbox.run("preview", "dev", { stackFile: sandbox.edit("dev", changes), args })).toMatchObject({ code: 0 });
}

const tag: Change = [["moor:platform", "tags", "owner"], "somebody-else"];

const primary: Change = [
  [...deployments, "primary"],
  {
    vllm: {
      model: "Qwen/Qwen2.5-0.5B-Instruct",
      revision: "2".repeat(40),
      source: "hub",
      servedName: "chat",
      context: "8k",
      concurrencyPerInstance: 4,
    },
    size: "Standard_NC4as_T4_v3",
    scale: { min: 1, max: 4 },
    weight: 100,
  },
];

test("A changed tag keeps the instances.", async () => {
  await grow(3, scaled("main"));
  await up([...scaled("main"), tag]);
  expect(least).toBe(3);
});

test("A new deployment for a changed model has as many instances as the old one.", async () => {
  await up([...scaled("main"), tag, revision("2")]);
  expect(least).toBe(3);
});

test("A deployment with half the concurrency has twice as many instances, up to its maximum.", async () => {
  await grow(2, [...scaled("main"), tag, revision("2")]);
  await up([...scaled("main"), tag, revision("2"), concurrency(4)]);
  const [name] = Object.keys((await serving(sandbox)).traffic);
  const shown = await sandbox.arm("GET", `${await endpointOf(sandbox)}/deployments/${name}`, api);
  expect(await shown.json()).toMatchObject({
    sku: { capacity: 4 },
    properties: { requestSettings: { maxConcurrentRequestsPerInstance: 4 } },
  });
});

test("The successor of a renamed label has as many instances before it gets the traffic.", async () => {
  const renamed = [...scaled("main"), tag, revision("2"), concurrency(4), primary];
  await up([...renamed, [[...deployments, "main", "weight"], 0]]);
  expect(least).toBe(4);
  await up([tag, [[...deployments, "main"], undefined], primary]);
  expect(Object.keys((await serving(sandbox)).traffic)).toEqual([expect.stringMatching(/^primary-/)]);
});

test("An in-place update of a model keeps the instances.", async () => {
  const inPlace = (digit: string): Change[] => {
    const label = primary[1] as { vllm: object };
    const changed = { ...label, update: "inPlace", vllm: { ...label.vllm, revision: digit.repeat(40) } };
    return [tag, [[...deployments, "main"], undefined], [primary[0], changed]];
  };
  await up(inPlace("2"));
  await grow(3, inPlace("2"));
  await up(inPlace("3"));
  expect(least).toBe(3);
});
