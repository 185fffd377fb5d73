/** The digests of images that `npm run image` built. A digest belongs to the inputs of the build, not to a deployment. */
import type { BuiltImage, DeploymentDecision } from "../planner/decision";

/** Digests, by build. The text of an image contains only a part of the hash of its inputs, so the key contains the whole hash. */
export type BuiltDigests = ReadonlyMap<string, string>;

/** @param decisions If two have different digests for one build, the digest of the last one is used. */
export function builtDigests(decisions: readonly DeploymentDecision[]): BuiltDigests {
  const images = decisions.map(({ image }) => image);
  return new Map(images.flatMap((image) => ("inputs" in image && image.digest !== undefined ? [[buildKey(image), image.digest]] : [])));
}

/** The decision with the digest of its image, if it is known. The name of the deployment doesn't depend on it. */
export function withBuiltDigest(decision: DeploymentDecision, digests: BuiltDigests): DeploymentDecision {
  const { image } = decision;
  const digest = "inputs" in image ? digests.get(buildKey(image)) : undefined;
  return digest === undefined || digest === image.digest ? decision : { ...decision, image: { ...image, digest } };
}

function buildKey({ repository, inputs }: BuiltImage): string {
  return `${repository}@${inputs}`;
}
