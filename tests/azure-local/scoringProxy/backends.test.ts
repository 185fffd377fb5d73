// Proves which address is chosen. Does not prove that a server answers there.
import { Backends } from "../../../azure-local/scoringProxy/backends";
import { deployment, endpoint } from "./support";

test.each(["https://127.0.0.1:8000", "127.0.0.1:8000", "http://127.0.0.1:8000/", "http://u@127.0.0.1"])(
  "the backend address %s is rejected, with its key in the message",
  (url) => {
    expect(() => new Backends({ backends: { "chat/main": url } })).toThrow(`backends["chat/main"] is "${url}"`);
  },
);

test("the most specific backend address applies", async () => {
  const backends = new Backends({ backends: { "*": "http://any:1", chat: "http://chat:1", "chat/main": "http://main:1" } });
  expect(await backends.urlOf(endpoint(), deployment("main"))).toBe("http://main:1");
  expect(await backends.urlOf(endpoint(), deployment("next"))).toBe("http://chat:1");
  expect(await backends.urlOf(endpoint({ name: "other" }), deployment("main"))).toBe("http://any:1");
});
