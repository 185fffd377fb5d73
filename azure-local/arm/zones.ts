import { regionName } from "./region";

/** Regions without availability zones. Source: Azure docs, reliability/regions-list (2026). Remove regions that add zones. */
const WITHOUT_ZONES = new Set(
  `
  australiacentral australiacentral2 australiasoutheast brazilsoutheast canadaeast eastasia2 francesouth germanynorth jioindiacentral
  jioindiawest koreasouth northcentralus norwaywest southafricawest southindia swedensouth switzerlandwest uaecentral ukwest westcentralus
  westindia westus usdodcentral usdodeast usgovarizona usgovtexas chinaeast chinaeast2 chinaeast3 chinanorth chinanorth2
`
    .trim()
    .split(/\s+/),
);

export function hasZones(location: string | undefined): boolean {
  return !WITHOUT_ZONES.has(regionName(location));
}
