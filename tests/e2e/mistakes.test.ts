// Proves with the real engine that a wrong stack file is refused before anything is created, in one report. The kinds of mistakes are in
// mistakesOfEachKind. How each is worded is proved in tests/config.
import { expectRefusal, main } from "./refusal";
import { type Change, openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

test("refuses three mistakes at once", async () => {
  const changes: Change[] = [
    [[...main, "weight"], -1],
    [[...main, "size"], 7],
    [["moor:endpoints", "chat", "auth"], true],
  ];
  await expectRefusal(sandbox, changes, [
    "moor:endpoints.chat.deployments.main.weight",
    "moor:endpoints.chat.deployments.main.size",
    "moor:endpoints.chat.auth",
  ]);
});
