/** A preview of one stack: what Pulumi would do, regardless of the form in which it was saved. */
import type { Body } from "../rules";

/** Operations of the engine. Source: pulumi/pulumi, pkg/resource/deploy/step.go (2026-06). */
export const operations = [
  "same",
  "create",
  "update",
  "delete",
  "replace",
  "create-replacement",
  "delete-replaced",
  "read",
  "read-replacement",
  "refresh",
  "discard",
  "discard-replaced",
  "remove-pending-replace",
  "import",
  "import-replacement",
] as const;

export type Operation = (typeof operations)[number];

/** A resource before or after the run. Secrets are SECRET, and values that only the update knows are UNKNOWN. */
export interface ResourceState {
  /** Physical ID. Undefined before its creation. */
  readonly id?: string;
  readonly inputs: Body;
  readonly outputs: Body;
  readonly protect: boolean;
}

/** A step of the plan. A replacement is one step with the operation `replace`. */
export interface Step {
  readonly urn: string;
  /** Type token, for example `azure-native:storage:StorageAccount`. */
  readonly token: string;
  /** Logical name. */
  readonly name: string;
  readonly operation: Operation;
  readonly before?: ResourceState;
  /** The same object as `before` if nothing differs, so that it is read and compared once. */
  readonly after?: ResourceState;
  /** Paths of the inputs that differ, as the engine reports them. */
  readonly changed: readonly string[];
  /** Inputs that require a replacement. */
  readonly replacedBy: readonly string[];
}

/** A message of the run, without debug messages. */
export interface Diagnostic {
  readonly severity: "error" | "warning" | "info";
  /** Logical name of the resource. @default - the message is about the run */
  readonly resource?: string;
  readonly message: string;
}

export interface Preview {
  readonly stack: string;
  readonly project: string;
  /** `destroy`: the preview of `pulumi destroy`. */
  readonly kind: "update" | "destroy";
  /** `incomplete`: the preview ended without a result, for example because it was killed. */
  readonly result: "succeeded" | "failed" | "incomplete";
  /** Plain settings of the stack file, as text. Secrets are omitted. */
  readonly config: Readonly<Record<string, string>>;
  /** One step for each resource, in the order of the engine. */
  readonly steps: readonly Step[];
  /**
   * Deletions of earlier instances, which a replacement in a run that failed has left behind. The resources of the same URNs are in `steps`, or no
   * longer in the program. @default - none
   */
  readonly leftovers?: readonly Step[];
  /** Whether `steps` contains the unchanged resources. A preview that was saved without `--show-sames` omits them, so totals are unknown. */
  readonly isComplete: boolean;
  readonly diagnostics: readonly Diagnostic[];
}
