// Proves with previews of the real engine that the review of each kind of change is the one in the golden file, and that its verdict is the
// decision that was expected. Also compares the saved previews, on which the unit tests run, with those of this engine. Doesn't prove that
// the local Azure plans what Azure would.
//
// To write the golden files and the saved previews again after an intended change: MOOR_GOLDEN=write npx jest tests/e2e/review

import * as fs from "node:fs";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { type Preview, type Review, readPreview, reviewMarkdown, reviewStack } from "../../../review";
import { changes, type Decision, type ReviewedChange } from "./changes";
import { Previews } from "./previews";

jest.setTimeout(600_000);

const golden = path.join(__dirname, "..", "golden", "review");
const saved = path.join(__dirname, "..", "..", "review", "previews");
const writes = process.env.MOOR_GOLDEN === "write";

/** Texts of previews, by name of the change. */
const events = new Map<string, string>();

beforeAll(async () => {
  const previews = await Previews.open();
  try {
    for (const group of grouped(changes)) {
      await previews.reach(group[0]!);
      for (const change of group) {
        const { code, output } = await previews.preview(change);
        if ((code !== 0) !== (change.fails ?? false)) throw new Error(`The preview of ${change.name} ended with code ${code}:\n${output}`);
        events.set(change.name, withoutDebug(output));
      }
    }
  } finally {
    await previews.close();
  }
});

/** Changes of the same stack in the same state, in an order in which each state is reached from the one before. */
function grouped(all: readonly ReviewedChange[]): ReviewedChange[][] {
  const order = ["empty", "shipped", "kept", "token", "removable"] satisfies (ReviewedChange["state"] & string)[];
  return order.flatMap((state) =>
    (["dev", "prod"] as const)
      .map((stack) => all.filter((change) => change.stack === stack && (change.state ?? "shipped") === state))
      .filter((group) => group.length > 0),
  );
}

/** Debug messages are most of the text, and a review ignores them. */
function withoutDebug(output: string): string {
  return `${output
    .split("\n")
    .filter((line) => line.startsWith("{") && !line.includes('"severity":"debug"'))
    .join("\n")}\n`;
}

function reviewOf(preview: Preview): Review {
  const today = "2026-12-01";
  return { moor: "0.1.0", date: today, source: { kind: "saved" }, stacks: [reviewStack(preview, { today })] };
}

const decisions = { dangerous: "ask", look: "ask", safe: "approve", unchanged: "approve" } as const satisfies Record<string, Decision>;

describe.each(changes.map((change) => [change.name, change] as const))("the change %s", (name, { expected }) => {
  test("has the expected decision", () => {
    const { verdict, reason } = reviewOf(readPreview(events.get(name)!)).stacks[0]!;
    expect({ decision: decisions[verdict], reason }).toEqual({ decision: expected, reason: expect.any(String) });
  });

  test("has the review of its golden file", () => {
    const markdown = reviewMarkdown(reviewOf(readPreview(events.get(name)!)));
    const file = path.join(golden, `${name}.md`);
    if (writes) {
      fs.mkdirSync(golden, { recursive: true });
      fs.writeFileSync(file, markdown);
      fs.writeFileSync(path.join(saved, `${name}.ndjson.gz`), gzipSync(events.get(name)!, { level: 9 }));
    }
    expect(markdown).toBe(fs.readFileSync(file, "utf8"));
  });
});

test("the golden files and the saved previews are those of the changes", () => {
  const names = changes.map(({ name }) => name).sort();
  expect(fs.readdirSync(golden).sort()).toEqual(names.map((name) => `${name}.md`));
  expect(fs.readdirSync(saved).sort()).toEqual(names.map((name) => `${name}.ndjson.gz`));
});
