export { deploymentId, type LiveDeployment, type LiveEndpoint, liveDeployment, liveEndpoint, type Shares } from "./endpoint";
export { type ListedDeployment, listDeployments, waitForOperations } from "./operations";
