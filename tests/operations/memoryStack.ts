/** A stack in memory, with the parts of an engine that operations use. */
import * as fs from "node:fs";
import type { Checkpoint, StateResource } from "../../operations/checkpoint";
import type { StackPulumi } from "../../operations/stackPulumi";

export interface MemoryStack extends StackPulumi {
  /** The current state. */
  state: Checkpoint;
}

export interface World {
  readonly state: Checkpoint;
  /** Resources of the program. */
  readonly program?: readonly StateResource[];
  /** IDs of the resources in Azure. */
  readonly azure?: readonly string[];
  /** Error message of a preview. @default - it succeeds */
  readonly previewFails?: string;
  readonly local?: boolean;
}

export function memoryStack({ state, program = [], azure = [], previewFails, local = false }: World): MemoryStack {
  const resources = () => pulumi.state.deployment.resources ?? [];
  const keep = (kept: StateResource[]) => {
    pulumi.state = { ...pulumi.state, deployment: { ...pulumi.state.deployment, resources: kept } };
  };
  const commands: Record<string, (file: string) => string> = {
    "stack export": () => JSON.stringify(pulumi.state),
    "stack import": (file) => {
      // Pulumi drops the pending operations of a killed run.
      const { pending_operations: _dropped, ...deployment } = (JSON.parse(fs.readFileSync(file, "utf8")) as Checkpoint).deployment;
      pulumi.state = { version: 3, deployment };
      return "";
    },
    "preview --json": () => {
      if (previewFails !== undefined) throw new Error(previewFails);
      const there = new Set(resources().map(({ urn }) => urn));
      return JSON.stringify({
        steps: program.filter(({ urn }) => !there.has(urn)).map((newState) => ({ op: "create", urn: newState.urn, newState })),
      });
    },
    "refresh --yes": () => {
      keep(resources().filter(({ custom, id }) => !custom || id === undefined || azure.includes(id)));
      return "";
    },
  };
  const pulumi: MemoryStack = {
    state,
    stack: "prod",
    local,
    environment: {},
    async run(args) {
      try {
        return { code: 0, output: commands[args.slice(0, 2).join(" ")]!(args[3] ?? ""), errors: "" };
      } catch (error) {
        return { code: 255, output: "", errors: (error as Error).message };
      }
    },
    async must(args) {
      const { code, output, errors } = await pulumi.run(args);
      if (code !== 0) throw new Error(errors);
      return output;
    },
  };
  return pulumi;
}
