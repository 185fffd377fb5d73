/** Azure's global services: they store or process names and settings of every stack, in no fixed region, and no setting changes that. */

export interface GlobalService {
  readonly name: string;
  /** What it stores or processes. Completes "… can store or process <data> in any region". */
  readonly data: string;
  readonly source: string;
}

/** Global services that every resource group depends on. */
export const GROUP_SERVICES: readonly GlobalService[] = [
  {
    name: "Azure Resource Manager",
    data: "names, tags and properties of resources (caches, Azure Resource Graph, change analysis)",
    source: "Azure docs, azure-resource-manager/management/overview (2023-09-27); EU Data Boundary, partial transfers (2026)",
  },
  {
    name: "Microsoft Entra ID",
    data: "identities and their tokens",
    source: "Azure docs, entra/fundamentals/data-residency (as of 2026-11); EU Data Boundary (2026)",
  },
  {
    name: "Azure role-based access control",
    data: "role assignments and role definitions",
    source: "Azure docs, role-based-access-control/overview (as of 2026-11), storage of Azure RBAC data",
  },
  { name: "Azure billing", data: "usage records with resource names and tags", source: "EU Data Boundary, partial transfers (2026)" },
];

/**
 * Service tag of the global service that the managed network of every workspace allows. Source: Azure docs,
 * machine-learning/how-to-managed-network (2025-05-23), required outbound rules.
 */
export const FRONT_DOOR_TAG = "AzureFrontDoor.FirstParty";

/** Resource types whose resources are global by design (`location: global`), in lower case, with what they contain. Source: Azure docs of each type. */
export const GLOBAL_TYPES: Readonly<Record<string, string>> = {
  "microsoft.network/privatednszones": "names and private addresses",
  "microsoft.network/privatednszones/virtualnetworklinks": "the ID of the linked network",
  "microsoft.network/dnszones": "names and addresses",
  // Source: Azure docs, azure-monitor/alerts/alerts-create-metric-alert-rule (2025-07-09).
  "microsoft.insights/metricalerts": "metric names, thresholds and metric values",
  "microsoft.insights/activitylogalerts": "names and operations of resources",
  "microsoft.alertsmanagement/smartdetectoralertrules": "metric names and thresholds",
  "microsoft.alertsmanagement/actionrules": "names of resources and action groups",
};
