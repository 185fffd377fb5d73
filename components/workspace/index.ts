export { provisionedNetwork } from "./managedNetwork";
export { createOutboundRules, type OutboundRule, type OutboundRules } from "./outboundRules";
export type { WorkspaceReference } from "./reference";
export { type CreateOrExisting, Workspace, type WorkspaceArgs } from "./workspace";
