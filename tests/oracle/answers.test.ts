// Proves that the simulator returns the values that the program expects from Azure: defaults, host names, sizes, categories of logs and
// metrics. Doesn't prove that Azure returns them.
import { clouds } from "../../azure/clouds";
import { defaultRequestSettings } from "../../azure/scoring";
import { seconds } from "../../components/base/duration";
import { ALL_LOGS, ALL_METRICS, LOG_CATEGORIES } from "../../facts/diagnostics";
import { METRICS } from "../../facts/metrics";
import { type Size, sizes } from "../../facts/sizes";
import { paths } from "../azure-local/arm/platform";
import { diagnostics } from "../azure-local/arm/rejections/monitor";
import { but } from "../azure-local/arm/rejections/rejectedRequest";
import {
  type Asked,
  answersTo,
  answerTo,
  autoscaled,
  deployment,
  metricTrigger,
  onPlatform,
  secondDeployment,
  startPlatform,
  stopPlatform,
} from "./ask";

beforeAll(startPlatform);
afterAll(stopPlatform);

test("A deployment without request settings has the defaults that the program expects", async () => {
  const made = await onPlatform(({ caller, body }) =>
    caller.made(secondDeployment, but(body.deployment, "properties/requestSettings", undefined)),
  );
  expect(made.properties.requestSettings).toMatchObject({
    requestTimeout: seconds(defaultRequestSettings.requestTimeoutSeconds),
    maxConcurrentRequestsPerInstance: defaultRequestSettings.maxConcurrentRequestsPerInstance,
  });
});

test("A registry's host name is in the cloud's domain", async () => {
  const { body } = await onPlatform(({ caller }) => caller.get(paths.registry));
  expect(body.properties.loginServer).toBe(`registry01.${clouds.AzureCloud.registryDomain}`);
});

test("Retired sizes are rejected, and one of each other family is accepted", async () => {
  const rows = Object.entries<Size>(sizes);
  const retired = rows.flatMap(([name, size]) => (size.retired === undefined ? [] : [name]));
  const current = new Map(rows.flatMap(([name, { family, retired }]) => (retired === undefined ? [[family, name]] : [])));
  const ofSize = (name: string) => deployment("properties/instanceType", name);
  expect(await answersTo(retired.map(ofSize))).toEqual(retired.map(() => "400 BadArgument"));
  expect(await answersTo([...current.values()].map(ofSize))).toEqual([...current].map(() => "accepted"));
});

test("Autoscale accepts the metric that the program scales by", async () => {
  expect(await answerTo(autoscaled(`${metricTrigger}/metricName`, METRICS.requestsPerMinute))).toBe("accepted");
});

describe("An endpoint's logs and metrics", () => {
  const sent =
    (kind: "logs" | "metrics", category: object): Asked =>
    (scene) => {
      const none = but(but(diagnostics(scene), "properties/logs", []), "properties/metrics", []);
      const setting = `${paths.endpoint}/providers/Microsoft.Insights/diagnosticSettings/logs`;
      return ["PUT", setting, but(none, `properties/${kind}`, [{ ...category, enabled: true }])];
    };

  test("have the program's categories", async () => {
    const known = [
      ...LOG_CATEGORIES.map((category) => sent("logs", { category })),
      sent("logs", { categoryGroup: ALL_LOGS }),
      sent("metrics", { category: ALL_METRICS }),
    ];
    expect(await answersTo(known)).toEqual(known.map(() => "accepted"));
  });

  test("have one additional group in the simulator, the audit logs, which Moor doesn't use", async () => {
    const { body } = await onPlatform((scene) => scene.caller.send(...sent("logs", { category: "Other" })(scene)));
    const all = [...LOG_CATEGORIES, ALL_METRICS, `group ${ALL_LOGS}`, "group audit"].join(", ");
    expect(body.error.message).toBe(`Category 'Other' is not supported: the categories of an online endpoint are ${all}.`);
  });
});
