import { paths } from "../platform";
import { differ, type Refusal, type Scene } from "./refusal";

const logs = `${paths.logs}-2`;
const insights = `${paths.insights}-2`;
const workspace = ({ body }: Scene) => body.logs;
const component = ({ body }: Scene) => body.insights;
const BAD = "400 BadRequest";
const reserved = (capacityReservationLevel?: number) => ({ name: "CapacityReservation", capacityReservationLevel });

export const logRefusals: readonly Refusal[] = [
  {
    rule: "logs-pricing-tier",
    case: "a pricing tier that new workspaces can't have",
    answer: BAD,
    ...differ(logs, workspace, "properties/sku", { name: "PerNode" }, { name: "PerGB2018" }),
  },
  {
    rule: "logs-commitment",
    case: "a commitment tier that there is not",
    answer: BAD,
    ...differ(logs, workspace, "properties/sku", reserved(150), reserved(200)),
  },
  {
    rule: "logs-commitment",
    case: "a commitment tier without its level",
    answer: BAD,
    ...differ(logs, workspace, "properties/sku", reserved(), reserved(100)),
  },
  {
    rule: "logs-retention",
    case: "logs for a week",
    answer: BAD,
    ...differ(logs, workspace, "properties/retentionInDays", 7, 30),
  },
  {
    rule: "logs-retention",
    case: "logs for more than two years",
    answer: BAD,
    ...differ(logs, workspace, "properties/retentionInDays", 731, 730),
  },
  {
    rule: "logs-purge",
    case: "an immediate purge of logs that are kept for 90 days",
    answer: BAD,
    ...differ(
      logs,
      ({ body }) => ({ ...body.logs, properties: { features: { immediatePurgeDataOn30Days: true } } }),
      "properties/retentionInDays",
      90,
      30,
    ),
  },
  {
    rule: "logs-daily-cap",
    case: "a daily cap of nothing",
    answer: BAD,
    ...differ(logs, workspace, "properties/workspaceCapping", { dailyQuotaGb: 0 }, { dailyQuotaGb: -1 }),
  },
  {
    rule: "components-kind",
    case: "a kind of application that there is not",
    answer: BAD,
    ...differ(insights, component as (scene: Scene) => object, "kind", "python", "other"),
  },
  {
    rule: "components-ingestion",
    case: "classic Application Insights",
    answer: BAD,
    ...differ(insights, component, "properties/IngestionMode", "ApplicationInsights", "LogAnalytics"),
  },
  {
    rule: "components-values",
    case: "a retention that there is not",
    answer: BAD,
    ...differ(insights, component, "properties/RetentionInDays", 45, 90),
  },
  {
    rule: "components-values",
    case: "a sampling of more than everything",
    answer: BAD,
    ...differ(insights, component, "properties/SamplingPercentage", 101, 100),
  },
];
