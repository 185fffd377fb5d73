/** Azure Container Registry: registry API, imports from other registries, and runs of tasks. */
export { importApiVersion, registryApiVersion, taskApiVersion } from "./apiVersions";
export { manifestTypes, type Presence, RegistryClient, type RegistryClientOptions, type RegistryContent, registryUser } from "./client";
export { RegistryError } from "./error";
export { ImportError, type ImportProblem, type ImportRequest, type ImportSource, importImage, type SourceCredentials } from "./importImage";
export type { NotReachable } from "./reachability";
export { secretFiles, secretText } from "./secretVolume";
export { runLog, runTask, TaskRunError, type TaskRunOptions } from "./taskRun";
