export { Network, type NetworkArgs, type NetworkChoice } from "./network";
export { createPrivateLink, type LinkedServiceName, type PrivateEndpointPlace } from "./privateLink";
