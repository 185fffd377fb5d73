/** The approval of a stack in the JSON of a review. The file is untrusted: it only names differences, after its digest has been checked. */
import * as z from "zod";
import { type Approval, approvalParts, inputParts } from "../../review";

/** Longest review file, in characters: 200 stacks that are created have about 20 million. */
export const maxLength = 64_000_000;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const shortHash = z.string().regex(/^[0-9a-f]{8}$/);
/** A name, which messages contain. It has no control characters, so that it can't change what a terminal shows. */
const name = z
  .string()
  .max(1000)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u);

const approval = z.strictObject({
  digest: z.string().max(1000),
  parts: z.record(z.enum(approvalParts), hash),
  items: z.record(z.enum(inputParts), z.record(name, shortHash)),
  steps: z.array(
    z.strictObject({
      name,
      type: name,
      operation: name,
      hash,
      properties: z.record(name, z.string().regex(/^(?:[0-9a-f]{8})?-(?:[0-9a-f]{8})?$/)),
    }),
  ),
});

const review = z.object({ version: z.literal(1), stacks: z.array(z.object({ stack: z.string(), approval: z.unknown().optional() })) });

/**
 * The approval of a stack. Undefined if the review contains none, for example because its preview failed.
 * @throws Error if the text isn't the JSON of a review of this version, or doesn't contain the stack
 */
export function approvalInReview(text: string, stack: string): Approval | undefined {
  if (text.length > maxLength) throw new Error(`The review file is too long: the limit is ${maxLength} characters.`);
  const read = review.safeParse(parsed(text));
  if (!read.success) throw new Error("The review file is not the JSON of a review of this version of Moor.");
  const found = read.data.stacks.find((one) => one.stack === stack);
  if (found === undefined) throw new Error(`The review file does not contain the stack ${stack}.`);
  if (found.approval === undefined || found.approval === null) return undefined;
  const checked = approval.safeParse(found.approval);
  if (!checked.success) throw new Error(`The review file contains an invalid approval of the stack ${stack}.`);
  return checked.data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
