// Proves that a newer version of Moor with other prices, facts or rules changes nothing in a stack with a lock file: no resource, and no
// line of its preview; and that `lock --check` reports the new decisions. The changes are simulated, from prices to parsers. Doesn't prove
// that the code of the components stays the same between versions.

// Before Pulumi's runtime, which reads the folder on load.
import "./rootDirectory";

import * as fs from "node:fs";
import * as path from "node:path";
import { settingsOf } from "../../config/stackYaml";
import { shippedNames } from "../shippedNames";
import type * as recorder from "./recorder";

jest.setTimeout(180_000);

const root = path.join(__dirname, "..", "..");
const config = settingsOf(fs.readFileSync(path.join(root, "Pulumi.prod.yaml"), "utf8")).settings;

interface Change {
  readonly what: string;
  /** Replaces a module before the program is loaded. */
  readonly simulate: () => void;
  /** Expected output of `lock --check`. */
  readonly named: RegExp;
}

const changes: readonly Change[] = [
  {
    what: "prices",
    simulate: () =>
      jest.doMock("../../facts/prices", () => {
        const actual = jest.requireActual<typeof import("../../facts/prices")>("../../facts/prices");
        return { ...actual, usdPerHour: (size: string, region: string) => (actual.usdPerHour(size, region) ?? 0) * 2 };
      }),
    named: /\nchat\/main usdPerHour: 4\.775 → 9\.55\n/,
  },
  {
    what: "facts: the GPU is faster and shows a little more memory",
    simulate: () =>
      jest.doMock("../../facts/gpus", () => {
        const { gpus, ...rest } = jest.requireActual<typeof import("../../facts/gpus")>("../../facts/gpus");
        return { ...rest, gpus: { ...gpus, "A100-80GB-PCIe": { ...gpus["A100-80GB-PCIe"], bandwidthGBps: 2400, visibleGiB: 79.2 } } };
      }),
    named: /\nchat\/candidate requestSettings\.requestTimeout: 100 → 90\n/,
  },
  {
    what: "rules: a start is allowed an hour",
    simulate: () =>
      jest.doMock("../../planner/serving/start", () => {
        const actual = jest.requireActual<typeof import("../../planner/serving/start")>("../../planner/serving/start");
        return { ...actual, startOf: () => ({ expectedSeconds: 1800, allowedSeconds: 3600, reason: "start: an hour" }) };
      }),
    named: /\nchat\/main probes\.readiness\.failureThreshold: 84 → 390\n/,
  },
  {
    what: "sizes: the machine has next to no disk",
    simulate: () => jest.doMock("../../facts/sizes", () => otherSizes({ tempDiskGiB: 1, nvmeGiB: 0, ramGiB: 64 })),
    named: /MOOR112 moor:endpoints\.chat\.deployments\.main\.size\n/,
  },
  {
    what: "models: the weights are larger",
    simulate: () =>
      jest.doMock("../../planner/fit/model", () => {
        const actual = jest.requireActual<typeof import("../../planner/fit/model")>("../../planner/fit/model");
        const larger = (id: string) => {
          const model = actual.modelFromTable(id)!;
          return { ...model, weightBytes: 1.5 * model.weightBytes };
        };
        return { ...actual, modelFromTable: larger };
      }),
    named: /MOOR110 moor:endpoints\.chat\.deployments\.main\n.* has capacity for 56 requests of 16384 tokens/,
  },
  {
    what: "formulas: memory outside PyTorch and activations take more",
    simulate: () =>
      jest.doMock("../../planner/fit/memory/communication", () => ({
        ...jest.requireActual<typeof import("../../planner/fit/memory/communication")>("../../planner/fit/memory/communication"),
        nonTorchGiB: () => 8,
      })),
    named: /MOOR110 moor:endpoints\.chat\.deployments\.main\n/,
  },
  {
    what: "flags: the new vLLM has lost one",
    simulate: () =>
      jest.doMock("../../facts/vllm", () => {
        const actual = jest.requireActual<typeof import("../../facts/vllm")>("../../facts/vllm");
        const vllmFlag = (name: string) => (name === "--shutdown-timeout" ? undefined : actual.vllmFlag(name));
        return { ...actual, vllmVersion: "0.99.0", vllmFlag };
      }),
    named: /MOOR211 moor:endpoints\.chat\.deployments\.main\.vllm\.flags\n {2}vLLM has no flag --shutdown-timeout\.\n/,
  },
  {
    what: "parsers: the family has another one",
    simulate: () => jest.doMock("../../planner/serving/parsers", () => ({ parsersOf: () => ({ toolCall: "qwen3_coder" }) })),
    named: /\nchat\/main --tool-call-parser: "hermes" → "qwen3_coder"\n/,
  },
  {
    what: "rules: the declared load is no longer carried",
    simulate: () =>
      jest.doMock("../../planner/serving/speed", () => ({
        speedOf: () => ({ firstTokenSeconds: 100, perTokenSeconds: 1, answerSeconds: 1124 }),
      })),
    named: /MOOR117 moor:endpoints\.chat\.deployments\.main\n/,
  },
];

/** The table of sizes with other facts about the size of the chat deployments. */
function otherSizes(changed: Partial<import("../../facts/sizes").Size>) {
  const actual = jest.requireActual<typeof import("../../facts/sizes")>("../../facts/sizes");
  const table = actual.sizes as Record<string, import("../../facts/sizes").Size>;
  const sizes = { ...table, Standard_NC24ads_A100_v4: { ...table.Standard_NC24ads_A100_v4!, ...changed } };
  return { ...actual, sizes, sizeOf: (name: string) => sizes[name as keyof typeof sizes]! };
}

/** A version of Moor with the changes of `simulate`: all modules are loaded again. */
function otherMoor<T>(simulate: () => void, use: () => T): T {
  jest.resetModules();
  simulate();
  return use();
}

async function preview(simulate: () => void = () => {}) {
  const lines: string[] = [];
  const { record } = otherMoor(simulate, () => {
    const { log } = require("@pulumi/pulumi") as typeof import("@pulumi/pulumi");
    jest.spyOn(log, "info").mockImplementation(async (line) => void lines.push(line));
    return require("./recorder") as typeof recorder;
  });
  const { resources } = await record(() => require("../../index"), { stack: "prod", preview: true, config });
  // Without an engine, no resource is reviewed, so no entry of `moor:accept` accepts a finding.
  return { resources, lines: lines.filter((line) => !line.includes("of moor:accept")) };
}

const mocked = [
  ...["facts/prices", "facts/gpus", "facts/sizes", "facts/vllm", "planner/fit/memory/communication", "planner/fit/model"],
  ...["planner/serving/parsers", "planner/serving/speed", "planner/serving/start"],
];

afterEach(() => {
  jest.restoreAllMocks();
  for (const module of mocked) jest.dontMock(`../../${module}`);
});

const names = shippedNames("prod");

let asShipped: ReturnType<typeof preview>;
beforeAll(() => {
  asShipped = preview();
  return asShipped;
});

test("the preview has one line per deployment (size, instances, model, context, concurrency, traffic weight and price), and the cost of the stack", async () => {
  expect((await asShipped).lines).toEqual([
    `chat/${names["chat/main"]}: 3 to 6 × Standard_NC24ads_A100_v4, Qwen/Qwen2.5-7B-Instruct at a09a3545 (staged weights), 16384 tokens of context, up to 64 concurrent requests per instance, traffic weight 90%, list price 14.33 to 28.65 USD/hour (10,457 to 20,915 USD/month)`,
    `chat/${names["chat/candidate"]}: 1 × Standard_NC24ads_A100_v4, Qwen/Qwen3-8B at b968826d (staged weights), 16384 tokens of context, up to 16 concurrent requests per instance, traffic weight 10%, list price 4.78 USD/hour (3,486 USD/month)`,
    `fraud/${names["fraud/main"]}: 2 × Standard_DS3_v2, up to 4 concurrent requests per instance, traffic weight 100%, list price 0.54 USD/hour (397 USD/month)`,
    "prod: list price 14,467.41 to 24,924.66 USD/month: deployments 14,340.12 to 24,797.37, 5 private endpoints 36.50, 5 private endpoints of the managed network 36.50, container registry (Premium) 50.69, 6 private DNS zones 3.00, 6 metric alerts 0.60; not included: traffic of private endpoints, images above the storage that the registry includes, ACR tasks, blobs such as staged weights (LRS), operations of the key vault, ingested logs, logs after the included retention",
  ]);
});

test("with all of these changes together, the preview of a locked stack is exactly the same", async () => {
  const simulateAll = () => {
    for (const { simulate } of changes) simulate();
  };
  expect(await preview(simulateAll)).toEqual(await asShipped);
  const { usdPerHour } = require("../../facts/prices") as typeof import("../../facts/prices");
  expect(usdPerHour("Standard_NC24ads_A100_v4", "swedencentral")).toBe(9.55);
});

test("each change replaces a different module, so that none hides another", () => {
  const replaced: string[] = [];
  jest.spyOn(jest, "doMock").mockImplementation((module) => {
    replaced.push(module);
    return jest;
  });
  for (const { simulate } of changes) simulate();
  expect(replaced).toHaveLength(changes.length);
  expect(new Set(replaced).size).toBe(changes.length);
});

test.each(changes)("other $what: `lock --check` reports the difference", async ({ simulate, named }) => {
  jest.spyOn(console, "log").mockImplementation(() => {});
  const { lock } = otherMoor(simulate, () => require("../../cli/lock") as typeof import("../../cli/lock"));
  await expect(lock({ stack: "prod", folder: root, check: true })).rejects.toThrow(named);
});

test("a size that Azure retires later is reported, and the stack stays unchanged; `npm run lock` rejects it", async () => {
  const retire = () => jest.doMock("../../facts/sizes", () => otherSizes({ retired: "2027-03-31" }));
  const { resources, lines } = await preview(retire);
  const shipped = await asShipped;
  expect(resources).toEqual(shipped.resources);
  expect(lines.filter((line) => !shipped.lines.includes(line))).toEqual(
    ["main", "candidate"].map(
      (label) =>
        `moor:endpoints.chat.deployments.${label}.size: Azure retired Standard_NC24ads_A100_v4 on 2027-03-31. The lock file was created before this rule existed, so its decision stays valid.`,
    ),
  );
  const { lock } = otherMoor(retire, () => require("../../cli/lock") as typeof import("../../cli/lock"));
  await expect(lock({ stack: "prod", folder: root, check: true })).rejects.toThrow(
    /MOOR031 moor:endpoints\.chat\.deployments\.main\.size\n/,
  );
});
