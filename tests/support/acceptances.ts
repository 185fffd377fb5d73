/** Entries of `moor:accept` for the stacks of tests. */
import { parseDocument } from "yaml";
import { type Acceptance, codes, type FindingCode } from "../../rules";

/** What every stack of the program needs: Azure's global services, and log queries over public addresses. */
const everywhere: readonly FindingCode[] = ["MOOR430", "MOOR445"];

/** The entries for findings that every stack has, and for more codes. */
export function acceptances(...more: FindingCode[]): Acceptance[] {
  return [...everywhere, ...more].map((code) => ({ code, resource: "*", reason: "Accepted by the tests.", until: "2099-12-31" }));
}

/** Entries for all findings that a test isn't about. */
export function acceptancesExcept(isSubject: (code: FindingCode) => boolean): Acceptance[] {
  return acceptances(...(Object.keys(codes) as FindingCode[]).filter((code) => !everywhere.includes(code))).filter(
    ({ code }) => !isSubject(code),
  );
}

/** A stack file that accepts these codes in addition to its own entries. */
export function withAcceptances(stackFile: string, ...more: FindingCode[]): string {
  const document = parseDocument(stackFile);
  const accepted = document.toJS().config["moor:accept"] ?? [];
  const codes = accepted.map(({ code }: Acceptance) => code);
  const added = acceptances(...more).filter(({ code }) => !codes.includes(code));
  document.setIn(["config", "moor:accept"], [...accepted, ...added]);
  // Dates must be in quotes.
  return document.toString({ lineWidth: 0, defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" });
}
