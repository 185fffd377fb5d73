// No body, however misshapen, makes the simulator fail or is kept where nothing could read it: at the API version that is checked strictly and
// at an older one. Does not prove that Azure refuses each with the same words.
import { Caller } from "./client";
import { bodies, buildPlatform, paths } from "./platform";
import { but } from "./rejections/rejectedRequest";

let caller: Caller;
beforeAll(async () => {
  caller = await Caller.start();
  await buildPlatform(caller);
});
afterAll(() => caller.stop());

/** API versions of which no schema is here. */
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

/** Every place in a body, but those below an id. */
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
      for (const value of [undefined, "x", 5, {}, [null]]) {
        const answer = await caller.send("PUT", paths[name], but(body as never, place, value), version);
        if (answer.status >= 500) throw new Error(`${place} = ${JSON.stringify(value)}: ${JSON.stringify(answer.body)}`);
        caller.clock.advance(3600);
      }
    }
    await caller.made(paths[name], body);
  });
});

test.each([
  ["what is required", paths.deployment, { location: "swedencentral" }, "Required property 'properties' not found."],
  ["a type", paths.logs, { location: 5, properties: {} }, "'location' must be string."],
  [
    "a kind",
    `${paths.workspace}/outboundRules/hub`,
    { properties: { destination: "huggingface.co" } },
    "Required property 'properties.type' not found.",
  ],
])("at an older version a body is held against %s", async (_what, below, body, says) => {
  const answer = await caller.send("PUT", below, body, below === paths.logs ? "2022-10-01" : "2024-10-01");
  expect([answer.status, answer.body.error]).toEqual([
    400,
    { code: "InvalidRequestContent", message: `The request content was invalid: ${says}` },
  ]);
});

test("at an older version an unknown member, word or kind passes", async () => {
  const storage = { ...bodies(caller).storage, properties: { minimumTlsVersion: "TLS9", someOldProperty: true } };
  expect((await caller.send("PUT", `${paths.storage}2`, storage, "2023-01-01")).status).toBe(201);
  const rule = { properties: { type: "Application", category: "UserDefined", destination: {} } };
  expect((await caller.send("PUT", `${paths.workspace}/outboundRules/app`, rule, "2024-10-01")).status).toBe(201);
});

test("a zone group without properties has no records", async () => {
  expect((await caller.put(`${paths.privateEndpoint}/privateDnsZoneGroups/default`, {})).status).toBe(201);
});
