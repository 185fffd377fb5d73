export {
  deploymentId,
  type ListedEndpoint,
  type LiveDeployment,
  type LiveEndpoint,
  listEndpoints,
  liveDeployment,
  liveEndpoint,
  type TrafficWeights,
} from "./endpoint";
export { groupName, type StackPlace, stackElsewhere } from "./groups";
export { digestInReference, liveDigests } from "./image";
export {
  hasEnded,
  type LiveScript,
  listMirrorScripts,
  mirrorScriptId,
  mirrorScriptPrefix,
  removeMirrorScript,
} from "./mirrorScripts";
export { type Observation, observe } from "./observe";
export { type ListedDeployment, listDeployments, waitForOperations } from "./operations";
export { servingNow } from "./serving";
