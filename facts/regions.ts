/**
 * Azure's regions, one row each. A region's geography determines residency. Geo-redundant storage would copy data to the paired region.
 */
import type { CloudName } from "../azure/clouds";

/** One region. */
export interface Region {
  readonly displayName: string;
  /** Azure's geography: the boundary within which data at rest stays, according to Azure. */
  readonly geography: string;
  /** Country or territory of the data centers: ISO 3166-1 alpha-2. */
  readonly country: string;
  /** Region that geo-redundant storage copies to, if there is one. It can be in another geography. */
  readonly pairedRegion?: string;
  /** Location of the data centers, if Azure publishes it. */
  readonly place?: string;
  /** Whether a subscription must request access to the region. */
  readonly restricted?: boolean;
  /** Managed online endpoints with private networking are available only in the public cloud, `AzureCloud`. */
  readonly cloud: CloudName;
}

export const regionsSource = {
  source:
    "Azure/terraform-azurerm-avm-utl-regions, modules/cached-data/locations.tf.json (list of the ARM locations API); Azure docs, regions-paired (pairs, access)",
  asOf: "2026-10-15",
} as const;

export const regions = {
  australiacentral: {
    displayName: "Australia Central",
    geography: "Australia",
    country: "AU",
    pairedRegion: "australiacentral2",
    place: "Canberra",
    cloud: "AzureCloud",
  },
  australiacentral2: {
    displayName: "Australia Central 2",
    geography: "Australia",
    country: "AU",
    pairedRegion: "australiacentral",
    place: "Canberra",
    restricted: true,
    cloud: "AzureCloud",
  },
  australiaeast: {
    displayName: "Australia East",
    geography: "Australia",
    country: "AU",
    pairedRegion: "australiasoutheast",
    place: "New South Wales",
    cloud: "AzureCloud",
  },
  australiasoutheast: {
    displayName: "Australia Southeast",
    geography: "Australia",
    country: "AU",
    pairedRegion: "australiaeast",
    place: "Victoria",
    cloud: "AzureCloud",
  },
  austriaeast: { displayName: "Austria East", geography: "Austria", country: "AT", place: "Vienna", cloud: "AzureCloud" },
  belgiumcentral: { displayName: "Belgium Central", geography: "Belgium", country: "BE", place: "Brussels", cloud: "AzureCloud" },
  brazilsouth: {
    displayName: "Brazil South",
    geography: "Brazil",
    country: "BR",
    pairedRegion: "southcentralus",
    place: "Sao Paulo State",
    cloud: "AzureCloud",
  },
  brazilsoutheast: {
    displayName: "Brazil Southeast",
    geography: "Brazil",
    country: "BR",
    pairedRegion: "brazilsouth",
    place: "Rio",
    restricted: true,
    cloud: "AzureCloud",
  },
  canadacentral: {
    displayName: "Canada Central",
    geography: "Canada",
    country: "CA",
    pairedRegion: "canadaeast",
    place: "Toronto",
    cloud: "AzureCloud",
  },
  canadaeast: {
    displayName: "Canada East",
    geography: "Canada",
    country: "CA",
    pairedRegion: "canadacentral",
    place: "Quebec",
    cloud: "AzureCloud",
  },
  centralindia: {
    displayName: "Central India",
    geography: "India",
    country: "IN",
    pairedRegion: "southindia",
    place: "Pune",
    cloud: "AzureCloud",
  },
  centralus: {
    displayName: "Central US",
    geography: "United States",
    country: "US",
    pairedRegion: "eastus2",
    place: "Iowa",
    cloud: "AzureCloud",
  },
  chilecentral: { displayName: "Chile Central", geography: "Chile", country: "CL", place: "Santiago", cloud: "AzureCloud" },
  denmarkeast: { displayName: "Denmark East", geography: "Denmark", country: "DK", place: "Copenhagen", cloud: "AzureCloud" },
  eastasia: {
    displayName: "East Asia",
    geography: "Asia Pacific",
    country: "HK",
    pairedRegion: "southeastasia",
    place: "Hong Kong",
    cloud: "AzureCloud",
  },
  eastus: {
    displayName: "East US",
    geography: "United States",
    country: "US",
    pairedRegion: "westus",
    place: "Virginia",
    cloud: "AzureCloud",
  },
  eastus2: {
    displayName: "East US 2",
    geography: "United States",
    country: "US",
    pairedRegion: "centralus",
    place: "Virginia",
    cloud: "AzureCloud",
  },
  francecentral: {
    displayName: "France Central",
    geography: "France",
    country: "FR",
    pairedRegion: "francesouth",
    place: "Paris",
    cloud: "AzureCloud",
  },
  francesouth: {
    displayName: "France South",
    geography: "France",
    country: "FR",
    pairedRegion: "francecentral",
    place: "Marseille",
    restricted: true,
    cloud: "AzureCloud",
  },
  germanynorth: {
    displayName: "Germany North",
    geography: "Germany",
    country: "DE",
    pairedRegion: "germanywestcentral",
    place: "Berlin",
    restricted: true,
    cloud: "AzureCloud",
  },
  germanywestcentral: {
    displayName: "Germany West Central",
    geography: "Germany",
    country: "DE",
    pairedRegion: "germanynorth",
    place: "Frankfurt",
    cloud: "AzureCloud",
  },
  indonesiacentral: { displayName: "Indonesia Central", geography: "Indonesia", country: "ID", place: "Jakarta", cloud: "AzureCloud" },
  israelcentral: { displayName: "Israel Central", geography: "Israel", country: "IL", place: "Israel", cloud: "AzureCloud" },
  italynorth: { displayName: "Italy North", geography: "Italy", country: "IT", place: "Milan", cloud: "AzureCloud" },
  japaneast: {
    displayName: "Japan East",
    geography: "Japan",
    country: "JP",
    pairedRegion: "japanwest",
    place: "Tokyo, Saitama",
    cloud: "AzureCloud",
  },
  japanwest: {
    displayName: "Japan West",
    geography: "Japan",
    country: "JP",
    pairedRegion: "japaneast",
    place: "Osaka",
    cloud: "AzureCloud",
  },
  jioindiacentral: {
    displayName: "Jio India Central",
    geography: "India",
    country: "IN",
    pairedRegion: "jioindiawest",
    place: "Nagpur",
    cloud: "AzureCloud",
  },
  jioindiawest: {
    displayName: "Jio India West",
    geography: "India",
    country: "IN",
    pairedRegion: "jioindiacentral",
    place: "Jamnagar",
    cloud: "AzureCloud",
  },
  koreacentral: {
    displayName: "Korea Central",
    geography: "Korea",
    country: "KR",
    pairedRegion: "koreasouth",
    place: "Seoul",
    cloud: "AzureCloud",
  },
  koreasouth: {
    displayName: "Korea South",
    geography: "Korea",
    country: "KR",
    pairedRegion: "koreacentral",
    place: "Busan",
    restricted: true,
    cloud: "AzureCloud",
  },
  malaysiawest: { displayName: "Malaysia West", geography: "Malaysia", country: "MY", place: "Kuala Lumpur", cloud: "AzureCloud" },
  mexicocentral: { displayName: "Mexico Central", geography: "Mexico", country: "MX", place: "Querétaro State", cloud: "AzureCloud" },
  newzealandnorth: { displayName: "New Zealand North", geography: "New Zealand", country: "NZ", place: "Auckland", cloud: "AzureCloud" },
  northcentralus: {
    displayName: "North Central US",
    geography: "United States",
    country: "US",
    pairedRegion: "southcentralus",
    place: "Illinois",
    cloud: "AzureCloud",
  },
  northeurope: {
    displayName: "North Europe",
    geography: "Europe",
    country: "IE",
    pairedRegion: "westeurope",
    place: "Ireland",
    cloud: "AzureCloud",
  },
  norwayeast: {
    displayName: "Norway East",
    geography: "Norway",
    country: "NO",
    pairedRegion: "norwaywest",
    place: "Norway",
    cloud: "AzureCloud",
  },
  norwaywest: {
    displayName: "Norway West",
    geography: "Norway",
    country: "NO",
    pairedRegion: "norwayeast",
    place: "Norway",
    restricted: true,
    cloud: "AzureCloud",
  },
  polandcentral: { displayName: "Poland Central", geography: "Poland", country: "PL", place: "Warsaw", cloud: "AzureCloud" },
  qatarcentral: { displayName: "Qatar Central", geography: "Qatar", country: "QA", place: "Doha", cloud: "AzureCloud" },
  southafricanorth: {
    displayName: "South Africa North",
    geography: "South Africa",
    country: "ZA",
    pairedRegion: "southafricawest",
    place: "Johannesburg",
    cloud: "AzureCloud",
  },
  southafricawest: {
    displayName: "South Africa West",
    geography: "South Africa",
    country: "ZA",
    pairedRegion: "southafricanorth",
    place: "Cape Town",
    restricted: true,
    cloud: "AzureCloud",
  },
  southcentralus: {
    displayName: "South Central US",
    geography: "United States",
    country: "US",
    pairedRegion: "northcentralus",
    place: "Texas",
    cloud: "AzureCloud",
  },
  southeastasia: {
    displayName: "Southeast Asia",
    geography: "Asia Pacific",
    country: "SG",
    pairedRegion: "eastasia",
    place: "Singapore",
    cloud: "AzureCloud",
  },
  southindia: {
    displayName: "South India",
    geography: "India",
    country: "IN",
    pairedRegion: "centralindia",
    place: "Chennai",
    cloud: "AzureCloud",
  },
  spaincentral: { displayName: "Spain Central", geography: "Spain", country: "ES", place: "Madrid", cloud: "AzureCloud" },
  swedencentral: {
    displayName: "Sweden Central",
    geography: "Sweden",
    country: "SE",
    pairedRegion: "swedensouth",
    place: "Gävle",
    cloud: "AzureCloud",
  },
  swedensouth: {
    displayName: "Sweden South",
    geography: "Sweden",
    country: "SE",
    pairedRegion: "swedencentral",
    restricted: true,
    cloud: "AzureCloud",
  },
  switzerlandnorth: {
    displayName: "Switzerland North",
    geography: "Switzerland",
    country: "CH",
    pairedRegion: "switzerlandwest",
    place: "Zurich",
    cloud: "AzureCloud",
  },
  switzerlandwest: {
    displayName: "Switzerland West",
    geography: "Switzerland",
    country: "CH",
    pairedRegion: "switzerlandnorth",
    place: "Geneva",
    restricted: true,
    cloud: "AzureCloud",
  },
  uaecentral: {
    displayName: "UAE Central",
    geography: "UAE",
    country: "AE",
    pairedRegion: "uaenorth",
    place: "Abu Dhabi",
    restricted: true,
    cloud: "AzureCloud",
  },
  uaenorth: { displayName: "UAE North", geography: "UAE", country: "AE", pairedRegion: "uaecentral", place: "Dubai", cloud: "AzureCloud" },
  uksouth: {
    displayName: "UK South",
    geography: "United Kingdom",
    country: "GB",
    pairedRegion: "ukwest",
    place: "London",
    cloud: "AzureCloud",
  },
  ukwest: {
    displayName: "UK West",
    geography: "United Kingdom",
    country: "GB",
    pairedRegion: "uksouth",
    place: "Cardiff",
    cloud: "AzureCloud",
  },
  westcentralus: {
    displayName: "West Central US",
    geography: "United States",
    country: "US",
    pairedRegion: "westus2",
    place: "Wyoming",
    cloud: "AzureCloud",
  },
  westeurope: {
    displayName: "West Europe",
    geography: "Europe",
    country: "NL",
    pairedRegion: "northeurope",
    place: "Netherlands",
    cloud: "AzureCloud",
  },
  westindia: {
    displayName: "West India",
    geography: "India",
    country: "IN",
    pairedRegion: "southindia",
    place: "Mumbai",
    cloud: "AzureCloud",
  },
  westus: {
    displayName: "West US",
    geography: "United States",
    country: "US",
    pairedRegion: "eastus",
    place: "California",
    cloud: "AzureCloud",
  },
  westus2: {
    displayName: "West US 2",
    geography: "United States",
    country: "US",
    pairedRegion: "westcentralus",
    place: "Washington",
    cloud: "AzureCloud",
  },
  westus3: {
    displayName: "West US 3",
    geography: "United States",
    country: "US",
    pairedRegion: "eastus",
    place: "Phoenix",
    cloud: "AzureCloud",
  },
  usdodcentral: {
    displayName: "US DoD Central",
    geography: "US Department of Defense",
    country: "US",
    pairedRegion: "usdodeast",
    restricted: true,
    cloud: "AzureUSGovernment",
  },
  usdodeast: {
    displayName: "US DoD East",
    geography: "US Department of Defense",
    country: "US",
    pairedRegion: "usdodcentral",
    restricted: true,
    cloud: "AzureUSGovernment",
  },
  usgovarizona: {
    displayName: "US Gov Arizona",
    geography: "US Government",
    country: "US",
    pairedRegion: "usgovtexas",
    restricted: true,
    cloud: "AzureUSGovernment",
  },
  usgovtexas: {
    displayName: "US Gov Texas",
    geography: "US Government",
    country: "US",
    pairedRegion: "usgovvirginia",
    restricted: true,
    cloud: "AzureUSGovernment",
  },
  usgovvirginia: {
    displayName: "US Gov Virginia",
    geography: "US Government",
    country: "US",
    pairedRegion: "usgovtexas",
    restricted: true,
    cloud: "AzureUSGovernment",
  },
  chinaeast: { displayName: "China East", geography: "China", country: "CN", pairedRegion: "chinanorth", cloud: "AzureChinaCloud" },
  chinaeast2: { displayName: "China East 2", geography: "China", country: "CN", pairedRegion: "chinanorth2", cloud: "AzureChinaCloud" },
  chinaeast3: {
    displayName: "China East 3",
    geography: "China",
    country: "CN",
    pairedRegion: "chinanorth3",
    restricted: true,
    cloud: "AzureChinaCloud",
  },
  chinanorth: { displayName: "China North", geography: "China", country: "CN", pairedRegion: "chinaeast", cloud: "AzureChinaCloud" },
  chinanorth2: { displayName: "China North 2", geography: "China", country: "CN", pairedRegion: "chinaeast2", cloud: "AzureChinaCloud" },
  chinanorth3: { displayName: "China North 3", geography: "China", country: "CN", pairedRegion: "chinaeast3", cloud: "AzureChinaCloud" },
} as const satisfies Record<string, Region>;

/** Name of a region in ARM's format. */
export type RegionName = keyof typeof regions;

/** Whether `name` is exactly the name of a region in the table. */
export function isRegion(name: string): name is RegionName {
  return Object.hasOwn(regions, name);
}

/** The row of a region. */
export function regionOf(name: RegionName): Region {
  return regions[name];
}

/** Converts a region's name from any form that Azure accepts to ARM's format: `Sweden Central` becomes `swedencentral`. */
export function canonicalRegion(text: string): string {
  return text.toLowerCase().replaceAll(" ", "");
}
