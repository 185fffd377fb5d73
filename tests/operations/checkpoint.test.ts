// Proves the error messages for a state that isn't readable.
import { exportState } from "../../operations/checkpoint";
import type { StackPulumi } from "../../operations/stackPulumi";

test("For a state with truncated attributes, the error contains the file to delete; other errors are passed on.", async () => {
  const failing = (message: string) =>
    ({ stack: "prod", must: () => Promise.reject(new Error(message)) }) satisfies Partial<StackPulumi> as unknown as StackPulumi;
  const cutOff = exportState(failing("pulumi stack export failed:\nerror: failed to load checkpoint: EOF\n"));
  await expect(cutOff).rejects.toThrow(/load checkpoint: EOF\n.*Delete prod\.json\.attrs/);
  await expect(exportState(failing("error: no stack named prod"))).rejects.toThrow(/^error: no stack named prod$/);
});
