/** Reads saved previews. */
import { isJson, type Json } from "../../rules/read/json";
import type { Preview } from "../preview";
import { isDigest, previewOfDigest } from "./digest";
import { eventsInLines, isEvent, previewOfEvents } from "./events";
import { documentBetweenLines, parsed, unreadable } from "./json";
import { isPlan, previewOfPlan } from "./plan";

export { UnreadablePreview } from "./json";

/**
 * Reads a saved preview of one stack: the output of `pulumi preview --json`, with or without streaming, an event log, or an update plan. Lines of
 * other programs around it are ignored.
 * @throws UnreadablePreview if the text is none of them
 */
export function readPreview(text: string): Preview {
  const content = text.replace(/^\uFEFF/, "").trim();
  if (content === "") throw unreadable("The saved preview is empty.");
  if (content.includes("\u0000"))
    throw unreadable("The saved preview isn't UTF-8 text. PowerShell writes UTF-16 unless `Out-File -Encoding utf8` is used.");
  const whole = parsed(content);
  if (whole !== undefined) return previewOfValue(whole);
  let lost = false;
  const lines = eventsInLines(content, () => {
    lost = true;
  });
  const preview = previewOfEvents(lines, () => lost);
  if (preview !== undefined) return preview;
  const document = documentBetweenLines(content);
  if (document !== undefined) return previewOfValue(document);
  throw unreadable(
    content.startsWith("{") ? "The text starts like JSON, but it is cut off, or contains more than one value." : "The text is not JSON.",
  );
}

function previewOfValue(value: unknown): Preview {
  if (!isJson(value)) throw unreadable(`The JSON is ${kindOf(value)}, not an object.`);
  if (isDigest(value)) return previewOfDigest(value);
  if (isPlan(value)) return previewOfPlan(value);
  const preview = previewOfEvents(Array.isArray(value.events) ? value.events.filter(isJson) : isEvent(value) ? [value] : []);
  if (preview === undefined) throw unreadable(otherDocument(value));
  return preview;
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? "a list" : value === null ? "null" : `a ${typeof value}`;
}

function otherDocument(value: Json): string {
  if (isJson(value.deployment) || isJson(value.checkpoint))
    return "The JSON is a state, such as `pulumi stack export` writes it, not a preview.";
  return "The JSON contains no preview.";
}
