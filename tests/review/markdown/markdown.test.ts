// Proves what a review shows as Markdown after its first five lines, and that it fits into its limit. Doesn't prove how the platforms show it.
import * as fc from "fast-check";
import MarkdownIt from "markdown-it";
import { type Notice, reviewMarkdown, reviewStack, type StackReview, type Verdict, withoutPreview } from "../../../review";
import { previewNames, previewOf } from "../previews";
import { fiveLines, reviewOf, stackReview } from "../support";

const parser = new MarkdownIt({ html: true, linkify: true });
const digest = `m1-${"0123456789abcdef".repeat(4)}-01234567-01234567-01234567-01234567`;

test("one stack with all parts", () => {
  const prod = stackReview("prod", "dangerous", {
    notices: [
      { severity: "danger", text: "Endpoint fraud is deleted.", rollback: "This can't be undone.", code: "MOOR526" },
      { severity: "look", text: "Deployment chat/main-8c1f02ab is new." },
      { severity: "note", text: "The owner is @team." },
    ],
    sections: {
      traffic: { summary: "chat: main 90% to 70%", details: ["main-8c1f02ab", "Weights | sums"] },
      duration: { summary: "about 20 to 35 minutes", details: ["It is an estimate."] },
      rest: { summary: "3 role assignments are created" },
    },
    digest,
  });
  expect(reviewMarkdown(reviewOf(prod))).toBe(`**Dangerous, ask the author**: prod. Endpoint fraud is deleted.

- **Traffic**: chat: main 90% to 70%
- **Cost**: no change
- **Quota**: no change
- **Residency and access**: no change

### prod: dangerous

- **Danger**: Endpoint fraud is deleted. (MOOR526) This can't be undone.
- **Needs a look**: Deployment \`chat/main-8c1f02ab\` is new.
- **Note**: The owner is \`@team\`.
- **Expected duration**: about 20 to 35 minutes

<details>
<summary>Details</summary>

- **Traffic**: chat: main 90% to 70%
  - \`main-8c1f02ab\`
  - Weights &#124; sums
- **Expected duration**
  - It is an estimate.
- **All changes**: 3 role assignments are created

</details>

### Apply what was reviewed

Run the command of the stack:

- prod: \`npm run deploy -- -s prod --approved ${digest}\`

Compared with the state of each stack. Moor \`0.1.0\`, 2026-11-30 (UTC).
`);
});

test("several stacks: a table, one section for each group, and the commands", () => {
  const look = (stack: string) =>
    stackReview(stack, "look", {
      notices: [{ severity: "look", text: `Storage moor-${stack}-x is replaced|.` }],
      sections: { cost: { summary: "+1.00 USD/month" } },
      digest,
    });
  const stacks = [
    stackReview("zero", "unchanged", { digest }),
    withoutPreview("dev", "The login expired."),
    look("prod-weu"),
    look("prod"),
  ];
  const text = reviewMarkdown({ ...reviewOf(...stacks), source: { kind: "saved" } });
  expect(text.split("\n").slice(7).join("\n")).toBe(`| Stacks | Verdict | Reason | Cost |
| --- | --- | --- | --- |
| dev | Needs a look | The login expired. | – |
| prod, prod-weu | Needs a look | Storage \`moor-<stack>-x\` is replaced&#124;. | +1.00 USD/month |
| zero | No changes | Nothing changes. | – |

### dev: needs a look

- **Needs a look**: The login expired.

### prod, prod-weu: needs a look

- **Needs a look**: Storage \`moor-<stack>-x\` is replaced&#124;.

\`<stack>\` stands for the name of the stack.

<details>
<summary>Details</summary>

- **Cost**: +1.00 USD/month

</details>

### Apply what was reviewed

Run the command of the stack:

- dev: no digest. The stack could not be previewed.
- prod: \`npm run deploy -- -s prod --approved ${digest}\`
- prod-weu: \`npm run deploy -- -s prod-weu --approved ${digest}\`

From saved previews. Moor \`0.1.0\`, 2026-11-30 (UTC).
`);
});

test("a stack whose name needs quotes in a shell has no command", () => {
  const text = reviewMarkdown(reviewOf(stackReview("a; rm -rf b", "safe", { digest })));
  expect(text).toContain("- a; rm -rf b: no digest. Its name contains characters that need quotes in a shell.");
});

test("the base and the commit are named", () => {
  const review = { ...reviewOf(stackReview("prod", "safe")), source: { kind: "base", ref: "main", commit: "8c1f02ab" } } as const;
  const text = reviewMarkdown(review);
  expect(text).toContain("Compared with main (commit `8c1f02ab`) on the local Azure.");
  expect(text).toContain("- prod: no digest. The review compares with a commit, not with the state of the stack.");
});

/** Different in every text. */
function different(index: number, verdict: Verdict = "dangerous"): StackReview {
  const severity = verdict === "dangerous" ? "danger" : verdict === "look" ? "look" : "note";
  const notice: Notice = {
    severity,
    text: `Endpoint number ${index} is deleted. ${"More words. ".repeat(15)}`,
    rollback: "This can't be undone.",
  };
  const details = Array.from({ length: 20 }, (_, line) => `Resource ${index} and ${line} of many`);
  return stackReview(`stack-${index}`, verdict, {
    notices: [notice, notice, notice],
    sections: {
      traffic: { summary: `endpoint ${index}: main 90% to 70%`, details },
      cost: { summary: `+${index}.00 USD/month` },
      rest: { summary: "x".repeat(150), details },
    },
    digest,
  });
}

const stacks = (count: number, verdict?: Verdict) => Array.from({ length: count }, (_, index) => different(index, verdict));

/** The tokens of blocks that aren't closed, and the links and images: a complete document has none. */
function brokenParts(text: string): string[] {
  const open = (text.match(/^<details>$/gm) ?? []).length - (text.match(/^<\/details>$/gm) ?? []).length;
  const inlines = parser.parse(text, {}).flatMap(({ children }) => children ?? []);
  return [...(open === 0 ? [] : ["details"]), ...inlines.map(({ type }) => type).filter((type) => /link|image|html/.test(type))];
}

test("200 stacks with equal changes are one group", () => {
  const equal = stacks(200).map((one) => ({ ...different(0), stack: one.stack }));
  const text = reviewMarkdown(reviewOf(...equal));
  expect(text.length).toBeLessThan(60_000);
  expect(text.match(/^### /gm)).toHaveLength(2);
  expect(fiveLines(text)[0]).toMatch(/^\*\*Dangerous, ask the author\*\*: 200 stacks\. Endpoint number 0 is deleted\./);
  expect(text.match(new RegExp(`\`${digest}\``, "g"))).toHaveLength(200);
});

test("200 different dangerous stacks fit: the first five lines are whole, and what is omitted is counted", () => {
  const text = reviewMarkdown(reviewOf(...stacks(200)));
  expect(text.length).toBeLessThanOrEqual(60_000);
  expect(text.length).toBeGreaterThan(50_000);
  expect(fiveLines(text)).toEqual(fiveLines(reviewMarkdown(reviewOf(...stacks(200)), Number.POSITIVE_INFINITY)));
  expect(brokenParts(text)).toEqual([]);
  const shown = text.match(/^### `stack/gm)!.length;
  expect(text).toContain(`The changes of ${200 - shown} stacks are not shown here.`);
  const rows = text.match(/^\| `stack/gm)!.length;
  expect(text).toContain(`${200 - rows} more stacks are not in this table.`);
});

test("the least dangerous stacks are shortened first", () => {
  const mixed = [...stacks(40, "safe").map((one) => ({ ...one, stack: `safe-${one.stack}` })), ...stacks(10)];
  const text = reviewMarkdown(reviewOf(...mixed));
  expect(text.length).toBeLessThanOrEqual(60_000);
  expect(text.match(/^### `stack.*dangerous$/gm)).toHaveLength(10);
  const [first, ...others] = text.split(/^### /m).slice(1);
  expect(first).toContain("<details>");
  expect(others.at(-2)).not.toContain("<details>");
});

test("at the exact limit nothing is shortened; one character less shortens", () => {
  const review = reviewOf(...stacks(12));
  const whole = reviewMarkdown(review, Number.POSITIVE_INFINITY);
  expect(reviewMarkdown(review, whole.length)).toBe(whole);
  const shorter = reviewMarkdown(review, whole.length - 1);
  expect(shorter).not.toBe(whole);
  expect(shorter.length).toBeLessThan(whole.length);
});

test("any limit holds, lines are whole, and the first five lines stay", () => {
  const review = reviewOf(
    ...stacks(12),
    withoutPreview("dev", "The login expired."),
    ...stacks(6, "safe").map((one) => ({ ...one, stack: `s${one.stack}` })),
  );
  const whole = reviewMarkdown(review, Number.POSITIVE_INFINITY);
  const lines = new Set(whole.split("\n"));
  const added = /^(The details are in|The changes of|The digests of|\d+ more stacks? )/;
  fc.assert(
    fc.property(fc.integer({ min: 4_000, max: whole.length + 10 }), (limit) => {
      const text = reviewMarkdown(review, limit);
      expect(text.length).toBeLessThanOrEqual(limit);
      expect(fiveLines(text)).toEqual(fiveLines(whole));
      expect(brokenParts(text)).toEqual([]);
      expect(text.split("\n").filter((line) => !lines.has(line) && !added.test(line))).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

test("one stack with texts without bound fits", () => {
  const notice: Notice = { severity: "danger", text: "|".repeat(10_000), rollback: "a_b ".repeat(10_000) };
  const details = Array.from({ length: 200 }, () => "#1 ".repeat(500));
  const all = Object.fromEntries(
    ["traffic", "cost", "access", "rest", "quota"].map((subject) => [subject, { summary: "| ".repeat(5000), details }]),
  );
  const text = reviewMarkdown(
    reviewOf(stackReview("x|".repeat(500), "dangerous", { notices: Array(500).fill(notice), sections: all, digest })),
  );
  expect(text.length).toBeLessThanOrEqual(60_000);
  expect(brokenParts(text)).toEqual([]);
});

test("the order of the stacks doesn't matter", () => {
  const all = [...stacks(5), ...stacks(5, "safe").map((one) => ({ ...one, stack: `s${one.stack}` })), withoutPreview("dev", "x")];
  const expected = reviewMarkdown(reviewOf(...all));
  fc.assert(
    fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
      expect(reviewMarkdown(reviewOf(...shuffled))).toBe(expected);
    }),
    { numRuns: 20 },
  );
});

test("200 dangerous stacks of saved previews, each with endpoints of its own, fit", () => {
  const dangerous = previewNames
    .map((name) => reviewStack(previewOf(name), { today: "2026-11-30" }))
    .filter(({ verdict }) => verdict === "dangerous");
  const all = Array.from({ length: 200 }, (_, index): StackReview => {
    const text = JSON.stringify(dangerous[index % dangerous.length]).replaceAll(/\b(chat|fraud)\b/g, `$1${index}`);
    return { ...JSON.parse(text), stack: `stack-${index}` };
  });
  expect(dangerous.length).toBeGreaterThan(5);
  const text = reviewMarkdown(reviewOf(...all));
  expect(text.length).toBeLessThanOrEqual(60_000);
  expect(fiveLines(text)[0]).toMatch(/^\*\*Dangerous, ask the author\*\*: .* Other stacks: \d+ dangerous\.$/);
  expect(fiveLines(text)).toEqual(fiveLines(reviewMarkdown(reviewOf(...all), Number.POSITIVE_INFINITY)));
  expect(brokenParts(text)).toEqual([]);
});

test("the saved previews, all in one review, fit and have no link", () => {
  const all = previewNames.map((name) => ({ ...reviewStack(previewOf(name), { today: "2026-11-30" }), stack: name }));
  const text = reviewMarkdown(reviewOf(...all));
  expect(text.length).toBeLessThanOrEqual(60_000);
  expect(brokenParts(text)).toEqual([]);
});
