/** Reads saved text into JSON, and says what is wrong with text that isn't a saved preview. */
import { isJson, type Json } from "../../rules/read/json";

/** How to save a preview that a review can read. */
const saveCommand = "PULUMI_ENABLE_STREAMING_JSON_PREVIEW=1 pulumi preview --json --stack <stack> > preview.json";

const allowed =
  "the output of `pulumi preview --json`, with or without PULUMI_ENABLE_STREAMING_JSON_PREVIEW=1; an event log; a plan of `pulumi preview --save-plan`";

/** Text that isn't a saved preview. The message says what is wrong, what is allowed, and how to fix it. */
export class UnreadablePreview extends Error {
  /** @param problem What is wrong, in one sentence. It contains no values of the text. */
  constructor(readonly problem: string) {
    super(`${problem}\n  Allowed: ${allowed}, of one stack.\n  Fix: Save the preview again, to a file of its own:\n    ${saveCommand}`);
  }
}

export function unreadable(problem: string): UnreadablePreview {
  return new UnreadablePreview(problem);
}

/** Levels of lists and objects. The deepest resource of Azure, an ARM template in a template, has about 30. */
const deepest = 200;

function isShallow(value: unknown, levels = deepest): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((item) => isShallow(item, levels - 1));
}

/**
 * Parses one JSON value. Undefined if the text isn't JSON.
 * @throws UnreadablePreview if it is nested too deeply
 */
export function parsed(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isShallow(value)) throw unreadable(`The preview contains JSON with more than ${deepest} levels.`);
  return value;
}

/** The lines of a text, without a copy of all of them: an event log can have hundreds of megabytes. */
export function* linesOf(text: string): Generator<string> {
  for (let start = 0; start <= text.length; ) {
    const end = text.indexOf("\n", start);
    const stop = end < 0 ? text.length : end;
    yield text.slice(start, text.charAt(stop - 1) === "\r" && stop > start ? stop - 1 : stop);
    start = stop + 1;
  }
}

/** A JSON document between other lines of a command, such as warnings. Its first and last line are the outer braces. */
export function documentBetweenLines(text: string): Json | undefined {
  const start = /^\{\s*$/m.exec(text)?.index;
  const end = text.lastIndexOf("\n}");
  if (start === undefined || end < start) return undefined;
  const value = parsed(text.slice(start, end + 2));
  return isJson(value) ? value : undefined;
}

export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
