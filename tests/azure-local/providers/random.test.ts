// Proves the format and the lifetime of random values. Does not prove that they are random.
import { random } from "../../../azure-local/providers/random";
import { isSecret, type Properties, UNKNOWN } from "../../../azure-local/providers/wire";

const provider = random.configure({});
const request = (type: string, inputs: Properties, preview = false) => ({ urn: "u", name: "n", type, inputs, preview, timeout: 0 });
const STRING = "random:index/randomString:RandomString";

describe("a random string", () => {
  test("has the requested length and characters", async () => {
    const { id, state } = await provider.create(request(STRING, { length: 64, special: false, upper: false, minNumeric: 40 }));
    expect(state.result).toMatch(/^[a-z0-9]{64}$/);
    expect(String(state.result).replace(/\D/g, "").length).toBeGreaterThanOrEqual(40);
    expect(id).toBe(state.result);
  });

  test("is unknown in a preview", async () => {
    expect((await provider.create(request(STRING, { length: 6 }, true))).state.result).toBe(UNKNOWN);
  });

  test("is not changed by a refresh", async () => {
    const { id, state } = await provider.create(request(STRING, { length: 6 }));
    const inputs = { length: 6 };
    expect(await provider.read({ urn: "u", name: "n", type: STRING, id, state, inputs })).toEqual({ id, state, inputs });
  });

  test("with contradictory requirements is rejected", async () => {
    await expect(provider.create(request(STRING, { length: 2, minUpper: 3 }))).rejects.toThrow(
      "length 2 is less than the sum of the minimums, 3",
    );
    const none = { length: 2, lower: false, upper: false, numeric: false, special: false };
    await expect(provider.create(request(STRING, none))).rejects.toThrow("the character set specified is empty");
  });
});

test("a random password is secret, and its ID does not reveal it", async () => {
  const { id, state } = await provider.create(request("random:index/randomPassword:RandomPassword", { length: 12 }));
  expect(isSecret(state.result)).toBe(true);
  expect(id).toBe("none");
});

test("a random ID is one number in four formats, each with the prefix", async () => {
  const { id, state } = await provider.create(request("random:index/randomId:RandomId", { byteLength: 4, prefix: "p-" }));
  expect(state.hex).toMatch(/^p-[0-9a-f]{8}$/);
  expect(state.dec).toBe(`p-${Number.parseInt(String(state.hex).slice(2), 16)}`);
  expect(state.b64Url).toBe(`p-${id}`);
});

test("a random UUID is a UUID", async () => {
  const { id } = await provider.create(request("random:index/randomUuid:RandomUuid", {}));
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("a change of keepers replaces the resource, and without a change there is no difference", () => {
  const diff = (oldInputs: Properties, news: Properties) =>
    provider.diff({ urn: "u", name: "n", type: STRING, oldInputs, news, ignoreChanges: [] });
  expect(diff({ length: 6, keepers: { a: "1" } }, { length: 6, keepers: { a: "2" } }).differences).toEqual(
    new Map([["keepers", { kind: "update", replace: true }]]),
  );
  expect(diff({ length: 6, keepers: { a: "1" } }, { length: 6, keepers: { a: "1" } }).differences.size).toBe(0);
});

test("a missing length is reported, and the error for an unknown type lists the supported ones", async () => {
  const check = (type: string) => provider.check({ urn: "u", name: "n", type, olds: {}, news: {}, randomSeed: new Uint8Array() });
  expect((await check(STRING)).failures).toEqual(["missing required property 'length'"]);
  await expect(check("random:index/randomPet:RandomPet")).rejects.toThrow(
    "does not support the resource type random:index/randomPet:RandomPet",
  );
});
