/** A local stand-in for huggingface.co. */
export type { HubUser, HubUsers } from "./access";
export { bytesContents, type Contents, fileContents, sparseContents } from "./contents";
export type { HubFault, HubPart } from "./faults";
export { generatedModel } from "./generatedModel";
export { folderRepository, type HubRepository } from "./repository";
export { type HubRequest, type LocalHub, type LocalHubOptions, startLocalHub } from "./server";
