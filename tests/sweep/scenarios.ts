/** What is swept: runs of pulumi, each from where another has ended. */
export interface Scenario {
  readonly name: string;
  readonly stack: "dev" | "prod";
  readonly verb: "up" | "destroy";
  /** The scenario whose end is this one's beginning. @default - nothing is there */
  readonly from?: string;
  /** How the stack file differs from the shipped one. @default - it is the shipped one */
  readonly edits?: [keys: string[], value: unknown][];
  /** Azure refuses every write, so that the run fails and leaves what is not Azure's. @default false */
  readonly refused?: boolean;
  /** Takes the protection off first, as whoever destroys the stack must. @default false */
  readonly unprotect?: boolean;
  /** Whether endpoints serve when it begins, and so must go on serving. @default false */
  readonly serves?: boolean;
  /** Whether each of its writes is failed; otherwise it is only there for others to begin from. */
  readonly swept: boolean;
}

export const scenarios: readonly Scenario[] = [
  // The random suffix of all names is made now, so that all that begins here has the same names.
  { name: "prod-suffix", stack: "prod", verb: "up", refused: true, swept: false },
  { name: "prod-up", stack: "prod", verb: "up", from: "prod-suffix", swept: true },
  {
    name: "prod-update",
    stack: "prod",
    verb: "up",
    from: "prod-up",
    edits: [
      [["moor:platform", "tags", "owner"], "somebody-else"],
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
];

export function scenario(name: string): Scenario {
  const found = scenarios.find((one) => one.name === name);
  if (found) return found;
  throw new Error(`There is no scenario "${name}"; there are ${scenarios.map((one) => one.name).join(", ")}.`);
}
