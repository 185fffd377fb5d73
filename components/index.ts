/** Public API of the component library, for your own Pulumi programs. */

export { type Created, type LinkedServiceName, linkedServices } from "../planner/linkedServices";
export type { Acceptance, Contract, FindingCode } from "../rules";
export { azureOf } from "./base/azure";
export { ignorePolicyTags } from "./base/policyTags";
export { keepSpelling } from "./base/spelling";
export type { Transform } from "./base/transform";
export {
  type Alerts,
  type Auth,
  Autoscale,
  type AutoscaleArgs,
  type DeploymentTerms,
  type EndpointReference,
  type EndpointTerms,
  type GateArgs,
  type GateMode,
  type GateResult,
  type GateSubject,
  GpuDeployment,
  type GpuDeploymentArgs,
  InferenceEndpoint,
  type InferenceEndpointArgs,
  Monitoring,
  type MonitoringArgs,
  OnlineEndpoint,
  type OnlineEndpointArgs,
  type RetryAdvice,
  ScoreDeployment,
  type ScoreDeploymentArgs,
  Traffic,
  type TrafficArgs,
  type TrafficTarget,
} from "./endpoint";
export { type ReviewArgs, reviewProgram } from "./findings";
export type { IdentityChoice, RolesOwner } from "./identity";
export { ContainerImage, type ContainerImageArgs, PublishedImage, type PublishedImageArgs, publishedImageName } from "./image";
export { HubAccess, type HubAccessArgs, HubToken, type HubTokenArgs, Model, type ModelArgs, modelKey } from "./model";
export { Network, type NetworkArgs, type NetworkChoice } from "./network";
export {
  type DeploymentOutputs,
  type EndpointOutputs,
  endpointOutputs,
  type PlatformOutputs,
  platformOutputs,
  type ResidencyOutputs,
  residencyOutputs,
} from "./outputs";
export { groupInRegion, groupName, type RegionArgs } from "./place";
export { type NamedEndpointPlan, type RiskArgs, rejectDeletedEndpoints, warnOfRisks } from "./risks";
export { type LeftScriptArgs, removeLeftScripts, ScriptEnvironment, type ScriptEnvironmentArgs, type ScriptSubnet } from "./scripts";
export {
  blobContainerOf,
  type CreateOrExisting,
  type OutboundRule,
  type OutboundRules,
  Workspace,
  type WorkspaceArgs,
  type WorkspaceReference,
} from "./workspace";
