/** The meaning of a code. */
export interface FindingKind {
  readonly title: string;
  /** The default fix. One or two sentences. */
  readonly remedy: string;
  /** `platform`: Azure does it, and no one can switch it off. */
  readonly kind: "place" | "platform" | "exposure" | "door";
  /** Documentation on which the rule is based, with its date. */
  readonly source: string;
}
