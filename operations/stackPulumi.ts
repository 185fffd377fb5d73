/** Pulumi as the work beside `pulumi up` needs it. Whoever calls an operation opens the stack and closes it. */

/** What a run of pulumi came to. */
export interface PulumiRun {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Pulumi for one stack. */
export interface StackPulumi {
  readonly stack: string;
  /** Whether the stack is on this machine. */
  readonly local: boolean;
  /** Environment that pulumi runs in. */
  readonly environment: NodeJS.ProcessEnv;
  /** Runs `pulumi <args>` on the stack. */
  run(args: readonly string[]): Promise<PulumiRun>;
  /** As `run`; rejects with pulumi's message when it fails. Resolves to its output. */
  must(args: readonly string[]): Promise<string>;
}
