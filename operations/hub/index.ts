/** The Hugging Face Hub: models at one commit, and the bytes of their files. */
export { type HubAdapter, readHubAdapter } from "./adapter";
export { HubError, type HubProblem } from "./error";
export { type FileRange, type FileSource, type HubFile, HubModel, type HubModelInfo } from "./model";
export { type HubClock, HubTransport, type HubTransportOptions } from "./transport";
