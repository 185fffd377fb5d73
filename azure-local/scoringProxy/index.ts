export { type ArmDirectoryOptions, armDirectory, directoryBearer } from "./armDirectory";
export type { AuthMode, DeploymentView, Directory, EndpointView, Probe, Route } from "./directory";
export { type Issuer, openIssuer, type TokenRequest } from "./issuer";
export type { EndpointLimits } from "./limits";
export type { ScoringProxyRules } from "./rules";
export { type ScoringProxy, type ScoringProxyOptions, startScoringProxy } from "./server";
export type { StandInIdentity } from "./standin/identity";
export type { Fault, Speed } from "./standin/pace";
export { type RunningStandIn, type StandInOptions, startStandIn } from "./standin/server";
