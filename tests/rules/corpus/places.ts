/** Locations of resources, and copies that Azure makes of them. */
import type { FindingCode } from "../../../rules";
import { shippedAcceptances } from "./accept";
import { addition, type Case, change, setting } from "./case";

/** Regions outside and inside the residency of prod. A vault in polandcentral is copied nowhere, so the region alone is a violation. */
const abroad = ["polandcentral", "swedensouth"] as const;

const located = [
  "moor",
  "network-vnet",
  "network-nsg",
  "platform-storage",
  "platform-vault",
  "platform-registry",
  "platform-logs",
  "platform-app-insights",
  "platform-identity",
  "platform-workspace",
  "platform-blob-endpoint",
  "platform-registry-endpoint",
  "platform-workspace-endpoint",
  "chat-identity",
  "chat-endpoint",
  "fraud-endpoint",
  "chat-main-*-deployment",
  "fraud-main-*-deployment",
  "chat-main-*-autoscale-setting",
  "chat-monitoring-emails",
  "chat-image-*-environment",
];

const locations: readonly Case[] = located.map((target) =>
  change(`${target} in another country`, "MOOR401", target, "location", abroad, "location"),
);

export const placeCases: readonly Case[] = [
  ...locations,
  change("the display name of a region", "MOOR401", "platform-vault-endpoint", "location", ["West Europe", "Sweden South"], "location"),
  change(
    "an edge zone",
    "MOOR401",
    "network-vnet",
    "extendedLocation",
    [{ name: "losangeles", type: "EdgeZone" }, undefined],
    "extendedLocation",
  ),
  addition("a resource group in another country", "MOOR401", "resources:ResourceGroup", "location", [
    { resourceGroupName: "more", location: "westeurope" },
    { location: "swedencentral" },
  ]),
  addition("a type without a row in another country", "MOOR401", "resources:Resource", "location", [
    {
      ...{ apiVersion: "2023-01-01", resourceProviderNamespace: "Microsoft.Novel", parentResourcePath: "" },
      ...{ resourceType: "things", resourceName: "thing", location: "germanywestcentral" },
    },
    { location: "swedencentral" },
  ]),
];

export const copyCases: readonly Case[] = [
  change("geo-redundant storage", "MOOR405", "platform-storage", "sku.name", ["Standard_GRS", "Standard_ZRS"], "sku.name"),
  change(
    "geo-redundant storage that can be read",
    "MOOR405",
    "platform-storage",
    "sku.name",
    ["Standard_RAGRS", "Premium_LRS"],
    "sku.name",
  ),
  change(
    "geo-zone-redundant storage",
    "MOOR405",
    "platform-storage",
    "sku",
    [{ name: "Standard_GZRS" }, { name: "Standard_LRS" }],
    "sku.name",
  ),
  change("replication to other tenants", "MOOR407", "platform-storage", "allowCrossTenantReplication", [true, false]),
  addition("object replication", "MOOR406", "resources:Resource", "properties.destinationAccount", [
    {
      ...{ apiVersion: "2024-01-01", resourceProviderNamespace: "Microsoft.Storage", parentResourcePath: "storageAccounts/stsweden" },
      ...{ resourceType: "objectReplicationPolicies", resourceName: "default" },
      properties: {
        sourceAccount: "{hub}/Microsoft.Storage/storageAccounts/stsweden",
        destinationAccount: "{hub}/Microsoft.Storage/storageAccounts/stireland",
      },
    },
    {
      properties: {
        sourceAccount: "{hub}/Microsoft.Storage/storageAccounts/stsweden",
        destinationAccount: "{hub}/Microsoft.Storage/storageAccounts/stsweden",
      },
    },
  ]),
  addition("a replica of the registry", "MOOR404", "containerregistry:Replication", "location", [
    { registryName: "crhub", replicationName: "northeurope", location: "northeurope", zoneRedundancy: "Disabled" },
    { replicationName: "swedensouth", location: "swedensouth" },
  ]),
  addition("replication of logs", "MOOR408", "resources:Resource", "properties.replication.location", [
    {
      ...{ apiVersion: "2025-02-01", resourceProviderNamespace: "Microsoft.OperationalInsights", parentResourcePath: "" },
      ...{ resourceType: "workspaces", resourceName: "log-two", location: "swedencentral" },
      properties: closedLogs({ enabled: true, location: "northeurope" }),
    },
    { properties: closedLogs({ enabled: true, location: "swedensouth" }) },
  ]),
  change("exports of logs", "MOOR409", "platform-logs", "features.enableDataExport", [true, false]),
  addition("a data export", "MOOR409", "resources:Resource", "properties.destination.resourceId", [
    {
      ...{
        apiVersion: "2020-08-01",
        resourceProviderNamespace: "Microsoft.OperationalInsights",
        parentResourcePath: "workspaces/logs-sweden",
      },
      ...{ resourceType: "dataExports", resourceName: "all" },
      properties: {
        tableNames: ["AmlOnlineEndpointTrafficLog"],
        destination: { resourceId: "{hub}/Microsoft.Storage/storageAccounts/stireland" },
      },
    },
    {
      properties: {
        tableNames: ["AmlOnlineEndpointTrafficLog"],
        destination: { resourceId: "{hub}/Microsoft.Storage/storageAccounts/stsweden" },
      },
    },
  ]),
  addition("queries stored in another account", "MOOR409", "resources:Resource", "properties.storageAccountIds.0", [
    {
      ...{
        apiVersion: "2020-08-01",
        resourceProviderNamespace: "Microsoft.OperationalInsights",
        parentResourcePath: "workspaces/logs-sweden",
      },
      ...{ resourceType: "linkedStorageAccounts", resourceName: "Query" },
      properties: { storageAccountIds: ["{hub}/Microsoft.Storage/storageAccounts/stireland"] },
    },
    { properties: { storageAccountIds: ["{hub}/Microsoft.Storage/storageAccounts/stsweden"] } },
  ]),
  setting(
    "a residency without the region to which the vault is copied",
    "MOOR402",
    ["platform-vault", "location"],
    [
      [["moor:residency"], { regions: ["swedencentral"] }],
      [["moor:accept"], acceptedWith("MOOR403")],
    ],
    [[["moor:residency"], { regions: ["swedencentral", "swedensouth"] }]],
  ),
  setting(
    "a residency without the region to which the registry may be copied",
    "MOOR403",
    ["platform-registry", "location"],
    [
      [["moor:residency"], { regions: ["swedencentral"] }],
      [["moor:accept"], acceptedWith("MOOR402")],
    ],
    [[["moor:residency"], { countries: ["SE"] }]],
  ),
];

/** The shipped entries, and one more. */
function acceptedWith(code: FindingCode) {
  return [...shippedAcceptances, { code, resource: "*", reason: "For this case.", until: "2999-12-31" }];
}

function closedLogs(replication: { enabled: boolean; location: string }) {
  return {
    ...{ sku: { name: "PerGB2018" }, retentionInDays: 30, features: { disableLocalAuth: true }, replication },
    ...{ publicNetworkAccessForIngestion: "Disabled", publicNetworkAccessForQuery: "Disabled" },
  };
}
