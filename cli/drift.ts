import * as fs from "node:fs";
import * as path from "node:path";
import { settingsOf } from "../config/stackYaml";
import { acceptDrift, findDrift } from "../operations/drift";
import { driftReport } from "../operations/drift/report";
import { stackAzure } from "../operations/stackAzure";
import { requireStackFile } from "./stackFiles";
import { openStackPulumi, type StackOptions } from "./stackPulumi";

export interface DriftOptions extends Omit<StackOptions, "configFile"> {
  /** Write Azure's values to the state. */
  readonly accept?: boolean;
}

/** `npm run drift`. The exit code is 1 if there is drift that was not accepted, so that a scheduled pipeline fails. */
export async function drift(options: DriftOptions): Promise<void> {
  const file = requireStackFile(options.stack);
  const { settings } = settingsOf(fs.readFileSync(file, "utf8"), path.basename(file));
  const stack = await openStackPulumi(options);
  try {
    const found = await findDrift(stack, stackAzure(stack, settings));
    console.log(driftReport(found));
    const drifted = found.live.some(({ differences }) => differences.length > 0);
    if (drifted && options.accept) {
      await acceptDrift(stack, found);
      console.log("The state now contains Azure's values. `pulumi preview` shows the differences, and `pulumi up` reverts them in Azure.");
    } else if (drifted) {
      console.log(
        "To revert the changes, run this command with --accept, review `pulumi preview`, and run `pulumi up`. To keep them, change the stack file.",
      );
    }
    if (found.gone.length > 0 || (drifted && !options.accept)) process.exitCode = 1;
  } finally {
    await stack.close();
  }
}
