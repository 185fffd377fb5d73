/** Image sources. */
import type { ImageReference } from "../decision";
import type { LayeredImage } from "./layer";
import type { ExternalImage } from "./reference";

export type ImageSource =
  /**
   * The image is already in the registry. Its reference can lack a digest if an earlier run built it from files that have changed since.
   */
  | { readonly kind: "existing" }
  /** Azure copies a finished image from another registry. */
  | { readonly kind: "import"; readonly from: ExternalImage }
  /** Azure copies the base from another registry, and one layer of files is added. */
  | { readonly kind: "layer"; readonly image: LayeredImage; readonly via: "registry" | "task" }
  /** Docker builds the image where the program runs. All paths are absolute. */
  | {
      readonly kind: "build";
      readonly context: string;
      readonly dockerfile: string;
      readonly args: Readonly<Record<string, string>>;
    };

export type ImageSourceKind = ImageSource["kind"];

/** An image that deployments of a stack use, with its source. */
export interface PlannedImage {
  readonly reference: ImageReference;
  readonly source: ImageSource;
  /** Setting in the stack file that names the image, for messages: `moor:images.vllm`. */
  readonly setting: string;
}
