/** Renders the reviews of one run. */
import { version } from "../../package.json";
import { type Review, reviewJson, reviewMarkdown } from "../../review";
import type { Rendered } from "./output";

export function render(review: Omit<Review, "moor">): Rendered {
  const whole = { moor: version, ...review };
  return { markdown: reviewMarkdown(whole), json: reviewJson(whole) };
}
