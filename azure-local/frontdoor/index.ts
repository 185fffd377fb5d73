export { type ArmDirectoryOptions, armDirectory } from "./armDirectory";
export type { AuthMode, DeploymentView, Directory, EndpointView, ReadinessProbe, Route } from "./directory";
export type { FrontdoorRules } from "./rules";
export { type Frontdoor, type FrontdoorOptions, startFrontdoor } from "./server";
export type { StandInIdentity } from "./standin/identity";
export type { Fault, Speed } from "./standin/pace";
export { type RunningStandIn, type StandInOptions, startStandIn } from "./standin/server";
