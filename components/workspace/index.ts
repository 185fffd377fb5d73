export type { CreateOrExisting, WorkspaceArgs, WorkspaceNodes } from "./args";
export { blobContainerOf } from "./blobContainer";
export { provisionedNetwork } from "./managedNetwork";
export { createOutboundRules, type OutboundRule, type OutboundRules } from "./outboundRules";
export type { WorkspaceReference } from "./reference";
export { Workspace } from "./workspace";
