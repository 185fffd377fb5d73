// Proves with a Markdown parser that untrusted text is shown as it is, and that nothing in it is left to the second pass in which GitHub and
// Azure DevOps link and notify. Doesn't prove what these platforms do beyond their documentation.
import * as fc from "fast-check";
import MarkdownIt from "markdown-it";
import { inline } from "../../../review/markdown/escape";
import { clean } from "../../../review/text";

const parser = new MarkdownIt({ html: true, linkify: true });

/** Where texts stand in a review, with the text in place of `@`. */
const places = ["@", "- **Note**: @", "### @: dangerous", "| @ | b |\n| --- | --- |\n| c | @ |", "- a\n  - @"] as const;

/** What the platforms link, notify or replace in text outside of code spans. */
const secondPass = [
  /@/, // mentions
  /#/, // issues, pull requests and work items
  /!\d/, // pull requests of Azure DevOps
  /\bGH-\d/i,
  /[a-z]+-\d/i, // references to other trackers
  /[0-9a-f]{7,}/i, // commits
  /:\/\//,
  /\bwww\b/i,
  /:[\w+-]+:/, // emoji
  /\$/, // mathematics
  /\[|\]|<|>|\\|\^|~|\*|_/,
];

const textKinds = ["text", "code_inline", "strong_open", "strong_close"];

interface Shown {
  /** Token types outside of the lines of text. */
  readonly blocks: readonly string[];
  /** The texts of all lines. */
  readonly texts: readonly string[];
  /** Kinds of the parts of the lines. */
  readonly kinds: ReadonlySet<string>;
  /** The text outside of code spans. */
  readonly open: string;
}

function shown(markdown: string): Shown {
  const tokens = parser.parse(markdown, {});
  const lines = tokens.flatMap(({ type, children }) => (type === "inline" && children !== null ? [children] : []));
  const parts = lines.flat();
  return {
    blocks: tokens.map(({ type }) => type),
    texts: lines.map((line) => line.map(({ content }) => content).join("")),
    kinds: new Set(parts.map(({ type }) => type)),
    open: lines.map((line) => line.map(({ type, content }) => (type === "text" ? content : "\n")).join("")).join("\n"),
  };
}

/** Asserts that the text is shown exactly, in all places. */
function expectShown(text: string): void {
  const escaped = inline(text);
  const expected = clean(text).replace(/(?<=(^| )[("'“‘]*)`(?=[^`]*[^`\s|])([^`]+)`(?=[.,;:!?)"'”’%…]*( |$))/gu, "$2");
  // Parsers omit an empty paragraph.
  if (expected === "") {
    expect(escaped).toBe("");
    return;
  }
  for (const place of places) {
    const [plain, found] = [shown(place.replaceAll("@", "word")), shown(place.replaceAll("@", () => escaped))];
    expect(found.blocks).toEqual(plain.blocks);
    expect(found.texts).toEqual(plain.texts.map((line) => line.replace("word", () => expected)));
    expect([...found.kinds].filter((kind) => !textKinds.includes(kind))).toEqual([]);
    expect(secondPass.filter((pattern) => pattern.test(found.open))).toEqual([]);
  }
}

test.each([
  ["chat: main 90% to 70%, candidate 10% to 30%", "chat: main 90% to 70%, candidate 10% to 30%"],
  ["20,932.14 to 31,389.80 USD/month, +3,485.75 at the maximum", "20,932.14 to 31,389.80 USD/month, +3,485.75 at the maximum"],
  ["3 × Standard_NC24ads_A100_v4 (chat/main-8c1f02ab)", "3 × `Standard_NC24ads_A100_v4` (`chat/main-8c1f02ab`)"],
  ['Its callers can\'t be restored: "fraud".', 'Its callers can\'t be restored: "fraud".'],
  ["3f8a6c1e-5d1b-4f0e-9a57-2b6f0c9d7e41", "`3f8a6c1e-5d1b-4f0e-9a57-2b6f0c9d7e41`"],
  ["see https://a.example/x, www.a.example or a@b.example.", "see `https://a.example/x`, `www.a.example` or `a@b.example`."],
  ["@team #12 !3 GH-4 AB#5 owner/repo#6", "`@team` `#12` `!3` `GH-4` `AB#5` `owner/repo#6`"],
  ["5c3785ed8d6a35868bc169f07e40e889087fd2e5 5c3785e", "`5c3785ed8d6a35868bc169f07e40e889087fd2e5` `5c3785e`"],
  ["<b> &amp; ![x](y) [x]: y", "`<b>` `&amp`; `![x](y`) `[x]`: y"],
  [":tada: $x$ ` a``b [^1]", "`:tada`: ` $x$ ` `` ` `` ```a``b``` `[^1]`"],
  ["Set `moor:accept` (or `npm run a|b`), `x`: not `y`z.", "Set `moor:accept` (or `npm run a`&#124;`b`), `x`: not `` `y`z ``."],
  ["`` a `b` ` c", "``` `` ``` a `b` `` ` `` c"],
  ["a|b | c", "a&#124;b &#124; c"],
  ["` | `", "`` ` `` &#124; `` ` ``"],
  ["1. first", "1\\. first"],
  ["- item", "\\- item"],
  ["=== title", "\\=== title"],
  ["# title\n> quote\r\n\t```\ncode", "`#` title `>` quote ```` ``` ```` code"],
  ["main\u200b-\u202e8c1f02ab\u0007", "`main-8c1f02ab`"],
  ["ends in hf_\u200babcdefghijklmnopqrst", "ends in `[secret]`"],
  ["dev\n<!-- moor-review -->", "dev `<!--` moor-review `-->`"],
  ["(`@user`) `@user`x ,@user é@user", "(`@user`) `` `@user`x `` `,@user` `é@user`"],
  ["` @user | `@user | <@1> @<A B>", "`` ` `` `@user` &#124; `` `@user `` &#124; `<@1>` `@<A` `B>`"],
  ["JIRA-1 CVE-2024-1 ftp://a b.example xmpp:a@b", "`JIRA-1` `CVE-2024-1` `ftp://a` `b.example` `xmpp:a@b`"],
  ["[[_TOC_]] ::: mermaid {{x}} ~~x~~ *x*", "`[[_TOC_]]` ::: mermaid `{{x}}` `~~x~~` `*x*`"],
  ["\u2067@user\u2069 a\u2028# b", "`@user` a `#` b"],
  ["", ""],
  [" \n ", ""],
])("%j", (text, expected) => {
  expect(inline(text)).toBe(expected);
  expectShown(text);
});

const nasty = fc.constantFrom(
  ..."`*_[]()<>!|\\#$@:&;~-=+.,'\"/%^{}?\n\t \u200b\u202e\u2028".split(""),
  ...[
    "http://",
    "https://a.example",
    "www.",
    "a@b.example",
    "mailto:",
    "GH-",
    "#1",
    "!1",
    "AB#1",
    "@user",
    ":tada:",
    "<!--",
    "-->",
    "</details>",
  ],
  ...[
    "<script>",
    "&lt;",
    "&#64;",
    "![a](b)",
    "[a](b)",
    "[^1]",
    "[ ]",
    "$$",
    "$`",
    "```",
    "| --- |",
    "1.",
    "1)",
    "deadbeef",
    "\\|",
    "ſ",
    "İ",
  ],
  ...["a", "main", "chat/main-8c1f02ab", "90%", "K", "1", "0", "Z"],
);

test("random text is shown exactly", () => {
  const texts = fc.oneof(
    fc.array(nasty, { maxLength: 30 }).map((parts) => parts.join("")),
    fc.array(nasty, { maxLength: 30 }).map((parts) => parts.join(" ")),
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({ unit: "grapheme", maxLength: 60 }),
  );
  fc.assert(fc.property(texts, expectShown), { numRuns: 500 });
});

test.each([
  ["one two three", 13, "one two three"],
  ["one two three", 12, "one two…"],
  ["one two, three", 12, "one two…"],
  ["Standard_NC24ads_A100_v4", 10, "`Standard_`…"],
  ["a 😀😀😀", 5, "a `😀`…"],
  ["a `b c d", 8, "a `` `b `` c d"],
  ["The setting `a b c d`.", 17, "The setting a…"],
])("%j with at most %d characters", (text, limit, expected) => {
  expect(inline(text, limit)).toBe(expected);
});
