/** The Hugging Face Hub: models at one commit, the bytes of their files, and records of models with their cache. */
export { type HubAdapter, readHubAdapter } from "./adapter";
export { RecordCache } from "./cache";
export type { HubCaller } from "./caller";
export { quantizedCheckpoints } from "./checkpoints";
export { HubError, type HubProblem } from "./error";
export { findRecord, type LookupOptions } from "./lookup";
export { type FileRange, type FileSource, type HubFile, HubModel, type HubModelInfo, isCommit } from "./model";
export type { HubRecord } from "./record";
export { type HubClock, HubTransport, type HubTransportOptions } from "./transport";
