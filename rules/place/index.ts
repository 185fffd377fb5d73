/** Rules for places: where data is stored, copied and sent. */
import type { Rule } from "../rule";
import { appInsightsRules } from "./appInsights";
import { assetRules } from "./assets";
import { registryCopyRule, vaultCopyRule } from "./copies";
import { coverageRule, linkedTemplateRule, templateOriginRules } from "./coverage";
import { dataBoundaryRule, frontDoorRule, globalTypesRule, groupServicesRule } from "./globalServices";
import { keyRules } from "./keys";
import { extendedLocationRule, locationRule, namedRegionsRule } from "./location";
import { logRules } from "./logs";
import { networkPathRules } from "./networkPaths";
import { outboundRules } from "./outboundRules";
import { privateEndpointRules } from "./privateEndpoints";
import { receiverRules } from "./receivers";
import { registryRules } from "./registry";
import { scriptRules } from "./scripts";
import { sinkRules } from "./sinks";
import { storageRules } from "./storage";
import { storeRules } from "./stores";
import { telemetryRule } from "./telemetry";

const rulesOfTypes: readonly Rule[] = [
  vaultCopyRule,
  registryCopyRule,
  ...registryRules,
  ...storageRules,
  ...logRules,
  ...appInsightsRules,
  ...sinkRules,
  ...receiverRules,
  ...privateEndpointRules,
  ...outboundRules,
  ...assetRules,
  ...storeRules,
  ...keyRules,
  ...networkPathRules,
  ...scriptRules,
  telemetryRule,
  globalTypesRule,
  groupServicesRule,
  frontDoorRule,
  dataBoundaryRule,
];

export const placeRules: readonly Rule[] = [
  locationRule,
  extendedLocationRule,
  namedRegionsRule,
  ...rulesOfTypes,
  ...templateOriginRules,
  linkedTemplateRule,
  coverageRule(rulesOfTypes),
];
