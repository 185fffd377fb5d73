/** Previews of the shipped stacks, saved by the real engine. tests/e2e/review writes them. Debug messages are omitted. */
import * as fs from "node:fs";
import * as path from "node:path";
import { gunzipSync } from "node:zlib";
import { type Preview, readPreview } from "../../review";
import { normalised } from "../../review/normalise";

const folder = path.join(__dirname, "previews");

export const previewNames = fs.readdirSync(folder).map((file) => path.basename(file, ".ndjson.gz"));

/** The events of a preview, as text. */
export function eventsOf(name: string): string {
  return gunzipSync(fs.readFileSync(path.join(folder, `${name}.ndjson.gz`))).toString("utf8");
}

export function savedPreview(name: string): Preview {
  return readPreview(eventsOf(name));
}

/** A preview as a review uses it: in a fixed order, and without generated names. */
export function previewOf(name: string): Preview {
  return normalised(savedPreview(name));
}
