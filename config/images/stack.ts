/** The images of a stack: the image of each deployment, and the errors in the images of the stack file. */
import { type Pattern, patterns } from "../../planner/pattern";
import type { ConfigError } from "../errors";
import { type ImageSetting, imageSetting } from "../imageSettings";
import { patternsIn } from "../patternOf";
import type { DeploymentDraft, SettingsDraft } from "../rules/draft";
import { imageResolver, type NamedImage, type Resolution, type ResolvedImage } from "./resolve";

/** The image of a deployment. Undefined if the stack file sets none, or an invalid one. */
export type ImageOf = (endpoint: string, label: string) => ResolvedImage | undefined;

export interface StackImages {
  readonly imageOf: ImageOf;
  /** All valid images, one for each setting. */
  readonly all: readonly ResolvedImage[];
  readonly errors: readonly ConfigError[];
}

/**
 * Resolves all images of a stack file: those under `moor:images` and those of deployments.
 * @param tree The settings before the schema is applied. They show whether an image that the draft doesn't contain is missing or invalid.
 * @param folder Folder to which paths in the stack file are relative.
 */
export function stackImages(draft: SettingsDraft, tree: unknown, folder: string): StackImages {
  const resolve = imageResolver(folder);
  const resolutions = new Map<string, Resolution>();
  const resolveOnce = (image: NamedImage): Resolution => {
    const resolution = resolutions.get(image.path) ?? resolve(image);
    resolutions.set(image.path, resolution);
    return resolution;
  };
  const shared = (pattern: Pattern) => written(tree, ["moor:images", pattern]);
  for (const pattern of patterns) {
    const image = shared(pattern);
    if (typeof image === "object") resolveOnce(image);
  }
  const ofDeployments = new Map<string, ResolvedImage>();
  for (const [endpoint, { deployments = {} } = {}] of Object.entries(draft["moor:endpoints"] ?? {})) {
    for (const [label, deployment = {}] of Object.entries(deployments)) {
      const place = ["moor:endpoints", endpoint, "deployments", label];
      const [pattern, ...others] = patternsIn(deployment);
      const image =
        pattern === undefined || others.length > 0 ? "invalid" : imagesOfPatterns[pattern](deployment, tree, place, shared(pattern));
      const resolution = typeof image === "object" ? resolveOnce(image) : undefined;
      if (resolution !== undefined && !("errors" in resolution)) ofDeployments.set(`${endpoint}.${label}`, resolution);
    }
  }
  const found = [...resolutions.values()];
  return {
    imageOf: (endpoint, label) => ofDeployments.get(`${endpoint}.${label}`),
    all: found.flatMap((each) => ("errors" in each ? [] : [each])),
    errors: found.flatMap((each) => ("errors" in each ? each.errors : [])),
  };
}

/** An image, or the reason why there is none. */
type Written = NamedImage | "none" | "invalid";

const imagesOfPatterns: {
  readonly [P in Pattern]: (deployment: DeploymentDraft, tree: unknown, place: readonly string[], shared: Written) => Written;
} = {
  vllm: (_deployment, _tree, _place, shared) => shared,
  score: ({ score }, tree, place, shared) => {
    const own = written(tree, [...place, "score", "image"]);
    if (own !== "none") return own;
    if (shared !== "none") return shared;
    return score?.path === undefined
      ? "invalid"
      : { path: [...place, "score", "path"].join("."), setting: { build: score.path }, isScorePath: true };
  },
};

/** The image at a place in the stack file. */
function written(tree: unknown, place: readonly string[]): Written {
  const value = place.reduce(valueAt, tree);
  if (value === undefined) return "none";
  const setting: ImageSetting | undefined = imageSetting.safeParse(value).data;
  return setting === undefined ? "invalid" : { path: place.join("."), setting };
}

/** The value of a key. Null if the keys belong to a value that is not a map, which is an error. */
function valueAt(settings: unknown, key: string): unknown {
  if (settings === undefined) return undefined;
  if (!isMap(settings)) return null;
  return Object.hasOwn(settings, key) ? settings[key] : undefined;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
