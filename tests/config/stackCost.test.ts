/**
 * Tests the cost of the shipped stacks against sums that were calculated by hand from the list prices. Doesn't prove the prices
 * (facts/servicePrices.ts, facts/prices.ts) or what Azure bills.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { checkStack } from "../../config/checkStack";
import { describeCost } from "../../config/describe";
import { platformThings, stackCost } from "../../config/stackCost";
import { settingsOf } from "../../config/stackYaml";
import { adoptedFirewall, costOf } from "../../planner/cost";
import { changeOf } from "../../review/change";
import { platformThings as platformThingsOf } from "../../review/pricedThings";
import { previewOf } from "../review/previews";
import { stagedLock } from "../support/stagedLock";
import { goodSettings, rawStack, subscription, type Tree } from "./stacks";

const root = path.join(__dirname, "..", "..");
const file = (name: string): string => fs.readFileSync(path.join(root, name), "utf8");

function shipped(stack: string, lock?: string) {
  const checked = checkStack({
    project: "moor",
    stack,
    ...settingsOf(file(`Pulumi.${stack}.yaml`)),
    ...(lock === undefined ? {} : { lock }),
  });
  if ("errors" in checked) throw new Error(JSON.stringify(checked.errors));
  return checked.spec;
}

const amounts = (spec: Parameters<typeof stackCost>[0]) =>
  stackCost(spec).items.map(({ what, usdPerMonth }) => [what, usdPerMonth.min, usdPerMonth.max]);

// dev, swedencentral, prices of 2026-06-18 (VM sizes) and 2026-09-19 to 2026-10-03 (services), 730 hours:
//   1 × Standard_NC4as_T4_v3          0.558 × 730                407.34
//   5 private endpoints (blob, file, vault, registry, workspace)  5 × 0.01 × 730   36.50
//   5 private endpoints of the managed network (the same targets)                  36.50
//   firewall (Basic), because `source: hub` needs FQDN rules      0.395 × 730     288.35
//   registry (Premium)                1.6666 × 730 / 24           50.69
//   6 private DNS zones               6 × 0.50                     3.00
//   total                                                        822.38
test("dev costs 822.38 USD per month", () => {
  const spec = shipped("dev");
  expect(amounts(spec).map(([what, ...usd]) => [String(what).replace(/^chat\/main-\w+/, "chat/main"), ...usd])).toEqual([
    ["chat/main: 1 × Standard_NC4as_T4_v3", 407.34, 407.34],
    ["5 private endpoints", 36.5, 36.5],
    ["5 private endpoints of the managed network", 36.5, 36.5],
    ["firewall (Basic) of the managed network", 288.35, 288.35],
    ["container registry (Premium)", 50.69, 50.69],
    ["6 private DNS zones", 3, 3],
  ]);
  expect(stackCost(spec).usdPerMonth).toEqual({ min: 822.38, max: 822.38 });
});

// prod, swedencentral, staged weights:
//   chat/main       3 to 6 × 4.775 × 730    10,457.25 to 20,914.50
//   chat/candidate  1 × 4.775 × 730          3,485.75
//   fraud/main      2 × 0.272 × 730            397.12
//   private endpoints 36.50, of the managed network 36.50, registry 50.69, zones 3.00: 126.69; no firewall
//   6 metric alerts (3 for each of 2 endpoints) × 0.10                            0.60
//   total           14,467.41 to 24,924.66
test("prod costs 14,467.41 to 24,924.66 USD per month", () => {
  const spec = shipped("prod", stagedLock());
  expect(stackCost(spec).usdPerMonth).toEqual({ min: 14467.41, max: 24924.66 });
  expect(describeCost(spec)).toBe(
    "prod: list price 14,467.41 to 24,924.66 USD/month: deployments 14,340.12 to 24,797.37, 5 private endpoints 36.50, " +
      "5 private endpoints of the managed network 36.50, container registry (Premium) 50.69, 6 private DNS zones 3.00, 6 metric alerts 0.60; " +
      "not included: traffic of private endpoints, images above the storage that the registry includes, ACR tasks, " +
      "blobs such as staged weights (LRS), operations of the key vault, ingested logs, logs after the included retention",
  );
});

test("before the weights are staged, the skipped deployments have prices, too", () => {
  const spec = shipped("prod", file("moor.lock.prod.yaml"));
  // 14,467.41 - 10,457.25 - 3,485.75
  expect(stackCost(spec).usdPerMonth).toEqual({ min: 524.41, max: 524.41 });
  expect(spec.skipped.map(({ label, message }) => message.slice(message.indexOf(`chat/${label} will cost`)))).toEqual([
    "chat/main will cost 10,457.25 to 20,914.50 USD/month at list price.",
    "chat/candidate will cost 3,485.75 USD/month at list price.",
  ]);
  expect(describeCost(spec)).toContain("; skipped deployments will cost 13,943.00 to 24,400.25; not included: ");
});

test.each([
  ["prod", () => platformThings(shipped("prod", stagedLock())), () => changeOf(previewOf("firstUp")).after],
  ["dev", () => platformThings(shipped("dev")), () => changeOf(previewOf("destroy")).before],
])("the platform of %s costs the same by its stack file and by its resources", (_, things, resources) => {
  const [ofSpec, ofResources] = [costOf(things()), costOf(platformThingsOf(resources()))];
  expect(ofResources.items).toEqual(ofSpec.items);
  expect(new Set(ofResources.notIncluded.map(({ what }) => what))).toEqual(new Set(ofSpec.notIncluded.map(({ what }) => what)));
  expect(ofResources.unpriced).toEqual(ofSpec.unpriced);
});

function specOf(platform: Tree) {
  const settings = goodSettings();
  const checked = checkStack(rawStack({ ...settings, "moor:platform": { ...(settings["moor:platform"] as Tree), ...platform } }));
  if ("errors" in checked) throw new Error(JSON.stringify(checked.errors));
  return checked.spec;
}

const whats = (platform: Tree) => costOf(platformThings(specOf(platform))).items.map(({ what }) => what);

const [endpoints, managed, firewall, registry, zones] = [
  "5 private endpoints",
  "5 private endpoints of the managed network",
  "firewall (Basic) of the managed network",
  "container registry (Premium)",
  "6 private DNS zones",
];

test.each<[string, Tree, readonly string[]]>([
  ["nothing else", {}, [endpoints, managed, firewall, registry, zones]],
  [
    "the Standard firewall",
    { firewallSku: "Standard" },
    [endpoints, managed, "firewall (Standard) of the managed network", registry, zones],
  ],
  ["the landing zone's DNS zones", { dns: "policy" }, [endpoints, managed, firewall, registry]],
  ["the landing zone's endpoints and DNS zones", { privateEndpoints: "policy", dns: "policy" }, [managed, firewall, registry]],
  ["a cap of logs", { logDailyCapGB: 2 }, [endpoints, managed, firewall, registry, zones, "up to 2 GB of logs per day"]],
  ["alerts", { alerts: { emails: ["ml@example.com"] } }, [endpoints, managed, firewall, registry, zones, "3 metric alerts"]],
])("a platform with %s and weights from the Hub", (_, platform, expected) => {
  expect(whats(platform)).toEqual(expected);
});

test.each<[string, Tree, readonly string[], readonly string[]]>([
  [
    "an adopted registry: no private endpoint to it, and a rule in the managed network",
    { imageRegistry: `${subscription}/Microsoft.ContainerRegistry/registries/shared` },
    ["4 private endpoints", managed, firewall, "5 private DNS zones"],
    [],
  ],
  [
    "an adopted workspace: its firewall is not this stack's",
    { workspace: `${subscription}/Microsoft.MachineLearningServices/workspaces/shared` },
    ["private endpoint", "private endpoint of the managed network", registry, "private DNS zone"],
    [adoptedFirewall],
  ],
])("a platform with %s", (_, platform, expected, unpriced) => {
  expect(whats(platform)).toEqual(expected);
  expect(costOf(platformThings(specOf(platform))).unpriced).toEqual(unpriced);
});
