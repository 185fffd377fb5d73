/** The components, for stacks of one's own. */
export { Autoscale, type AutoscaleArgs } from "./autoscale";
export { ContainerImage, type ContainerImageArgs, type ImageBuild } from "./containerImage";
export type { GateArgs, GateMode, GateSubject } from "./gate";
export { GpuDeployment, type GpuDeploymentArgs } from "./gpuDeployment";
export { HubAccess, type HubAccessArgs } from "./hubAccess";
export type { IdentityChoice } from "./identity";
export { InferenceEndpoint, type InferenceEndpointArgs } from "./inferenceEndpoint";
export { Model, type ModelArgs, modelKey } from "./model";
export { type Alerts, Monitoring, type MonitoringArgs } from "./monitoring";
export { Network, type NetworkArgs, type NetworkChoice } from "./network";
export { type Auth, type EndpointReference, OnlineEndpoint, type OnlineEndpointArgs } from "./onlineEndpoint";
export type { OutboundRule, OutboundRules } from "./outboundRules";
export type { RolesOwner } from "./roles";
export { ScoreDeployment, type ScoreDeploymentArgs } from "./scoreDeployment";
export { Traffic, type TrafficArgs, type TrafficTarget } from "./traffic";
export type { Transform } from "./transform";
export { type CreateOrExisting, Workspace, type WorkspaceArgs } from "./workspace";
export type { WorkspaceReference } from "./workspaceReference";
