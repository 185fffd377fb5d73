export { manifestDigest, manifestFileName, manifestPathPattern, manifestText, manifestVariable, type WeightFile } from "./manifest";
