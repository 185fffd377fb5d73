// Doesn't prove how the table looks on a terminal: colors are removed.
import { stripVTControlCharacters } from "node:util";
import type { HandledRequest } from "../../../azure-local";
import { requestHeading, requestLine, shortPath } from "../../../cli/azureLocal/requestLine";

const request: HandledRequest = { time: "", server: "arm", method: "GET", path: "/", status: 200, milliseconds: 12 };
const line = (changes: Partial<HandledRequest> = {}) => stripVTControlCharacters(requestLine({ ...request, ...changes }));

test("a line is aligned with its heading", () => {
  expect(stripVTControlCharacters(requestHeading)).toBe("          METHOD STATUS     MS  PATH");
  expect(line({ path: "/chat/v1/models", server: "frontdoor" })).toBe("frontdoor GET       200     12  /chat/v1/models");
  expect(line({ method: "DELETE", status: 409, milliseconds: 100_000 })).toBe("arm       DELETE    409 100000  /");
});

test("a caller that disconnects before or during an answer is shown", () => {
  expect(line({ status: undefined, aborted: true })).toBe("arm       GET         -     12  /  aborted");
  expect(line({ aborted: true })).toBe("arm       GET       200     12  /  aborted");
});

const subscription = "/subscriptions/00000000-0000-4000-8000-000000000001";

test.each([
  [`${subscription}/resourceGroups/rg?api-version=2024-03-01`, "rg"],
  [`${subscription}/resourcegroups/rg/providers/Microsoft.KeyVault/vaults/v?api-version=1`, "rg/KeyVault/vaults/v"],
  [`${subscription}?api-version=1`, "/"],
  [
    `${subscription}/resourceGroups/rg/providers/Microsoft.X/a/b/providers/Microsoft.Authorization/locks/l`,
    "rg/X/a/b/Authorization/locks/l",
  ],
  [`${subscription}/resourceGroups?api-version=1&$filter=a`, "/resourceGroups?$filter=a"],
  ["/chat/v1/models?x=?y", "/chat/v1/models?x=?y"],
])("%s is shown as %s", (path, expected) => {
  expect(shortPath(path)).toBe(expected);
});
