// Proves which differences are drift.
import { accept, compare } from "../../../operations/drift/compare";

const written = {
  tags: { owner: "us" },
  properties: { authMode: "Key", publicNetworkAccess: "Disabled", traffic: { a: 100, b: 0 }, mirrorTraffic: {} },
};
test("Weights, settings and the stack's tags are compared; a weight of 0 and other tags are not drift.", () => {
  const live = { tags: { owner: "us", theirs: "x" }, properties: { ...written.properties, traffic: { a: 100 } } };
  expect(compare(written, live)).toEqual([]);
  const changed = { tags: {}, properties: { ...written.properties, authMode: "AADToken", traffic: { b: 100 } } };
  expect(compare(written, changed).map(({ what }) => what)).toEqual(["traffic", "authMode", "tag owner"]);
  expect(compare(accept(written, changed), changed)).toEqual([]);
});
