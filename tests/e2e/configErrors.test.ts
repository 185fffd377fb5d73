// Proves with the real engine that an invalid stack file is rejected with one report before any resource is created. tests/config proves
// the text of each error, and configErrorKinds covers each kind.
import { expectRejection, main } from "./rejection";
import { type Change, openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

test("rejects three errors in one file with one report", async () => {
  const changes: Change[] = [
    [[...main, "weight"], -1],
    [[...main, "size"], 7],
    [["moor:endpoints", "chat", "auth"], true],
  ];
  await expectRejection(sandbox, changes, [
    "moor:endpoints.chat.deployments.main.weight",
    "moor:endpoints.chat.deployments.main.size",
    "moor:endpoints.chat.auth",
  ]);
});
