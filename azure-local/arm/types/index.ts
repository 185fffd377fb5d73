import type { ResourceType } from "../model";
import { authorizationTypes } from "./authorization";
import { containerRegistryTypes } from "./containerRegistry";
import { keyVaultTypes } from "./keyVault";
import { machineLearningTypes } from "./machineLearning";
import { monitorTypes } from "./monitor";
import { networkTypes } from "./network";
import { onlineEndpointTypes } from "./onlineEndpoints";
import { resourcesTypes } from "./resources";
import { storageTypes } from "./storage";

/** Behavior of the resource types in addition to their schemas, by family. */
export const RESOURCE_TYPES: readonly ResourceType[] = [
  ...authorizationTypes,
  ...containerRegistryTypes,
  ...keyVaultTypes,
  ...machineLearningTypes,
  ...monitorTypes,
  ...networkTypes,
  ...onlineEndpointTypes,
  ...resourcesTypes,
  ...storageTypes,
];
