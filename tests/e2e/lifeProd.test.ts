// Proves with the real engine that the shipped stack prod is created in one run, shows no change afterwards, takes a changed tag in place
// and is destroyed. It does not prove that Azure accepts it: the local Azure does, and its rules are tested against their sources.
import { openSandbox, type Sandbox } from "./sandbox";
import { describeLife } from "./stackLife";

jest.setTimeout(600_000);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

describe("the stack prod", () => describeLife("prod", () => sandbox));
