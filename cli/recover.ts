import * as fs from "node:fs";
import * as path from "node:path";
import { settingsOf } from "../config/stackYaml";
import { exportState } from "../operations/checkpoint";
import { removeLeftScripts } from "../operations/mirror/script";
import { recover as recovered } from "../operations/recover";
import type { RecoverOptions } from "../operations/recover/options";
import { recoverReport } from "../operations/recover/report";
import { stackAzure } from "../operations/stackAzure";
import { requireStackFile } from "./stackFiles";
import { openStackPulumi, type StackOptions } from "./stackPulumi";

/** `npm run recover`: updates the state to match Azure after a run was killed, and removes scripts that a killed `mirror` left. */
export async function recover(options: StackOptions & Pick<RecoverOptions, "releaseLock">): Promise<void> {
  const file = options.configFile ?? requireStackFile(options.stack);
  const { settings } = settingsOf(fs.readFileSync(file, "utf8"), path.basename(file));
  const stack = await openStackPulumi(options);
  try {
    const { releaseLock } = options;
    console.log(recoverReport(stack, await recovered(stack, { releaseLock, report: console.log })));
    const state = await exportState(stack);
    await removeLeftScripts({ pulumi: stack, azure: stackAzure(stack, settings), state, report: console.log });
  } finally {
    await stack.close();
  }
}
