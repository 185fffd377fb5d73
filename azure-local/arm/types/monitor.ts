import { randomUUID } from "node:crypto";
import type { ResourceType } from "../model";
import { nameOf } from "../path";
import { regionName } from "../region";
import { stamp } from "../timestamp";

export const monitorTypes: readonly ResourceType[] = [
  {
    type: "Microsoft.OperationalInsights/workspaces",
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
    created: (_id, _body, { inventory }) => ({
      outputs: { properties: { customerId: randomUUID(), createdDate: stamp(inventory.now()) } },
    }),
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
