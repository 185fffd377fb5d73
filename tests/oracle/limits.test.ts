// Proves that the limits of the program are those of the simulator: a request at the limit is accepted, one beyond it is rejected.
// Doesn't prove that Azure has the same limits: each limit and each rule of the simulator names its source.
import { autoscaleLimits, endpointLimits, outboundRuleNameLength, tagLimits } from "../../azure/limits";
import { minutes, seconds } from "../../components/base/duration";
import { METRIC_GRAIN_MINUTES } from "../../facts/metrics";
import { paths } from "../azure-local/arm/platform";
import { but } from "../azure-local/arm/rejections/rejectedRequest";
import {
  type Asked,
  answersTo,
  autoscaled,
  deployment,
  endpointCalled,
  letters,
  metricTrigger,
  named,
  startPlatform,
  stopPlatform,
  tagged,
} from "./ask";

beforeAll(startPlatform);
afterAll(stopPlatform);

interface Limit {
  readonly limit: number;
  /** A request with a value. */
  readonly request: (value: number) => Asked;
  /** Response to a value beyond the limit. */
  readonly refused: string;
}

const { window, cooldown } = autoscaleLimits;
const { nameLength } = endpointLimits;
const badArgument = "400 BadArgument";
const invalidSetting = "400 InvalidAutoscaleSetting";
const invalidTag = "400 InvalidTagNameOrValue";

const timeWindow = (value: number) => autoscaled(`${metricTrigger}/timeWindow`, minutes(value));
const pause = (duration: string) => autoscaled("properties/profiles/0/rules/0/scaleAction/cooldown", duration);
const endpointName = (value: number) => endpointCalled(letters(value));
const deploymentName =
  (value: number): Asked =>
  ({ body }) => ["PUT", named(paths.deployment, letters(value)), body.deployment];
const outboundRuleName = (value: number): Asked => {
  const properties = { type: "FQDN", category: "UserDefined", destination: "example.org" };
  return () => ["PUT", `${paths.workspace}/outboundRules/${letters(value)}`, { properties }];
};
const mirrored =
  (value: number): Asked =>
  ({ body }) => ["PUT", paths.endpoint, but(body.endpoint, "properties/mirrorTraffic", { "main-1": value })];
const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag${index}`, "x"]));

const most: Readonly<Record<string, Limit>> = {
  "seconds of a request": {
    limit: endpointLimits.requestTimeoutSeconds,
    request: (value) => deployment("properties/requestSettings/requestTimeout", seconds(value)),
    refused: badArgument,
  },
  "instances of a deployment": {
    limit: endpointLimits.instances,
    request: (value) => deployment("sku/capacity", value),
    refused: badArgument,
  },
  "instances with autoscale": {
    limit: endpointLimits.instances,
    request: (value) => autoscaled("properties/profiles/0/capacity/maximum", String(value)),
    refused: invalidSetting,
  },
  "percent of mirrored traffic": { limit: endpointLimits.mirrorPercent, request: mirrored, refused: badArgument },
  "minutes of a window": { limit: window.max, request: timeWindow, refused: invalidSetting },
  "minutes of a cooldown": { limit: cooldown.max, request: (value) => pause(minutes(value)), refused: invalidSetting },
  "minutes between two values of a metric": {
    limit: METRIC_GRAIN_MINUTES,
    request: (value) => autoscaled(`${metricTrigger}/timeGrain`, minutes(value)),
    refused: invalidSetting,
  },
  "characters of an endpoint's name": { limit: nameLength.max, request: endpointName, refused: badArgument },
  "characters of a deployment's name": { limit: nameLength.max, request: deploymentName, refused: badArgument },
  "characters of an outbound rule's name": {
    limit: outboundRuleNameLength.max,
    request: outboundRuleName,
    refused: "400 InvalidRequestContent",
  },
  "tags of a resource": { limit: tagLimits.perResource, request: (value) => tagged("logs", tags(value)), refused: invalidTag },
  "tags of a private DNS zone": { limit: tagLimits.perDnsZone, request: (value) => tagged("zone", tags(value)), refused: invalidTag },
  "characters of a tag's name on a storage account": {
    limit: tagLimits.nameLength,
    request: (value) => tagged("storage", { [letters(value)]: "x" }),
    refused: invalidTag,
  },
  "characters of a tag's value": {
    limit: tagLimits.valueLength,
    request: (value) => tagged("logs", { tag: letters(value) }),
    refused: invalidTag,
  },
};

test.each(Object.entries(most))("Maximum: %s", async (_, { limit, request, refused }) => {
  expect(await answersTo([request(limit), request(limit + 1)])).toEqual(["accepted", refused]);
});

const least: Readonly<Record<string, Limit>> = {
  "minutes of a window": { limit: window.min, request: timeWindow, refused: invalidSetting },
  "characters of an endpoint's name": { limit: nameLength.min, request: endpointName, refused: badArgument },
  "characters of a deployment's name": { limit: nameLength.min, request: deploymentName, refused: badArgument },
  "characters of an outbound rule's name": {
    limit: outboundRuleNameLength.min,
    request: outboundRuleName,
    refused: "400 InvalidRequestContent",
  },
};

test.each(Object.entries(least))("Minimum: %s", async (_, { limit, request, refused }) => {
  expect(await answersTo([request(limit), request(limit - 1)])).toEqual(["accepted", refused]);
});

test("Minimum: minutes of a cooldown, tested in seconds", async () => {
  expect(await answersTo([pause(minutes(cooldown.min)), pause(seconds(60 * cooldown.min - 1))])).toEqual(["accepted", invalidSetting]);
});
