// Proves with the real engine that a stack comes up and stays as it is in a landing zone that denies what Azure Landing Zone denies by default.
// Doesn't prove that a real landing zone has no other policies; the policies of the local Azure name their sources.
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({ arm: { policies: { deny: ["landing-zone"] } } });
});
afterAll(() => sandbox.close());

test("the stack comes up where a subnet without a network security group is denied", async () => {
  const { code, output } = await sandbox.run("up", "dev");
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/Resources:\n {4}\+ \d+ created\n/) });
  expect(sandbox.requests().filter(({ status }) => status === 403)).toEqual([]);
});
