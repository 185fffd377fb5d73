export { ContainerImage, type ContainerImageArgs, type ContainerImageTransforms, environmentVersion } from "./containerImage";
export { PublishedImage, type PublishedImageArgs, type PublishedImageTransforms, publishedImageName } from "./publishedImage";
