/** What a reviewer approves: the plan of a stack and everything that the plan depends on, as hashes. It contains no values. */

export interface Approval {
  /** The text that is approved. It covers everything below. */
  readonly digest: string;
  /** Hash of each part: source tree, lock file, versions, what hooks do, steps. */
  readonly parts: Readonly<Record<string, string>>;
  /** The steps, to name the first difference. */
  readonly steps: readonly ApprovedStep[];
}

export interface ApprovedStep {
  /** Logical name. */
  readonly name: string;
  readonly type: string;
  readonly operation: string;
  /** Hash of each property by its path. Secrets are not hashed. */
  readonly properties: Readonly<Record<string, string>>;
}
