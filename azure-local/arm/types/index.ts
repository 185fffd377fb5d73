import type { ResourceType } from "../model";
import { authorizationTypes } from "./authorization";
import { containerRegistryTypes } from "./containerRegistry";
import { deploymentScriptTypes } from "./deploymentScripts";
import { keyVaultTypes } from "./keyVault";
import { machineLearningTypes } from "./machineLearning";
import { monitorTypes } from "./monitor";
import { natGatewayTypes } from "./natGateways";
import { networkTypes } from "./network";
import { onlineEndpointTypes } from "./onlineEndpoints";
import { resourcesTypes } from "./resources";
import { storageTypes } from "./storage";

/** Behavior of the resource types in addition to their schemas, by family. */
export const RESOURCE_TYPES: readonly ResourceType[] = [
  ...authorizationTypes,
  ...containerRegistryTypes,
  ...deploymentScriptTypes,
  ...keyVaultTypes,
  ...machineLearningTypes,
  ...monitorTypes,
  ...natGatewayTypes,
  ...networkTypes,
  ...onlineEndpointTypes,
  ...resourcesTypes,
  ...storageTypes,
];
