// Proves with the real engine that the shipped stack prod comes up in one pass, stays as it is, changes a tag in place and goes away. It does not
// prove that Azure accepts it: Azure-on-this-machine does, and its rules are tested against their sources.
import { openSandbox, type Sandbox } from "./sandbox";
import { describeLife } from "./stackLife";

jest.setTimeout(600_000);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

describe("the stack prod", () => describeLife("prod", () => sandbox));
