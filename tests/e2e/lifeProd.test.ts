// Proves with the real engine that the shipped stack prod is deployed in one pass, has no later changes, changes a tag in place and is
// destroyed. Doesn't prove that Azure accepts it: the local Azure does, and its rules are tested against their sources.
import { openSandbox, type Sandbox } from "./sandbox";
import { describeLife } from "./stackLife";

jest.setTimeout(600_000);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

describe("the stack prod", () => describeLife("prod", () => sandbox));
