// Proves that a preview succeeds with any unknown values and any existing resources: every transform and every hook that runs in a preview
// is called with random unknown parts of its inputs, while random parts of the stack exist in Azure. It sends requests only to known
// addresses. Doesn't prove that the messages are right, nor how the engine handles unknown values: tests/e2e previews with the engine.

// Before Pulumi's runtime, which reads the folder on load.
import "./rootDirectory";

import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { UNKNOWN } from "../../azure-local/providers/wire";
import { serveAzure } from "../azure/fakeArm";
import { removeFolders } from "../planner/image/layerFolder";
import { adoptedIds, soundHub } from "./landingZone";
import { program } from "./program";
import { publishedByTask } from "./publishedByTask";
import { record } from "./recorder";
import { shippedConfig } from "./shippedStacks";
import { type Odds, randomWorld } from "./world";

type Config = Record<string, string>;

/** A shipped stack file with values set by path. */
function edited(stack: "dev" | "prod", ...changes: [path: string[], value: unknown][]): Config {
  const config = Object.fromEntries(Object.entries(shippedConfig(stack)).map(([key, text]) => [key, text]));
  for (const [[key, ...path], value] of changes) {
    const tree = JSON.parse(config[key!]!);
    const last = path.pop()!;
    let inner = tree;
    for (const part of path) inner = inner[part];
    if (value === undefined) delete inner[last];
    else inner[last] = value;
    config[key!] = JSON.stringify(tree);
  }
  return config;
}

const main = ["moor:endpoints", "chat", "deployments", "main"];
const named: [string[], unknown] = [["moor:endpoints", "chat", "name"], "chat-for-callers"];
const scaled: [string[], unknown][] = [
  [[...main, "instances"], undefined],
  [[...main, "scale"], { min: 1, max: 2 }],
];
const policies = { dns: "policy", diagnostics: "policy", tags: { owner: "ml" } };
const { workspace, imageRegistry, logs, subnet } = adoptedIds;
const adopted = { network: { existing: { subnetId: subnet } }, workspace, imageRegistry, logs };

const stacks: [name: string, stack: "dev" | "prod", config: Config][] = [
  ["dev, with a named and scaled endpoint", "dev", edited("dev", named, ...scaled)],
  ["prod, with staged weights and a named endpoint", "prod", edited("prod", named)],
  ["an adopted stack", "dev", { ...edited("dev", named, ...scaled), "moor:platform": JSON.stringify({ ...adopted, ...policies }) }],
  [
    "an adopted network and registry, with zones of the stack's own",
    "dev",
    { ...edited("dev", ...scaled), "moor:platform": JSON.stringify({ network: adopted.network, imageRegistry }) },
  ],
  ["a stack whose image a task publishes", "dev", publishedByTask()],
  ["a stack whose roles others grant", "dev", edited("dev", ...scaled, [["moor:platform", "roles"], "external"])],
];

const rejections: unknown[] = [];
const note = (reason: unknown) => void rejections.push(reason);
beforeAll(() => {
  process.on("unhandledRejection", note);
  for (const level of ["info", "warn", "error"] as const) jest.spyOn(pulumi.log, level).mockResolvedValue(undefined);
  jest.spyOn(process, "exit").mockImplementation((code) => {
    throw new Error(`exit ${code}: ${(pulumi.log.error as jest.Mock).mock.lastCall}`);
  });
});
afterAll(() => {
  process.off("unhandledRejection", note);
  removeFolders();
  jest.restoreAllMocks();
});

/** Returns the errors in the preview of a stack. */
async function faults(stack: string, config: Config, odds: Odds): Promise<unknown[]> {
  rejections.length = 0;
  const azure = await serveAzure(soundHub());
  const { error } = pulumi.log;
  (error as jest.Mock).mockClear();
  try {
    const ended = record(program, { stack, config, preview: true, world: randomWorld(odds, azure.responses) });
    const { refusals } = await within(40_000, ended);
    const unknown = azure.reads.filter((id) => id.includes(UNKNOWN) || /\/(undefined|\[object [^/]*|null)(\/|$)|\/\//.test(id));
    const said = (error as jest.Mock).mock.calls.map(([message]) => message);
    return [...rejections, ...refusals, ...said, ...unknown.map((id) => `asked for ${id}`), ...azure.writes];
  } catch (error) {
    return [error, ...rejections];
  } finally {
    await azure.close();
  }
}

async function within<T>(milliseconds: number, ended: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The preview has not ended after ${milliseconds} ms.`)), milliseconds);
  });
  return Promise.race([ended, late]).finally(() => clearTimeout(timer));
}

/** Number of previews per stack: each takes a second of processor time. */
const runs = Number(process.env.MOOR_PREVIEW_RUNS ?? 5);

const share = fc.constantFrom(0, 0.02, 0.1, 0.3, 0.7, 1);
const odds = fc.record({ seed: fc.nat(), existing: share, unknown: share });

test.each(stacks)("The preview of %s succeeds with any unknown values and any existing resources.", async (_, stack, config) => {
  const property = fc.asyncProperty(odds, async (drawn) => expect(await faults(stack, config, drawn)).toEqual([]));
  await fc.assert(property, {
    numRuns: runs,
    seed: 1,
    endOnFailure: true,
    examples: [[{ seed: 0, existing: 0, unknown: 0 }], [{ seed: 0, existing: 1, unknown: 0 }]],
  });
});
