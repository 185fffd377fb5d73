/** Normalizes a region: `Sweden Central` becomes `swedencentral`. */
export function regionName(location: string | undefined): string {
  return (location ?? "").toLowerCase().replaceAll(" ", "");
}

export function sameRegion(a: string | undefined, b: string | undefined): boolean {
  return regionName(a) === regionName(b);
}

/** Source: Azure/terraform-azurerm-avm-utl-regions, locations.tf.json; the sovereign clouds: MicrosoftDocs/azure-docs. */
export const REGIONS: ReadonlySet<string> = new Set(
  `
  australiacentral australiacentral2 australiaeast australiasoutheast austriaeast belgiumcentral brazilsouth brazilsoutheast
  canadacentral canadaeast centralindia centralus chilecentral denmarkeast eastasia eastus eastus2 francecentral francesouth
  germanynorth germanywestcentral indonesiacentral israelcentral italynorth japaneast japanwest jioindiacentral jioindiawest
  koreacentral koreasouth malaysiawest mexicocentral newzealandnorth northcentralus northeurope norwayeast norwaywest polandcentral
  qatarcentral southafricanorth southafricawest southcentralus southeastasia southindia spaincentral swedencentral swedensouth
  switzerlandnorth switzerlandwest uaecentral uaenorth uksouth ukwest westcentralus westeurope westindia westus westus2 westus3
  usdodcentral usdodeast usgovarizona usgovtexas usgovvirginia chinaeast chinaeast2 chinaeast3 chinanorth chinanorth2 chinanorth3
`
    .trim()
    .split(/\s+/),
);

export function isRegion(location: string): boolean {
  return REGIONS.has(regionName(location));
}
