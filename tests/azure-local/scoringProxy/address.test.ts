// Does not prove that Azure leaves paths unchanged: this is not documented.
import { parseAddress } from "../../../azure-local/scoringProxy/address";

test.each([
  ["/chat/v1/models?x=1?y", "127.0.0.1:9", { endpointName: "chat", path: "/v1/models", query: "?x=1?y" }],
  ["/chat", "localhost", { endpointName: "chat", path: "/", query: "" }],
  ["/chat/", "localhost", { endpointName: "chat", path: "/", query: "" }],
  ["/chat/a/../b//c", "localhost", { endpointName: "chat", path: "/a/../b//c", query: "" }],
  [
    "/v1/models",
    "Chat.SwedenCentral.inference.ml.azure.com",
    { endpointName: "chat", region: "swedencentral", path: "/v1/models", query: "" },
  ],
  ["/?a=b", "chat.westeurope.inference.ml.azure.com:443", { endpointName: "chat", region: "westeurope", path: "/", query: "?a=b" }],
])("%s with the host %s is parsed", (url, host, expected) => {
  expect(parseAddress({ url, headers: { host } })).toEqual(expected);
});

test.each(["/", "//chat/x", "/%63hat/x", "/..", "*"])("%s contains no endpoint name", (url) => {
  expect(parseAddress({ url, headers: { host: "127.0.0.1" } })).toBeUndefined();
});

test.each(["http://other/x", "@other/x", "*"])("%s in the request line is not treated as a path with Azure's host name", (url) => {
  expect(parseAddress({ url, headers: { host: "chat.westeurope.inference.ml.azure.com" } })).toBeUndefined();
});

test("a host name that only ends like Azure's is not accepted as Azure's", () => {
  expect(parseAddress({ url: "/x", headers: { host: "a.b.c.inference.ml.azure.com" } })).toEqual({
    endpointName: "x",
    path: "/",
    query: "",
  });
  expect(parseAddress({ url: "/x", headers: { host: "a.b.inference.ml.azure.com.evil" } })).toEqual({
    endpointName: "x",
    path: "/",
    query: "",
  });
});
