// Proves that no invalid body makes the simulator fail or is stored, at the API version that is validated strictly and at an older one.
// Does not prove that Azure rejects each with the same message.
import { Caller } from "./client";
import { bodies, buildPlatform, paths } from "./platform";
import { but } from "./rejections/rejectedRequest";
import { buildScriptScene, scriptBodies, scriptPaths } from "./scriptScene";

let caller: Caller;
beforeAll(async () => {
  caller = (await Caller.start()).withoutSockets();
  await buildPlatform(caller);
});
afterAll(() => caller.stop());

/** API versions without a schema. */
const OLDER = {
  logs: "2022-10-01",
  insights: "2015-05-01",
  storage: "2023-01-01",
  vault: "2022-07-01",
  registry: "2022-12-01",
  network: "2023-04-01",
  zone: "2020-06-01",
  workspace: "2024-10-01",
  privateEndpoint: "2023-04-01",
  environment: "2024-10-01",
  model: "2024-10-01",
  endpoint: "2024-10-01",
  deployment: "2024-10-01",
} as const;

/** JavaScript can't convert the last value to text. */
const wrongValues: readonly unknown[] = [undefined, "x", 5, {}, [null], { toString: [5] }];

/** All paths in a body, except below an ID. */
function placesIn(value: unknown, above = ""): string[] {
  if (typeof value !== "object" || value === null) return [];
  const keys = Object.keys(value).filter((key) => !key.includes("/"));
  return keys.flatMap((key) => [`${above}${key}`, ...placesIn((value as Record<string, unknown>)[key], `${above}${key}/`)]);
}

describe.each(Object.entries(OLDER) as [keyof typeof OLDER, string][])("%s", (name, older) => {
  test.each([
    ["the strict version", undefined],
    [older, older],
  ])("at %s", async (_title, version) => {
    const body = bodies(caller)[name];
    for (const place of placesIn(body)) {
      for (const value of wrongValues) {
        const answer = await caller.send("PUT", paths[name], but(body as never, place, value), version);
        if (answer.status >= 500) throw new Error(`${place} = ${JSON.stringify(value)}: ${JSON.stringify(answer.body)}`);
        caller.clock.advance(3600);
      }
    }
    await caller.made(paths[name], body);
  });
});

describe("what deployment scripts need", () => {
  beforeAll(() => buildScriptScene(caller));
  test.each(["address", "gateway", "subnet", "script"] as const)("%s", async (name) => {
    const body = scriptBodies(caller)[name];
    for (const place of placesIn(body)) {
      for (const value of wrongValues) {
        const answer = await caller.put(scriptPaths[name], but(body as never, place, value));
        if (answer.status >= 500) throw new Error(`${place} = ${JSON.stringify(value)}: ${JSON.stringify(answer.body)}`);
        await caller.outcome(answer);
      }
    }
    await caller.put(scriptPaths[name], body);
  });
});

test.each(["regenerateKeys", "getLogs"])("the action %s", async (action) => {
  const below = action === "getLogs" ? paths.deployment : paths.endpoint;
  for (const name of ["containerType", "tail", "keyType", "keyValue"]) {
    for (const value of wrongValues) {
      const answer = await caller.post(`${below}/${action}`, { keyType: "Primary", [name]: value });
      if (answer.status >= 500) throw new Error(`${name} = ${JSON.stringify(value)}: ${JSON.stringify(answer.body)}`);
    }
  }
});

test.each([
  ["required properties", paths.deployment, { location: "swedencentral" }, "Required property 'properties' not found."],
  ["a type", paths.logs, { location: 5, properties: {} }, "'location' must be string."],
  [
    "a kind",
    `${paths.workspace}/outboundRules/hub`,
    { properties: { destination: "huggingface.co" } },
    "Required property 'properties.type' not found.",
  ],
])("at an older version a body is validated against %s", async (_what, below, body, says) => {
  const answer = await caller.send("PUT", below, body, below === paths.logs ? "2022-10-01" : "2024-10-01");
  expect([answer.status, answer.body.error]).toEqual([
    400,
    { code: "InvalidRequestContent", message: `The request content was invalid: ${says}` },
  ]);
});

test("at an older version an unknown property, enum value or union member is accepted", async () => {
  const storage = { ...bodies(caller).storage, properties: { minimumTlsVersion: "TLS9", someOldProperty: true } };
  expect((await caller.send("PUT", `${paths.storage}2`, storage, "2023-01-01")).status).toBe(201);
  const rule = { properties: { type: "Application", category: "UserDefined", destination: {} } };
  expect((await caller.send("PUT", `${paths.workspace}/outboundRules/app`, rule, "2024-10-01")).status).toBe(201);
});

test("a zone group without properties has no records", async () => {
  expect((await caller.put(`${paths.privateEndpoint}/privateDnsZoneGroups/default`, {})).status).toBe(201);
});
