/**
 * Tests small parsers: nearest words, address ranges, ARM IDs, stack files. Doesn't prove that Azure parses IDs and ranges the same way.
 */
import { isArmIdOf, parseArmId } from "../../azure/armId";
import { overlaps, parseCidr } from "../../config/cidr";
import { show } from "../../config/errors";
import { didYouMean, distance, nearest } from "../../config/nearest";
import { settingsOf, stackDocument } from "../../config/stackYaml";

test.each([
  ["", "abc", 3],
  ["kitten", "sitting", 3],
  ["weight", "WEIGHT", 0],
  ["wieght", "weight", 2],
])("the distance from %j to %j is %d letters", (from, to, letters) => {
  expect(distance(from, to)).toBe(letters);
});

test("only close words are suggested, closest first", () => {
  expect(nearest("weigt", ["mirror", "height", "weight"])).toEqual(["weight", "height"]);
  expect(didYouMean("zebra", ["mirror", "weight"])).toBeUndefined();
  expect(didYouMean("swedensentral", ["swedencentral", "swedensouth"], 2)).toBe('Did you mean "swedencentral"?');
});

test.each(["10.0.0.1/8", "10.0.0.0", "10.0.0.0/33", "300.0.0.0/8", "10.0.0.0/8 ", "fd00::/8"])("%j is not a range", (text) => {
  expect(parseCidr(text)).toBeUndefined();
});

test("ranges overlap when they share an address", () => {
  const range = (text: string) => parseCidr(text)!;
  expect(range("10.40.0.0/22")).toEqual({ first: 170393600, last: 170394623, prefix: 22 });
  expect(overlaps(range("172.16.0.0/12"), range("172.17.0.0/16"))).toBe(true);
  expect(overlaps(range("172.17.128.0/17"), range("172.17.0.0/16"))).toBe(true);
  expect(overlaps(range("172.18.0.0/16"), range("172.17.0.0/16"))).toBe(false);
});

test("the type of an ARM ID contains all its levels, case-insensitive", () => {
  const group = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/hub/providers";
  const subnet = `${group}/Microsoft.Network/virtualNetworks/hub/subnets/endpoints`;
  expect(parseArmId(subnet)?.type).toBe("Microsoft.Network/virtualNetworks/subnets");
  expect(isArmIdOf("microsoft.network/virtualnetworks/subnets", subnet)).toBe(true);
  expect(isArmIdOf("Microsoft.Network/virtualNetworks", subnet)).toBe(false);
  expect(parseArmId(`${group}/Microsoft.Network/virtualNetworks`)).toBeUndefined();
  expect(parseArmId("/subscriptions/x/resourceGroups/hub")).toBeUndefined();
});

test("values are shown short and without tokens", () => {
  expect(show("x".repeat(200))).toHaveLength(80);
  expect(show({ token: "hf_abcdefghijkl" })).toBe('{"token":"[secret]"}');
  expect(show(undefined)).toBe("not set");
});

test("the settings of a stack file have the form in which Pulumi passes them, and secrets stay unknown", () => {
  const text = [
    "encryptionsalt: v1:x",
    "config:",
    "  moor:lock: none",
    "  moor:quota: { A: { limit: 1 } }",
    "  moor:huggingFaceToken:",
    "    secure: v1:y",
  ];
  expect(settingsOf(text.join("\n"))).toEqual({
    settings: { "moor:lock": "none", "moor:quota": '{"A":{"limit":1}}', "moor:huggingFaceToken": "[secret]" },
    secretKeys: ["moor:huggingFaceToken"],
  });
  expect(settingsOf("")).toEqual({ settings: {}, secretKeys: [] });
});

test.each([
  [
    "config: [",
    "MOOR062 Pulumi.x.yaml is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ] (line 1): Correct the line.",
  ],
  [
    "- config",
    'MOOR062 Pulumi.x.yaml is not a stack file: it must be a map with the key "config", whose value is also a map; see Pulumi.dev.yaml (line 1): Correct the file.',
  ],
  [
    "config: 3",
    'MOOR062 Pulumi.x.yaml is not a stack file: it must be a map with the key "config", whose value is also a map; see Pulumi.dev.yaml (line 1): Correct the file.',
  ],
  [
    "",
    'MOOR062 Pulumi.x.yaml is not a stack file: it must be a map with the key "config", whose value is also a map; see Pulumi.dev.yaml (line 1): Correct the file.',
  ],
])("%j is not a stack file, and the error is one line.", (text, message) => {
  expect(() => stackDocument(text, "Pulumi.x.yaml")).toThrow(message);
  expect(() => stackDocument(text, "Pulumi.x.yaml")).toThrow(/^[^\n]+\.$/);
});
