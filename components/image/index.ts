export {
  ContainerImage,
  type ContainerImageArgs,
  type ContainerImageTransforms,
  environmentVersion,
  type ImageBuild,
} from "./containerImage";
