export {
  deploymentId,
  type ListedEndpoint,
  type LiveDeployment,
  type LiveEndpoint,
  listEndpoints,
  liveDeployment,
  liveEndpoint,
  type Shares,
} from "./endpoint";
export { type ListedDeployment, listDeployments, waitForOperations } from "./operations";
export { servingNow } from "./serving";
