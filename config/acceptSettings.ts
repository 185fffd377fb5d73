/** The schema of `moor:accept` in the stack file: the findings that the owner of the data accepts. */
import * as z from "zod";
import { codes, type FindingCode } from "../rules/codes";
import { map, text } from "./leaves";

/** Key of the list of accepted findings. */
export const acceptKey = "moor:accept";

const mostEntries = 200;
/** Lengths of a reason, in characters. The shortest reason is still a statement, not a word such as "ok". */
const reasonLength = { min: 10, max: 500 };
/** Longer than any ARM ID of a resource in a stack. */
const longestResource = 1_000;

const aCode = "a code of a finding (docs/codes.md), for example MOOR401";
const aResource = 'the name of a resource as the finding shows it, its resource ID, or "*" for all resources';
const aReason = `text of ${reasonLength.min} to ${reasonLength.max} characters that starts and ends with a visible character`;

const entry = z.strictObject(
  {
    code: z
      .enum(Object.keys(codes) as FindingCode[], { error: aCode })
      // Editors check only the form, so that the JSON schema stays the same when a rule is added.
      .meta({ description: "Code of the finding.", enum: undefined, pattern: "^MOOR[45][0-9]{2}$" }),
    resource: text(/^(?:\*|[^*\s](?:[^*\n]*[^*\s])?)$/, aResource)
      .max(longestResource, { error: aResource })
      .describe(
        'Resource of the finding: its name as the finding shows it, the resource ID of a resource that the stack doesn\'t create, or `"*"` for all resources.',
      ),
    reason: z
      .string({ error: aReason })
      .min(reasonLength.min, { error: aReason })
      .max(reasonLength.max, { error: aReason })
      .regex(/^\S[^\n]*\S$/, { error: aReason })
      .describe("Why the finding is accepted. The residency statement quotes it."),
    until: z.iso
      .date({ error: 'a date that exists, in quotes, for example "2027-06-30"' })
      .describe(
        "Last day (UTC) on which the finding is accepted. After this day, Moor rejects changes to the resource. Previews show a note from 30 days before.",
      ),
  },
  map("code, resource, reason and until"),
);

/** Accepted findings. */
export const accept = z
  .array(entry, { error: "a list of maps with code, resource, reason and until" })
  .max(mostEntries, { error: `a list of at most ${mostEntries} entries` })
  .default([])
  .describe("Findings that the owner of the data accepts. Without an entry that applies, a finding ends the run before any change.");
