export { Autoscale, type AutoscaleArgs } from "./autoscale";
export type { DeploymentTerms, EndpointTerms, RetryAdvice } from "./clientTerms";
export { GpuDeployment, type GpuDeploymentArgs, ScoreDeployment, type ScoreDeploymentArgs } from "./deployment";
export type { GateArgs, GateMode, GateResult, GateSubject } from "./gate";
export { InferenceEndpoint, type InferenceEndpointArgs } from "./inferenceEndpoint";
export { type Alerts, Monitoring, type MonitoringArgs } from "./monitoring";
export { type Auth, OnlineEndpoint, type OnlineEndpointArgs } from "./onlineEndpoint";
export type { EndpointReference } from "./reference";
export { Traffic, type TrafficArgs, type TrafficTarget } from "./traffic";
