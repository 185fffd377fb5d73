/** The text of a digest: `m1-<hash>-<hash of each part>`. The hashes of the parts say what differs if the approval itself isn't at hand. */
import { canonicalJson } from "../../planner/names";
import { type Approval, type ApprovalPart, approvalParts } from "../approval";
import { sha256, short } from "./inputs";

/** Version of the form and of what it covers. */
const version = "m1";
const form = new RegExp(`^${version}-[0-9a-f]{64}-[0-9a-f]{${8 * approvalParts.length}}$`);

/** The digest of an approval. */
export function digestText(approval: Omit<Approval, "digest">): string {
  const { parts, items, steps } = approval;
  return `${version}-${sha256(canonicalJson([version, parts, items, steps]))}-${approvalParts.map((part) => short(parts[part])).join("")}`;
}

/**
 * The first 8 digits of the hash of each part.
 * @throws Error if the text isn't a digest of this version
 */
export function partsOfDigest(digest: string): Record<ApprovalPart, string> {
  if (!form.test(digest)) {
    const length = `${version}-`.length + 64 + 1 + 8 * approvalParts.length;
    throw new Error(
      `The digest is invalid: it must have ${length} characters, in the form ${version}-<hash>-<hashes>. Copy it from the review of this version of Moor.`,
    );
  }
  const hashes = digest.slice(digest.lastIndexOf("-") + 1);
  return Object.fromEntries(approvalParts.map((part, at) => [part, hashes.slice(8 * at, 8 * at + 8)])) as Record<ApprovalPart, string>;
}
