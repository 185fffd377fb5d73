/** Changes of a stack from resources that a test writes. */
import { changeOf, type StackChange } from "../../review/change";
import type { Operation, Preview, ResourceState, Step } from "../../review/preview";
import type { Body } from "../../rules";

export interface MadeStep {
  readonly token: string;
  readonly name: string;
  /** @default - create, delete or update, by the inputs */
  readonly operation?: Operation;
  /** Inputs before the run. @default - the resource doesn't exist */
  readonly before?: Body;
  /** Outputs before the run. @default - none */
  readonly outputs?: Body;
  /** Inputs after the run. @default - the resource is deleted */
  readonly after?: Body;
  readonly id?: string;
  /** @default - all inputs */
  readonly changed?: readonly string[];
}

export function changeFrom(steps: readonly MadeStep[], preview: Partial<Preview> = {}): StackChange {
  return changeOf({
    stack: "prod",
    project: "moor",
    kind: "update",
    result: "succeeded",
    config: {},
    steps: steps.map(stepFrom),
    isComplete: true,
    diagnostics: [],
    ...preview,
  });
}

export function stepFrom({ token, name, operation, before, outputs = {}, after, id, changed }: MadeStep): Step {
  const state = (inputs: Body): ResourceState => ({ inputs, outputs, protect: false, ...(id === undefined ? {} : { id }) });
  return {
    urn: `urn:pulumi:prod::moor::${token}::${name}`,
    token,
    name,
    operation: operation ?? (before === undefined ? "create" : after === undefined ? "delete" : "update"),
    ...(before === undefined ? {} : { before: state(before) }),
    ...(after === undefined ? {} : { after: state(after) }),
    changed: changed ?? Object.keys({ ...before, ...after }),
    replacedBy: [],
  };
}
