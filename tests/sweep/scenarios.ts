import { acceptances } from "../support/acceptances";

/** A change of the shipped stack file: a path of keys, and the new value. */
type Edit = [keys: string[], value: unknown];

/** The scenarios of the sweep: runs of pulumi, each of which starts from the result of another. */
export interface Scenario {
  readonly name: string;
  readonly stack: "dev" | "prod";
  readonly verb: "up" | "destroy";
  /** The scenario whose result is the initial state. @default - none: no resources exist */
  readonly from?: string;
  /** Changes to the shipped stack file. @default - none */
  readonly edits?: Edit[];
  /** Whether Azure rejects all writes, so that the run fails and only creates resources outside Azure. @default false */
  readonly refused?: boolean;
  /** Whether the protection is removed first, which is required to destroy the stack. @default false */
  readonly unprotect?: boolean;
  /** Whether endpoints serve at the start, and so must continue to serve. @default false */
  readonly serves?: boolean;
  /** Whether each of its writes is failed. Otherwise, it is only the initial state of other scenarios. */
  readonly swept: boolean;
  /** The paths of the writes that are failed, if other scenarios fail the rest. Pulumi is also killed at each of these. @default - all */
  readonly only?: RegExp;
}

/** Writes that publish an image, or that grant and take the right to do so. */
const publication =
  /\/(importImage|scheduleRun)$|\/(tasks|roleAssignments|environments)\/|Microsoft\.Resources\/deployments\/[^/]*-tasks$/i;
const access = /\/(tasks|roleAssignments)\//i;
/** Those of the program, with the data plane of the registry. A task, which Azure runs, also writes there. */
const publicationFromHere = new RegExp(`^/data/|${publication.source}`, "i");

/** An image with a small base, whose manifest is in the folder. */
const layered = (via: "registry" | "task") => [["moor:images", "vllm"], { layer: "tests/sweep/layered", via }] satisfies Edit;
const bypass = [["moor:platform", "networkRuleBypassAllowedForTasks"], true] satisfies Edit;
/** A registry whose tasks bypass its network rules is a finding. */
const accepted = [["moor:accept"], acceptances("MOOR425", "MOOR444")] satisfies Edit;
const pushed = [["moor:images", "vllm"], `moor/vllm@sha256:${"ab".repeat(32)}`] satisfies Edit;

export const scenarios: readonly Scenario[] = [
  // Creates the random suffix of all names, so that all scenarios that start from it have the same names.
  { name: "prod-suffix", stack: "prod", verb: "up", refused: true, swept: false },
  { name: "prod-up", stack: "prod", verb: "up", from: "prod-suffix", swept: true },
  {
    name: "prod-update",
    stack: "prod",
    verb: "up",
    from: "prod-up",
    edits: [
      [["moor:platform", "tags", "owner"], "another-team"],
      [["moor:endpoints", "chat", "deployments", "main", "weight"], 80],
      [["moor:endpoints", "chat", "deployments", "candidate", "weight"], 20],
      [["moor:endpoints", "chat", "deployments", "main", "scale", "max"], 5],
    ],
    serves: true,
    swept: true,
  },
  { name: "prod-destroy", stack: "prod", verb: "destroy", from: "prod-up", unprotect: true, swept: true },
  { name: "dev-up", stack: "dev", verb: "up", swept: false },
  {
    name: "dev-rollout",
    stack: "dev",
    verb: "up",
    from: "dev-up",
    edits: [[["moor:endpoints", "chat", "deployments", "main", "vllm", "context"], "4k"]],
    serves: true,
    swept: true,
  },
  {
    name: "dev-layer",
    stack: "dev",
    verb: "up",
    from: "dev-up",
    edits: [layered("registry")],
    serves: true,
    swept: true,
    only: publicationFromHere,
  },
  {
    name: "dev-task",
    stack: "dev",
    verb: "up",
    from: "dev-up",
    edits: [layered("task"), bypass, accepted],
    serves: true,
    swept: true,
    only: publication,
  },
  // Deletes the task and its role assignment.
  { name: "dev-digest", stack: "dev", verb: "up", from: "dev-task", edits: [pushed], serves: true, swept: true, only: access },
];

export function scenario(name: string): Scenario {
  const found = scenarios.find((one) => one.name === name);
  if (found) return found;
  throw new Error(`Unknown scenario "${name}". Allowed: ${scenarios.map((one) => one.name).join(", ")}.`);
}
