// Does not prove how Azure handles undocumented headers.
import { endToEnd, requestIds } from "../../../azure-local/scoringProxy/headers";

test("headers of the connection and headers named in Connection are not forwarded", () => {
  const headers = {
    connection: "keep-alive, X-Mine",
    "x-mine": "1",
    "transfer-encoding": "chunked",
    expect: "100-continue",
    accept: "a",
    host: "h",
  };
  expect(endToEnd(headers, ["host"])).toEqual({ accept: "a" });
});

test.each(["a", "A-b_9", "x".repeat(40)])("the client's request ID %s is kept", (id) => {
  expect(requestIds({ "x-ms-client-request-id": id, "x-request-id": "mine" })).toEqual({
    "x-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
    "x-ms-client-request-id": id,
  });
});

test.each(["", "a b", "ä", "x".repeat(41)])("the client's request ID %p is removed", (id) => {
  expect(Object.keys(requestIds({ "x-ms-client-request-id": id }))).toEqual(["x-request-id"]);
});
