// Proves what a refresh shows with a provider that ignores `ignoreChanges`, as in the last published source of azure-native.
import { quick } from "./quick";
import { openSandbox, type Sandbox } from "./sandbox";

jest.setTimeout(600_000);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = quick(await openSandbox({ refreshIgnores: false }));
});
afterAll(() => sandbox.close());

test("the first refresh adopts values that were written to endpoint and workspace outside the stack, the next shows no change, and no preview does", async () => {
  const codes = [];
  for (const [verb, ...args] of [
    ["up"],
    ["refresh"],
    ["preview", "--expect-no-changes"],
    ["refresh", "--expect-no-changes"],
    ["preview", "--expect-no-changes"],
  ] as const) {
    const { code, output } = await sandbox.run(verb, "dev", { args: [...args] });
    codes.push(code);
    if (codes.length === 2) expect(output).toMatch(/Resources:\n {4}~ 2 updated\n/);
  }
  expect(codes).toEqual([0, 0, 0, 0, 0]);
});
