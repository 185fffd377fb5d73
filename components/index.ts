/** The components, for stacks of one's own. */

export type { Transform } from "./base/transform";
export {
  type Alerts,
  type Auth,
  Autoscale,
  type AutoscaleArgs,
  type EndpointReference,
  type GateArgs,
  type GateMode,
  type GateSubject,
  GpuDeployment,
  type GpuDeploymentArgs,
  InferenceEndpoint,
  type InferenceEndpointArgs,
  Monitoring,
  type MonitoringArgs,
  OnlineEndpoint,
  type OnlineEndpointArgs,
  ScoreDeployment,
  type ScoreDeploymentArgs,
  Traffic,
  type TrafficArgs,
  type TrafficTarget,
} from "./endpoint";
export type { IdentityChoice, RolesOwner } from "./identity";
export { ContainerImage, type ContainerImageArgs, type ImageBuild } from "./image";
export { HubAccess, type HubAccessArgs, Model, type ModelArgs, modelKey } from "./model";
export { Network, type NetworkArgs, type NetworkChoice } from "./network";
export { groupInRegion, groupName, type RegionArgs } from "./place";
export {
  type CreateOrExisting,
  type OutboundRule,
  type OutboundRules,
  Workspace,
  type WorkspaceArgs,
  type WorkspaceReference,
} from "./workspace";
