// Proves which files the sources of COPY match. The expected values follow Go's filepath.Match, which Docker uses.
import type { ContextNode } from "../../../planner/image/contextFiles";
import { SourceError, sources } from "../../../planner/image/copySources";
import { WordError } from "../../../planner/image/words";

const file: ContextNode = { kind: "file", executable: false, size: 0 };
const names = ["a", "b", "-", "^", "]", "*", "a.c", "abc", "d/a", "d/e/a", ".hidden", "ü"];
const files = new Map<string, ContextNode>([
  ...names.map((name): [string, ContextNode] => [name, file]),
  ["d", { kind: "directory" }],
  ["d/e", { kind: "directory" }],
]);

test.each([
  ["*", ["a", "b", "-", "^", "]", "*", "a.c", "abc", ".hidden", "ü", "d"]],
  ["?", ["a", "b", "-", "^", "]", "*", "ü", "d"]],
  ["a?c", ["a.c", "abc"]],
  ["a.*", ["a.c"]],
  ["[ab]", ["a", "b"]],
  ["[a-b]", ["a", "b"]],
  ["[^a-z*^ü-]", ["]"]],
  ["[*^]", ["^", "*"]],
  ["[\\]\\-]", ["-", "]"]],
  ["\\*", ["*"]],
  ["-*", ["-"]],
  ["[[^]", ["^"]],
  ["*/*", ["d/a", "d/e"]],
  ["d/*/a", ["d/e/a"]],
  ["./d//?", ["d/a", "d/e"]],
])("%j finds %j", (pattern, expected) => {
  expect(sources(files, pattern).map(({ path }) => path)).toEqual(expected);
});

test.each([
  ["[z-a]", '"[z-a]" contains a character range that is not valid.'],
  ["[]", '"[]" has no closing "]".'],
  ["[a", '"[a" has no closing "]".'],
])("%j is not valid", (pattern, message) => {
  expect(() => sources(files, pattern)).toThrow(new WordError(message));
});

test.each([
  ["x*", '"x*" matches no file.'],
  ["a/b", '"a/b" doesn\'t exist or is excluded.'],
  ["..", '".." is outside the folder of the Dockerfile.'],
])("%j finds nothing", (argument, message) => {
  expect(() => sources(files, argument)).toThrow(new SourceError(message));
});
