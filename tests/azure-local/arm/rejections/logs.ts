import { paths } from "../platform";
import { differ, type RejectedRequest, type Scene } from "./rejectedRequest";

const logs = `${paths.logs}-2`;
const insights = `${paths.insights}-2`;
const workspace = ({ body }: Scene) => body.logs;
const component = ({ body }: Scene) => body.insights;
const BAD = "400 BadRequest";
const reserved = (capacityReservationLevel?: number) => ({ name: "CapacityReservation", capacityReservationLevel });

export const logRejections: readonly RejectedRequest[] = [
  {
    rule: "logs-pricing-tier",
    case: "a legacy pricing tier",
    answer: BAD,
    ...differ(logs, workspace, "properties/sku", { name: "PerNode" }, { name: "PerGB2018" }),
  },
  {
    rule: "logs-commitment",
    case: "an unknown commitment tier",
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
    case: "a retention of one week",
    answer: BAD,
    ...differ(logs, workspace, "properties/retentionInDays", 7, 30),
  },
  {
    rule: "logs-retention",
    case: "a retention of more than two years",
    answer: BAD,
    ...differ(logs, workspace, "properties/retentionInDays", 731, 730),
  },
  {
    rule: "logs-purge",
    case: "an immediate purge with a retention of 90 days",
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
    case: "a daily cap of 0",
    answer: BAD,
    ...differ(logs, workspace, "properties/workspaceCapping", { dailyQuotaGb: 0 }, { dailyQuotaGb: -1 }),
  },
  {
    rule: "components-kind",
    case: "an unknown kind of application",
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
    case: "an unsupported retention",
    answer: BAD,
    ...differ(insights, component, "properties/RetentionInDays", 45, 90),
  },
  {
    rule: "components-values",
    case: "a sampling percentage of more than 100",
    answer: BAD,
    ...differ(insights, component, "properties/SamplingPercentage", 101, 100),
  },
];
