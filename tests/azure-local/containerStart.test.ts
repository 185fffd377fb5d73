// Does not prove how long Azure takes: the durations are documented or from public logs, and the test controls the clock.
import { manualClock } from "../../azure-local/arm";
import { startUpSeconds } from "../../azure-local/scoringProxy/start";
import { type Platform, startPlatform } from "../clients/platform";

const clock = manualClock();
const model = "Qwen/Qwen2.5-72B-Instruct";
const location = "swedencentral";
let platform: Platform;
let environment: string;
beforeAll(async () => {
  platform = await startPlatform({ https: false, clock });
  environment = await platform.environment("chat", 8000, "/", "/health");
}, 60_000);
afterAll(() => platform?.close());

const body = (livenessProbe?: object) => ({
  location,
  sku: { name: "Default", capacity: 1 },
  properties: {
    endpointComputeType: "Managed",
    instanceType: "Standard_ND96asr_v4",
    environmentId: environment,
    environmentVariables: { MOOR_MODEL: model, VLLM_ARGS: "[]" },
    livenessProbe,
  },
});

async function state(id: string): Promise<string> {
  const answer = await fetch(`${platform.azure.armUrl}${id}?api-version=2025-12-01`);
  return ((await answer.json()) as { properties: { provisioningState: string } }).properties.provisioningState;
}

test("a deployment with large weights is created when its container is ready, and answers from then on", async () => {
  const startUp = startUpSeconds({ pattern: "vllm", model, fromHub: true });
  expect(startUp).toBe(1312);
  const endpoint = `${platform.workspace}/onlineEndpoints/chat`;
  await platform.begin(endpoint, { location, properties: { authMode: "Key" } });
  clock.advance(90);
  await platform.begin(`${endpoint}/deployments/main`, body({ initialDelay: "PT10M", period: "PT10S", failureThreshold: 90 }));
  clock.advance(15 * 60);
  expect(await state(`${endpoint}/deployments/main`)).toBe("Creating");
  clock.advance(startUp - 15 * 60 + 8);
  expect(await state(`${endpoint}/deployments/main`)).toBe("Succeeded");
  await platform.begin(endpoint, { location, properties: { authMode: "Key", traffic: { main: 100 } } });
  const keys = await fetch(`${platform.azure.armUrl}${endpoint}/listKeys?api-version=2025-12-01`, { method: "POST" });
  const { primaryKey } = (await keys.json()) as { primaryKey: string };
  const models = await fetch(`${platform.azure.frontdoorUrl}/chat/v1/models`, { headers: { authorization: `Bearer ${primaryKey}` } });
  expect(models.status).toBe(200);
});

test("with Azure's default liveness probe the same deployment ends Failed", async () => {
  const endpoint = `${platform.workspace}/onlineEndpoints/hasty`;
  await platform.begin(endpoint, { location, properties: { authMode: "Key" } });
  clock.advance(90);
  await platform.begin(`${endpoint}/deployments/main`, body());
  clock.advance(15 * 60);
  expect(await state(`${endpoint}/deployments/main`)).toBe("Failed");
});
