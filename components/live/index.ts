export { deploymentId, type LiveDeployment, type LiveEndpoint, liveDeployment, liveEndpoint, type Shares } from "./endpoint";
export { groupName, type StackPlace, stackElsewhere } from "./groups";
export { type ListedDeployment, listDeployments, waitForOperations } from "./operations";
