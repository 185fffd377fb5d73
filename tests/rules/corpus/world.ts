/** Resources outside the program, to which violations and their twins refer: those in Ireland and Germany are outside the residency of prod, those in Sweden inside. */
import type { Json } from "./case";

export interface Existing {
  /** Path in the scope of `{hub}`. */
  readonly path: string;
  readonly apiVersion: string;
  readonly body: { readonly [key: string]: Json };
}

const places = { ireland: "northeurope", sweden: "swedensouth" } as const;
/** Action groups have few regions. */
const offered = { germany: "germanywestcentral", sweden: "swedencentral" } as const;

function both(
  path: (name: string) => string,
  apiVersion: string,
  body: { readonly [key: string]: Json } = {},
  locations: Readonly<Record<string, string>> = places,
): Existing[] {
  return Object.entries(locations).map(([name, location]) => ({ path: path(name), apiVersion, body: { location, ...body } }));
}

export const world: readonly Existing[] = [
  ...both((name) => `Microsoft.OperationalInsights/workspaces/logs-${name}`, "2023-09-01", {
    properties: { sku: { name: "PerGB2018" }, retentionInDays: 30 },
  }),
  ...both((name) => `Microsoft.Storage/storageAccounts/st${name}`, "2024-01-01", {
    ...{ kind: "StorageV2", sku: { name: "Standard_LRS" } },
    properties: { publicNetworkAccess: "Disabled", allowSharedKeyAccess: false },
  }),
  ...both(
    (name) => `Microsoft.Insights/actionGroups/ag-${name}`,
    "2024-10-01-preview",
    { properties: { groupShortName: "hub", enabled: true } },
    offered,
  ),
  ...both((name) => `Microsoft.Network/virtualNetworks/vnet-${name}`, "2024-05-01", {
    properties: { addressSpace: { addressPrefixes: ["10.90.0.0/16"] }, subnets: [] },
  }),
  ...both((name) => `Microsoft.ManagedIdentity/userAssignedIdentities/id-${name}`, "2023-01-31", {
    properties: { principalId: "77777777-7777-4777-8777-777777777777" },
  }),
];
