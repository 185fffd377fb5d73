// Proves with the real engine that the shipped stack dev is deployed in one pass, has no later changes, changes a tag in place and is
// destroyed. Doesn't prove that Azure accepts it: the local Azure does, and its rules are tested against their sources.
import { openSandbox, type Sandbox } from "./sandbox";
import { describeLife } from "./stackLife";

jest.setTimeout(600_000);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

describe("the stack dev", () => describeLife("dev", () => sandbox));

test("a destroyed stack comes up again: a new suffix gives it names that no soft-deleted vault or workspace holds", async () => {
  expect(await sandbox.run("up", "dev")).toMatchObject({ code: 0 });
});
