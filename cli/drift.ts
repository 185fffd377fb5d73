import * as fs from "node:fs";
import * as path from "node:path";
import { settingsOf } from "../config/stackYaml";
import { acceptDrift, findDrift } from "../operations/drift";
import { driftReport } from "../operations/drift/report";
import { stackAzure } from "../operations/stackAzure";
import { requireStackFile } from "./stackFiles";
import { openStackPulumi, type StackOptions } from "./stackPulumi";

export interface DriftOptions extends Omit<StackOptions, "configFile"> {
  /** Note Azure's values in the state. */
  readonly accept?: boolean;
}

/** `npm run drift`. Exit code 1 when something has drifted and was not accepted, so that a scheduled pipeline notices. */
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
      console.log("The state has Azure's values now: `pulumi preview` shows the difference, and `pulumi up` puts it right.");
    } else if (drifted) {
      console.log("To put it right: add --accept, review `pulumi preview`, and run `pulumi up`. To keep it: change the stack file.");
    }
    if (found.gone.length > 0 || (drifted && !options.accept)) process.exitCode = 1;
  } finally {
    await stack.close();
  }
}
