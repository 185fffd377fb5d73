import { randomUUID } from "node:crypto";
import type { ResourceType } from "../model";
import { nameOf } from "../path";
import { regionName } from "../region";
import { stamp } from "../timestamp";

export const LOG_WORKSPACE = "Microsoft.OperationalInsights/workspaces";

/** Source: Azure docs, azure-monitor/logs/delete-workspace: 14 days. */
const SOFT_DELETED_FOR = 14 * 24 * 3600;

export const monitorTypes: readonly ResourceType[] = [
  {
    type: LOG_WORKSPACE,
    purgeParameter: "force",
    seconds: ({ event }) => (event === "create" ? 30 : 5),
    // Source: Azure REST specification, operationalinsights 2023-09-01.
    defaults: () => ({
      properties: {
        sku: { name: "PerGB2018" },
        retentionInDays: 30,
        publicNetworkAccessForIngestion: "Enabled",
        publicNetworkAccessForQuery: "Enabled",
      },
    }),
    // A deleted workspace is recovered by creating it again. Source: Azure docs, azure-monitor/logs/delete-workspace.
    created: (id, _body, effects) => ({
      outputs: effects.recover(id)?.resource.outputs ?? {
        properties: { customerId: randomUUID(), createdDate: stamp(effects.inventory.now()) },
      },
    }),
    deleted: (workspace, effects, permanently) => {
      if (!permanently) effects.softDelete(workspace, SOFT_DELETED_FOR, false);
    },
    derived: (workspace) => ({ properties: { modifiedDate: stamp(workspace.modifiedAt) } }),
  },
  {
    type: "Microsoft.Insights/components",
    defaults: () => ({ properties: { Flow_Type: "Bluefield", Request_Source: "rest", IngestionMode: "LogAnalytics" } }),
    created: (id, body, { inventory }) => {
      const key = randomUUID();
      const appId = randomUUID();
      const region = regionName(body.location);
      const properties = {
        ApplicationId: nameOf(id),
        Name: nameOf(id),
        AppId: appId,
        InstrumentationKey: key,
        ConnectionString: `InstrumentationKey=${key};IngestionEndpoint=https://${region}-0.in.applicationinsights.azure.com/;ApplicationId=${appId}`,
        CreationDate: stamp(inventory.now()),
        TenantId: inventory.subscriptionId,
      };
      return { outputs: { properties } };
    },
  },
  {
    type: "Microsoft.Insights/autoscalesettings",
    // Source: Azure REST specification, monitor 2021-05-01-preview.
    defaults: (_body, id) => ({ properties: { enabled: false, name: nameOf(id) } }),
  },
  { type: "Microsoft.Insights/metricAlerts", defaults: () => ({ properties: { autoMitigate: true } }) },
];
