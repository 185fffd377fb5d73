/** The rules' texts in the terms of the pack: its configuration takes the place of Moor's stack file. */

const terms = [
  ["`moor:accept`", "`contract.accept`"],
  ["`moor:residency`", "`contract.residency`"],
  ["`operators` or `invokers` in the stack file", "`contract.principals`"],
  ["the operators and invokers of the stack file", "the principals in `contract.principals`"],
] as const;

/** Returns a text that a user of the pack can follow. */
export function inTermsOfPack(text: string): string {
  return terms.reduce((changed, [ofStackFile, ofPack]) => changed.replaceAll(ofStackFile, ofPack), text);
}
