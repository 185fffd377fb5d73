import { recover as recovered } from "../operations/recover";
import type { RecoverOptions } from "../operations/recover/options";
import { recoverReport } from "../operations/recover/report";
import { openStackPulumi, type StackOptions } from "./stackPulumi";

/** `npm run recover`: updates the state to match Azure after a run was killed. */
export async function recover(options: StackOptions & Pick<RecoverOptions, "releaseLock">): Promise<void> {
  const stack = await openStackPulumi(options);
  try {
    const { releaseLock } = options;
    console.log(recoverReport(stack, await recovered(stack, { releaseLock, report: console.log })));
  } finally {
    await stack.close();
  }
}
