/** The components, for stacks of one's own. */

export type { Transform } from "./base/transform";
export { Autoscale, type AutoscaleArgs } from "./endpoint/autoscale";
export { GpuDeployment, type GpuDeploymentArgs, ScoreDeployment, type ScoreDeploymentArgs } from "./endpoint/deployment";
export type { GateArgs, GateMode, GateSubject } from "./endpoint/gate";
export { InferenceEndpoint, type InferenceEndpointArgs } from "./endpoint/inferenceEndpoint";
export { type Alerts, Monitoring, type MonitoringArgs } from "./endpoint/monitoring";
export { type Auth, OnlineEndpoint, type OnlineEndpointArgs } from "./endpoint/onlineEndpoint";
export type { EndpointReference } from "./endpoint/reference";
export { Traffic, type TrafficArgs, type TrafficTarget } from "./endpoint/traffic/traffic";
export type { IdentityChoice } from "./identity/identity";
export type { RolesOwner } from "./identity/roles";
export { ContainerImage, type ContainerImageArgs, type ImageBuild } from "./image/containerImage";
export { HubAccess, type HubAccessArgs } from "./model/hubAccess";
export { Model, type ModelArgs, modelKey } from "./model/model";
export { Network, type NetworkArgs, type NetworkChoice } from "./network/network";
export type { OutboundRule, OutboundRules } from "./workspace/outboundRules";
export type { WorkspaceReference } from "./workspace/reference";
export { type CreateOrExisting, Workspace, type WorkspaceArgs } from "./workspace/workspace";
