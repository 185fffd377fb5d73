/** A stack's state as `pulumi stack export` shows it. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { StackPulumi } from "./stackPulumi";
import { checkStateFile, stateFileOf } from "./stateFile";

/** Values by their names. A secret is an object with a signature and its encrypted text. */
export type Properties = Readonly<Record<string, unknown>>;

/** A resource in the state. */
export interface StateResource {
  readonly urn: string;
  readonly custom: boolean;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Properties;
  readonly outputs?: Properties;
  readonly parent?: string;
  readonly provider?: string;
  /** URN of the resource whose deletion takes this one along. */
  readonly deletedWith?: string;
  /** Whether it is protected from deletion. */
  readonly protect?: boolean;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
  /** Why its last creation or update is not over; the engine's next run updates it. */
  readonly initErrors?: readonly string[];
}

export interface Checkpoint {
  readonly version: number;
  readonly deployment: {
    readonly resources?: readonly StateResource[];
    /** What an engine had begun when it was killed. */
    readonly pending_operations?: readonly { readonly resource: StateResource; readonly type: string }[];
  };
}

/**
 * A stack's state; secrets in it stay encrypted.
 * @throws Error that says which file to delete or to put back, where a backend of files has been left with a half-written one
 */
export async function exportState(pulumi: StackPulumi): Promise<Checkpoint> {
  const text = await pulumi.must(["stack", "export"]).catch((error: Error) => {
    throw /failed to load checkpoint/.test(error.message) ? unreadable(pulumi, error.message.trimEnd()) : error;
  });
  const checkpoint = JSON.parse(text) as Checkpoint | null;
  if (checkpoint?.deployment) return checkpoint;
  throw unreadable(pulumi, `The state of ${pulumi.stack} holds no deployment: it was overwritten or cut off.`);
}

function unreadable({ stack, environment }: StackPulumi, said: string): Error {
  if (/checkpoint: (unexpected )?EOF/.test(said)) return new Error(`${said}\n${brokenAttributes(stack)}`);
  const file = stateFileOf(stack, environment);
  try {
    if (file !== undefined) checkStateFile(file);
  } catch (error) {
    return error as Error;
  }
  return new Error(`${said}\n${brokenState(stack)}`);
}

/** A backend of files writes a state atomically, but not the attributes beside it. */
const brokenAttributes = (stack: string) =>
  `The killed run has cut off a file of attributes beside the state. The state itself is whole: delete ${stack}.json.attrs in the folder of ` +
  "your backend (`pulumi whoami --verbose` names it) and run the command again.";

const brokenState = (stack: string) =>
  `A backend of files keeps the version before it as ${stack}.json.bak, below .pulumi/stacks in its folder (\`pulumi whoami --verbose\` names it): ` +
  `copy it to ${stack}.json and run the command again. Other backends keep versions of ${stack}.json themselves.`;

/** Replaces a stack's state. The file that it goes through is readable by its owner only and goes at once. */
export async function importState(pulumi: StackPulumi, checkpoint: Checkpoint): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-state-"));
  const file = path.join(folder, "state.json");
  try {
    fs.writeFileSync(file, JSON.stringify(checkpoint), { mode: 0o600 });
    await pulumi.must(["stack", "import", "--file", file]);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
