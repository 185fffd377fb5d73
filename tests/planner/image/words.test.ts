import { expandWord, splitWords, WordError } from "../../../planner/image/words";

const variables: Readonly<Record<string, string>> = { A: "1", EMPTY: "", PATH: "/bin" };
const lookup = (name: string): string | undefined => variables[name];

test.each<[string, string[]]>([
  ["a b", ["a", "b"]],
  ["  a \t b  ", ["a", "b"]],
  ['a="b c" d', ['a="b c"', "d"]],
  ["a='b c' d", ["a='b c'", "d"]],
  ["a=b\\ c d", ["a=b\\ c", "d"]],
  ['a="b\\" c" d', ['a="b\\" c"', "d"]],
  ["a='b\\' c", ["a='b\\'", "c"]],
  ["a\\", ["a\\"]],
  ["", []],
])("splits %j", (text, words) => {
  expect(splitWords(text, "\\")).toEqual(words);
});

// The expected values follow Docker's reference and BuildKit's shell/lex.go.
test.each([
  ["plain", "plain"],
  ["$A-${A}", "1-1"],
  ["$AB", ""],
  ["${A}B", "1B"],
  ["$UNSET|", "|"],
  ["'$A'", "$A"],
  ['"$A"', "1"],
  ["\\$A", "$A"],
  ['"\\$A"', "$A"],
  ['"a \\"b\\" \\\\ \\n"', 'a "b" \\ \\n'],
  ["a\\nb", "anb"],
  ["a\\", "a"],
  ["${UNSET:-x}", "x"],
  ["${EMPTY:-x}", "x"],
  ["${EMPTY-x}", ""],
  ["${UNSET-x}", "x"],
  ["${A:+x}", "x"],
  ["${EMPTY:+x}", ""],
  ["${EMPTY+x}", "x"],
  ["${UNSET+x}", ""],
  ["${UNSET:-${A:-y}}", "1"],
  ['${UNSET:-"}"}', "}"],
  ["${A:?message}", "1"],
  ["$", "$"],
  ["$.", "$."],
  ["$1", ""],
  ["$$A", "A"],
  ["pre$PATH:post", "pre/bin:post"],
])("expands %j to %j", (word, expected) => {
  expect(expandWord(word, lookup, "\\")).toBe(expected);
});

test.each([
  ["'a", "\"'a\" has no closing '."],
  ['"a', '""a" has no closing ".'],
  ["${A", '"${A" has a substitution that is not supported. Use $NAME, ${NAME}, ${NAME:-default} or ${NAME:+value}.'],
  ["${}", '"${}" has a substitution that is not supported. Use $NAME, ${NAME}, ${NAME:-default} or ${NAME:+value}.'],
  ["${A%x}", '"${A%x}" has a substitution that is not supported. Use $NAME, ${NAME}, ${NAME:-default} or ${NAME:+value}.'],
  ["${A:-x", '"${A:-x" has no closing }.'],
  ["${UNSET:?say why}", "The variable UNSET is not set: say why."],
  ["${UNSET?}", "The variable UNSET is not set."],
])("refuses %j", (word, message) => {
  expect(() => expandWord(word, lookup, "\\")).toThrow(new WordError(message));
});
