/** What a reviewer approves: the plan of a stack and everything that the plan depends on, as hashes. It contains no values. */

/** What a plan depends on, besides the state: the parts that a preview doesn't contain. */
export const inputParts = ["target", "settings", "lock", "source", "versions", "hooks"] as const;

export type InputPart = (typeof inputParts)[number];

/** The parts of an approval, in the order in which a difference is looked for. A changed input usually changes steps too. */
export const approvalParts = [...inputParts, "steps"] as const;

export type ApprovalPart = (typeof approvalParts)[number];

/**
 * The inputs of a plan, by part: the SHA-256 hash of each item (64 hexadecimal digits), by its name. An item is a file of the source tree, an
 * environment variable, or a program whose version counts.
 */
export type ApprovalInputs = Readonly<Record<InputPart, Readonly<Record<string, string>>>>;

export interface Approval {
  /** The text that is approved. It covers everything below. */
  readonly digest: string;
  /** SHA-256 hash of each part. */
  readonly parts: Readonly<Record<ApprovalPart, string>>;
  /** The first 8 digits of the hash of each item, to name the first difference. */
  readonly items: ApprovalInputs;
  /** The steps that change something, to name the first difference. They are sorted by name. */
  readonly steps: readonly ApprovedStep[];
}

export interface ApprovedStep {
  /** Logical name. */
  readonly name: string;
  /** Type token. */
  readonly type: string;
  readonly operation: string;
  /** SHA-256 hash of all inputs before and after the step. */
  readonly hash: string;
  /**
   * The first 8 digits of the hashes of each input before and after the step, by its path: `<before>-<after>`. A side without the input is
   * empty. Secrets are not hashed.
   */
  readonly properties: Readonly<Record<string, string>>;
}
