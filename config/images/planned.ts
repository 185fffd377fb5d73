/** The images that a run requires, each with its source. */
import type { ImageReference } from "../../planner/decision";
import { type ImageSource, imageText, type PlannedImage } from "../../planner/image";
import { planRollout } from "../../planner/rollout";
import type { EndpointSpec } from "../spec";
import type { ResolvedImage } from "./resolve";
import type { ImageOf } from "./stack";

/**
 * Returns the images of all deployments that a run creates, without duplicates. An image that the stack file no longer sets was published
 * for an earlier deployment, so it is in the registry.
 */
export function plannedImages(endpoints: readonly EndpointSpec[], imageOf: ImageOf): PlannedImage[] {
  const resolved = new Map<string, ResolvedImage>();
  for (const { key, deployments } of endpoints) {
    for (const { label } of deployments) {
      const image = imageOf(key, label);
      if (image !== undefined && !isPublished(resolved.get(imageText(image.reference)))) resolved.set(imageText(image.reference), image);
    }
  }
  const planned = new Map<string, PlannedImage>();
  for (const { key, deployments } of endpoints) {
    for (const { label, decision } of planRollout(deployments)) {
      const text = imageText(decision.image);
      const found = resolved.get(text);
      const reference = known(planned.get(text)?.reference, decision.image);
      const setting = (found ?? imageOf(key, label))?.setting ?? `moor:images.${decision.pattern}`;
      planned.set(text, { reference, source: sourceOf(reference, found), setting });
    }
  }
  return [...planned.values()];
}

/** Whether Moor publishes an image. It does so even if another setting refers to the same image by digest. */
function isPublished(image: ResolvedImage | undefined): boolean {
  return image !== undefined && image.source.kind !== "existing";
}

/** Prefers a reference with a digest. The decision of a kept deployment can contain a digest that the current decision doesn't contain. */
function known(before: ImageReference | undefined, next: ImageReference): ImageReference {
  return before?.digest === undefined ? next : before;
}

function sourceOf(reference: ImageReference, found: ResolvedImage | undefined): ImageSource {
  const isRecorded = "inputs" in reference && reference.digest !== undefined;
  return found === undefined || isRecorded ? { kind: "existing" } : found.source;
}
