export type { CreateOrExisting, WorkspaceArgs, WorkspaceNodes } from "./args";
export { blobContainerOf } from "./blobContainer";
export { provisionedNetwork } from "./managedNetwork";
export { createOutboundRules, type OutboundRule, type OutboundRules } from "./outboundRules";
export { storagePrivacy } from "./privacy";
export type { WorkspaceReference } from "./reference";
export { createPrivateStorage, type StorageRedundancy } from "./storage";
export { storeName } from "./storeContext";
export { Workspace } from "./workspace";
