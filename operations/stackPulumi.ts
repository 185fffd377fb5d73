/** The interface to Pulumi for operations other than `pulumi up`. The caller of an operation opens and closes the stack. */

/** The result of a pulumi command. */
export interface PulumiRun {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs pulumi commands on one stack. */
export interface StackPulumi {
  readonly stack: string;
  /** Whether the stack runs on the local Azure. */
  readonly local: boolean;
  /** Environment variables of pulumi. */
  readonly environment: NodeJS.ProcessEnv;
  /** Runs `pulumi <args>` on the stack. @param environment Further environment variables. @default - none */
  run(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<PulumiRun>;
  /** Like `run`, but rejects with the error message of pulumi if it fails. Resolves to its output. */
  must(args: readonly string[]): Promise<string>;
}

/** Also runs commands whose output the user sees as it appears. */
export interface AttachedPulumi extends StackPulumi {
  /** Runs `pulumi <args>` on the stack and prints its output. Resolves to its exit code. */
  runAttached(args: readonly string[]): Promise<number>;
}
