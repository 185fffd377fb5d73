/** Reads saved previews. */
import type { Preview } from "../preview";
import { previewOfEvents } from "./events";

/**
 * Reads a saved preview: the output of `pulumi preview --json`, with or without streaming, an event log, or an update plan.
 * @throws Error if the text is none of them
 */
export function readPreview(text: string): Preview {
  const preview = previewOfEvents(text);
  if (preview === undefined) throw new Error("It contains no preview of a stack.");
  return preview;
}
