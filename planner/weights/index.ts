export {
  type AdapterFacts,
  type AdapterProblem,
  type BaseRelation,
  baseRelation,
  readAdapterConfig,
} from "./adapterConfig";
export { adapterFiles, adapterFlags, adapterFolder, loraFlags, loraSettings, sortedAdapters } from "./adapters";
export { arrivals, commitOf, hasCommit, modelDecision, registeredText, type WeightsChoice, weightSources } from "./choice";
export { manifestDigest, manifestFileName, manifestPathPattern, manifestText, manifestVariable, type WeightFile } from "./manifest";
export {
  parseRegistryModel,
  parseWorkspaceModel,
  registryModelPattern,
  registryModelUri,
  workspaceModelPattern,
  workspaceModelText,
} from "./registered";
