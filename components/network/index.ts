export { Network, type NetworkArgs, type NetworkChoice } from "./network";
export { createPrivateLink, type PrivateEndpointPlace } from "./privateLink";
