/** Tests which contract and acceptances a review uses. Doesn't prove that the outputs of a stack contain them: the tests of outputs do. */

import type { Preview } from "../../review";
import { changeOf } from "../../review/change";
import { settingsOf } from "../../review/stackSettings";
import { termsOf } from "../../review/terms";
import { UNKNOWN } from "../../rules";
import { previewOf } from "./previews";
import { shippedEntries, sweden, withSettings } from "./subjects/edited";

const withConfig = (config: Readonly<Record<string, string>>): Preview => ({ ...withSettings(previewOf("noChange"), {}), config });
const after = (preview: Preview) => termsOf(changeOf(preview)).after;

test("settings are read from outputs that are partly unknown", () => {
  const accepted = [{ code: "MOOR440", resource: "logs", until: "2027-01-31" }];
  const residency = { countries: ["SE"], regions: ["swedencentral", "swedensouth"], accepted };
  const endpoints = { chat: { gate: "off", name: UNKNOWN }, fraud: { gate: UNKNOWN } } as const;
  expect(settingsOf({ location: "swedencentral", residency, endpoints })).toEqual({
    region: "swedencentral",
    residency,
    gates: { chat: "off" },
  });
});

test("outputs of an earlier version have no contract and no gates", () => {
  expect(settingsOf({ location: "swedencentral", endpoints: { chat: { auth: "key" } } })).toEqual({ region: "swedencentral", gates: {} });
  expect(settingsOf(undefined)).toBeUndefined();
  expect(settingsOf({})).toBeUndefined();
});

test.each([
  ["a geography", { geography: "Norway" }, { geography: "Norway" }, ["norwayeast", "norwaywest"]],
  ["countries", { countries: ["no"] }, { countries: ["NO"] }, ["norwayeast", "norwaywest"]],
  ["regions", { regions: ["Sweden Central"] }, { regions: ["swedencentral"] }, ["swedencentral"]],
])("without outputs, the stack file declares %s", (_, residency, declared, regions) => {
  const { contract } = after(withConfig({ "azure-native:location": "swedencentral", "moor:residency": JSON.stringify(residency) }));
  expect(contract).toMatchObject({ home: "swedencentral", declared, regions });
});

test.each([
  ["no settings", {}],
  ["a text that isn't JSON", { "moor:residency": "Sweden" }],
  ["another type", { "moor:residency": "[]" }],
])("with %s, there is no contract", (_, config) => {
  expect(after(withConfig(config))).toEqual({ acceptances: [] });
});

test("the authentication modes are those of the stack file, and before the run those of the endpoints", () => {
  const { before, after: next } = termsOf(changeOf(withSettings(previewOf("auth"), { residency: sweden })));
  expect([before.contract?.authModes, next.contract?.authModes]).toEqual([
    { "chat-endpoint": "AADToken", "chat-traffic-write": "AADToken", "fraud-endpoint": "Key", "fraud-traffic-write": "Key" },
    { "chat-endpoint": "Key", "chat-traffic-write": "Key", "fraud-endpoint": "Key", "fraud-traffic-write": "Key" },
  ]);
});

test("entries with codes of another version are ignored", () => {
  const accepted = [...shippedEntries, { code: "MOOR999", resource: "*", until: "2029-12-31" }];
  const { acceptances } = after(withSettings(previewOf("noChange"), { residency: { ...sweden, accepted } }));
  expect(acceptances.map(({ code }) => code)).toEqual(["MOOR430", "MOOR445", "MOOR445"]);
});
