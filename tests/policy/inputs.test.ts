// Proves how the policy pack reads the values that Pulumi's policy SDK gives it.
import { unknownCheckingProxy } from "@pulumi/policy";
import { inputsOf } from "../../policy/inputs";
import { SECRET, UNKNOWN } from "../../rules";
import { unknown } from "./pack";

const read = (props: object, type = "azure-native:storage:StorageAccount") => inputsOf(type, unknownCheckingProxy(props));

test("unknown values are UNKNOWN at any depth, and the other values are read", () => {
  expect(read({ a: unknown, b: { c: unknown, d: 1, e: [true, unknown, { f: unknown, g: null }] }, h: [] })).toEqual({
    a: UNKNOWN,
    b: { c: UNKNOWN, d: 1, e: [true, UNKNOWN, { f: UNKNOWN, g: null }] },
    h: [],
  });
});

test.each([
  ["number", "3eeb2bf0-c639-47a8-9e75-3b44932eb421"],
  ["boolean", "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7"],
  ["list", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2"],
  ["object", "dd056dcd-154b-4c76-9bd3-c8f88648b5ff"],
])("an unknown %s is UNKNOWN", (_, sentinel) => {
  expect(read({ a: sentinel })).toEqual({ a: UNKNOWN });
});

test("values whose name says that they are secret are SECRET, and names and types of secrets are read", () => {
  const credentials = { password: "x", key: "y", credentialsType: "AccountKey", secretName: "n", tokenType: "t", keyIdentifier: "k" };
  expect(read({ connectionString: "x", environmentVariables: { HF_TOKEN: "x", API_KEY: "x", HF_ENDPOINT: "e" }, credentials })).toEqual({
    connectionString: SECRET,
    environmentVariables: { HF_TOKEN: SECRET, API_KEY: SECRET, HF_ENDPOINT: "e" },
    credentials: { password: SECRET, key: SECRET, credentialsType: "AccountKey", secretName: "n", tokenType: "t", keyIdentifier: "k" },
  });
  expect(read({ publicNetworkAccess: "Enabled", allowSharedKeyAccess: false, tags: { secret: 1 } })).toEqual({
    publicNetworkAccess: "Enabled",
    allowSharedKeyAccess: false,
    tags: { secret: 1 },
  });
});

test("the value of a Key Vault secret is SECRET, and `value` of other types isn't", () => {
  expect(read({ properties: { value: "x" } }, "azure-native:keyvault:Secret")).toEqual({ properties: { value: SECRET } });
  expect(read({ properties: { value: "x" } })).toEqual({ properties: { value: "x" } });
});
