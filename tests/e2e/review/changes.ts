/**
 * Changes of the shipped stacks that reviewers see in pull requests, and the decision that a reviewer should make. The decisions were
 * written before the reviews.
 */
import type { Change } from "../sandbox";

/** `approve`: the change is routine. `ask`: ask the author before it is applied. */
export type Decision = "approve" | "ask";

export interface ReviewedChange {
  /** Name of the golden file. */
  readonly name: string;
  readonly stack: "dev" | "prod";
  /** The stack before the change. @default "shipped" */
  readonly state?: keyof typeof states;
  readonly edits: readonly Change[];
  /** Whether the author runs `npm run lock` after the edit. @default false */
  readonly lock?: boolean;
  /** Other commands of the author. @default - preview after the edits */
  readonly command?: "rollback" | "destroy";
  /** Whether the preview fails, with which the program exits. @default false */
  readonly fails?: boolean;
  readonly expected: Decision;
}

const endpoints = "moor:endpoints";
const chat = [endpoints, "chat"];
const main = [...chat, "deployments", "main"];
const candidate = [...chat, "deployments", "candidate"];
const platform = "moor:platform";
/** The model of the candidate, with a load that fits. */
export const otherModel: readonly Change[] = [
  [[...main, "vllm", "model"], "Qwen/Qwen3-8B"],
  [[...main, "vllm", "revision"], "b968826d9c46dd6066d109eabc6255188de91218"],
  [[...main, "vllm", "concurrencyPerInstance"], 16],
];
const secret = (value: string) => ({ secure: value });
export const token: Change = [["moor:huggingFaceToken"], secret("djE6YmFzZQ==")];

/** An entry of moor:accept at a position of the list. */
const accepts = (at: number, code: string): Change => [
  ["moor:accept", String(at)],
  { code, resource: "*", reason: "The owner of the data accepts it.", until: "2029-12-31" },
];
const keepPrevious: Change = [[...main, "keepPrevious"], true];

/** Edits of the shipped stack that are applied before a change. `empty`: nothing is applied. */
export const states = {
  empty: undefined,
  shipped: { edits: [], lock: false },
  kept: { edits: [...otherModel, keepPrevious], lock: true },
  token: { edits: [token], lock: false },
  removable: { edits: [accepts(3, "MOOR526")], lock: false },
} as const satisfies Record<string, { readonly edits: readonly Change[]; readonly lock: boolean } | undefined>;

export const changes: readonly ReviewedChange[] = [
  { name: "firstUp", stack: "prod", state: "empty", edits: [], expected: "ask" },
  { name: "noChange", stack: "prod", edits: [], expected: "approve" },
  { name: "tag", stack: "prod", edits: [[[platform, "tags", "owner"], "another-team"]], expected: "approve" },
  { name: "model", stack: "prod", edits: otherModel, lock: true, expected: "ask" },
  { name: "size", stack: "prod", edits: [[[...candidate, "size"], "Standard_NC48ads_A100_v4"]], lock: true, expected: "ask" },
  {
    name: "shareWithinCapacity",
    stack: "prod",

    edits: [
      [[...main, "weight"], 95],
      [[...candidate, "weight"], 5],
    ],
    expected: "approve",
  },
  {
    name: "shareAboveCapacity",
    stack: "prod",

    edits: [
      [[...main, "weight"], 70],
      [[...candidate, "weight"], 30],
    ],
    expected: "ask",
  },
  {
    name: "promotion",
    stack: "prod",

    edits: [
      [[...main, "weight"], 0],
      [[...candidate, "weight"], 100],
    ],
    expected: "ask",
  },
  { name: "rollback", stack: "prod", state: "kept", edits: [], command: "rollback", expected: "approve" },
  { name: "autoscale", stack: "prod", edits: [[[...main, "scale", "max"], 7]], expected: "ask" },
  { name: "image", stack: "prod", edits: [[["moor:images", "vllm"], `moor/vllm@sha256:${"5".repeat(64)}`]], lock: true, expected: "ask" },
  {
    name: "endpointAdded",
    stack: "prod",

    edits: [
      [
        [endpoints, "scoring"],
        {
          auth: "key",
          deployments: {
            main: { score: { path: "./docker/score", concurrencyPerInstance: 4 }, size: "Standard_DS3_v2", instances: 1, weight: 100 },
          },
        },
      ],
    ],
    lock: true,
    expected: "ask",
  },
  { name: "endpointRemoved", stack: "prod", edits: [[[endpoints, "fraud"], undefined]], lock: true, fails: true, expected: "ask" },
  {
    name: "endpointRemovedAccepted",
    stack: "prod",
    state: "removable",
    edits: [[[endpoints, "fraud"], undefined]],
    lock: true,
    expected: "ask",
  },
  {
    name: "callerAdded",
    stack: "prod",

    edits: [
      [
        [...chat, "invokers"],
        ["3f8a6c1e-5d1b-4f0e-9a57-2b6f0c9d7e41", "7d1e2a55-0c61-4c37-8a53-91f1a1c0b7aa"],
      ],
    ],
    expected: "ask",
  },
  { name: "callerReplaced", stack: "prod", edits: [[[...chat, "invokers"], ["7d1e2a55-0c61-4c37-8a53-91f1a1c0b7aa"]]], expected: "ask" },
  {
    name: "operatorAdded",
    stack: "prod",

    edits: [[[platform, "operators"], ["7d1e2a55-0c61-4c37-8a53-91f1a1c0b7aa"]]],
    expected: "ask",
  },
  {
    name: "auth",
    stack: "prod",

    edits: [
      [[...chat, "auth"], "key"],
      [[...chat, "invokers"], undefined],
    ],
    expected: "ask",
  },
  {
    name: "residencyWidened",
    stack: "prod",

    edits: [[["moor:residency"], { regions: ["swedencentral", "swedensouth", "westeurope"] }]],
    expected: "ask",
  },
  {
    name: "region",
    stack: "prod",

    edits: [
      [["azure-native:location"], "germanywestcentral"],
      [["moor:residency"], { geography: "Germany" }],
    ],
    fails: true,
    expected: "ask",
  },
  {
    name: "networkMode",
    stack: "prod",
    edits: [
      [[platform, "privateEndpoints"], "policy"],
      [[platform, "dns"], "policy"],
    ],
    expected: "ask",
  },
  { name: "addressSpace", stack: "prod", edits: [[[platform, "network"], { create: { addressSpace: "10.44.0.0/22" } }]], expected: "ask" },
  { name: "oneWayDoor", stack: "prod", edits: [[[platform, "hbiWorkspace"], false]], fails: true, expected: "ask" },
  {
    name: "oneWayDoorAccepted",
    stack: "prod",
    edits: [[[platform, "hbiWorkspace"], false], accepts(3, "MOOR475"), accepts(4, "MOOR510")],
    expected: "ask",
  },
  {
    name: "promptLogging",
    stack: "prod",

    edits: [[[...candidate, "vllm", "flags"], { "enable-log-requests": true }]],
    lock: true,
    expected: "ask",
  },
  { name: "gateOff", stack: "prod", edits: [[[...chat, "gate"], "off"]], expected: "ask" },
  { name: "privateLogs", stack: "prod", edits: [[[platform, "logQueries"], "private"]], expected: "ask" },
  { name: "logRetention", stack: "prod", edits: [[[platform, "logRetentionDays"], 180]], expected: "approve" },
  { name: "alerts", stack: "prod", edits: [[[platform, "alerts"], { emails: ["ml-oncall@example.com"] }]], expected: "ask" },
  { name: "tokenAdded", stack: "dev", edits: [token], expected: "ask" },
  { name: "tokenRotated", stack: "dev", state: "token", edits: [[["moor:huggingFaceToken"], secret("djE6b3RoZXI=")]], expected: "approve" },
  { name: "destroy", stack: "dev", edits: [], command: "destroy", expected: "ask" },
];
