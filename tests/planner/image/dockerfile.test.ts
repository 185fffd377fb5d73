// The expected values follow BuildKit's parser.go. tests/docker/layered.test.ts compares the result of such files with buildah's.
import { parseDockerfile } from "../../../planner/image/dockerfile";

/** `line keyword flags text`. */
function listing(content: string): string[] {
  return parseDockerfile(content).instructions.map(({ line, keyword, flags, text, heredoc }) =>
    [line, keyword, ...flags.map(({ name, value }) => `{${name}:${value}}`), JSON.stringify(text), ...(heredoc ? ["heredoc"] : [])].join(
      " ",
    ),
  );
}

test.each<[string, string[]]>([
  ["", []],
  ["# comment\n\n  \n", []],
  ["FROM a", ['1 FROM "a"']],
  ["  from a AS b  \nuser 1", ['1 FROM "a AS b"', '2 USER "1"']],
  ["USER\t1\r\nUSER 2\r\n", ['1 USER "1"', '2 USER "2"']],
  ["\uFEFFUSER 1", ['1 USER "1"']],
  ["USER", ['1 USER ""']],
  ["RUN a \\\n  b\\\nc\nUSER 1", ['1 RUN "a   bc"', '4 USER "1"']],
  ["ENV A=1 \\\n# comment\n  # comment \\\n\n  B=2\nUSER 1", ['1 ENV "A=1   B=2"', '6 USER "1"']],
  ["ENV A=a\\ \\\nB=b", ['1 ENV "A=a\\\\ B=b"']],
  ["ENV A \\\n# comment\n\\ a\nUSER 1", ['1 ENV "A \\\\ a"', '4 USER "1"']],
  ["ENV A=1 \\ \t\n B=2", ['1 ENV "A=1  B=2"']],
  ["ENV A=\\\\\nUSER 1", ['1 ENV "A=\\\\\\\\"', '2 USER "1"']],
  ["USER 1 \\", ['1 USER "1"']],
  ["USER 1 \\\n\n", ['1 USER "1"']],
  ["CMD echo # no comment", ['1 CMD "echo # no comment"']],
  ["COPY --chown=1:2 --link --chmod=7 a b", ['1 COPY {chown:1:2} {link:undefined} {chmod:7} "a b"']],
  ["COPY \\\n  --chown=1 \\\n  a b", ['1 COPY {chown:1} "a b"']],
  ["COPY a --chown=1", ['1 COPY "a --chown=1"']],
  ["RUN <<EOF\nFROM x\n# y\nEOF\nUSER 1", ['1 RUN "<<EOF" heredoc', '5 USER "1"']],
  ["COPY <<-'A' <<B /x\n1\n\tA\n2\nB\nUSER 1", ["1 COPY \"<<-'A' <<B /x\" heredoc", '6 USER "1"']],
  ["RUN a << b <<< c\nUSER 1", ['1 RUN "a << b <<< c"', '2 USER "1"']],
  ["RUN <<EOF\nUSER 1", ['1 RUN "<<EOF" heredoc']],
  ["CMD <<EOF\nUSER 1", ['1 CMD "<<EOF"', '2 USER "1"']],
  ["# escape=`\nRUN a `\n b\nRUN c:\\\nUSER 1", ['2 RUN "a  b"', '4 RUN "c:\\\\"', '5 USER "1"']],
])("%j", (content, expected) => {
  expect(listing(content)).toEqual(expected);
});

test("directives are at the start of the file", () => {
  expect(parseDockerfile("# syntax=docker/dockerfile:1\n# escape=`\nFROM a\n# escape=\\\n")).toMatchObject({
    directives: [
      { name: "syntax", line: 1 },
      { name: "escape", line: 2 },
    ],
    escapeChar: "`",
  });
  expect(parseDockerfile("# a comment\n# escape=`\nFROM a\n")).toMatchObject({ directives: [], escapeChar: "\\" });
});
