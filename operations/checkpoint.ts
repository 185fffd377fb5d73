/** The state of a stack in the format of `pulumi stack export`. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { StackPulumi } from "./stackPulumi";
import { checkStateFile, stateFileOf } from "./stateFile";

/** Properties by name. A secret is an object with a signature and the encrypted text. */
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
  /** URN of the resource whose deletion also deletes this one. */
  readonly deletedWith?: string;
  /** Whether it is protected from deletion. */
  readonly protect?: boolean;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
  /** Why its last creation or update is incomplete. The next run of the engine updates it. */
  readonly initErrors?: readonly string[];
}

export interface Checkpoint {
  readonly version: number;
  readonly deployment: {
    readonly resources?: readonly StateResource[];
    /** Operations that an engine had started when it was killed. */
    readonly pending_operations?: readonly { readonly resource: StateResource; readonly type: string }[];
  };
}

/**
 * Exports the state of a stack. Secrets stay encrypted.
 * @throws Error with the file to delete or restore, if a file backend contains an incomplete file
 */
export async function exportState(pulumi: StackPulumi): Promise<Checkpoint> {
  const text = await pulumi.must(["stack", "export"]).catch((error: Error) => {
    throw /failed to load checkpoint/.test(error.message) ? unreadable(pulumi, error.message.trimEnd()) : error;
  });
  const checkpoint = JSON.parse(text) as Checkpoint | null;
  if (checkpoint?.deployment) return checkpoint;
  throw unreadable(pulumi, `The state of ${pulumi.stack} contains no deployment: it was overwritten or truncated.`);
}

function unreadable({ stack, environment }: StackPulumi, message: string): Error {
  if (/checkpoint: (unexpected )?EOF/.test(message)) return new Error(`${message}\n${brokenAttributes(stack)}`);
  const file = stateFileOf(stack, environment);
  try {
    if (file !== undefined) checkStateFile(file);
  } catch (error) {
    return error as Error;
  }
  return new Error(`${message}\n${brokenState(stack)}`);
}

/** A file backend writes the state atomically, but not its attributes file. */
const brokenAttributes = (stack: string) =>
  `The killed run left an incomplete attributes file next to the state. The state itself is complete. Delete ${stack}.json.attrs in the folder of ` +
  "your backend (`pulumi whoami --verbose` shows it) and run the command again.";

const brokenState = (stack: string) =>
  `A file backend keeps the previous version as ${stack}.json.bak under .pulumi/stacks in its folder (\`pulumi whoami --verbose\` shows it). ` +
  `Copy it to ${stack}.json and run the command again. For other backends, restore a previous version of ${stack}.json with the tools of the backend.`;

/** Replaces the state of a stack. The temporary file is readable only by its owner and is deleted immediately. */
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
