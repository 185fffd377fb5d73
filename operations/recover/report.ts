/** The report of a recovery. */
import type { StackPulumi } from "../stackPulumi";
import type { Recovered } from "./index";
import { unidentifiedReport } from "./unidentified";

/** Lists the changes to the state and the next command. */
export function recoverReport(pulumi: Pick<StackPulumi, "stack" | "local">, found: Recovered): string {
  const { adopted, recreated, updatedAgain, unidentified, upToDate } = found;
  const { stack, local } = pulumi;
  const up = local ? `npm run local -- up -s ${stack}` : `pulumi up -s ${stack}`;
  const open = unidentified.length > 0;
  const nothing = open ? "No missing resources were found in Azure." : "The state was complete.";
  return [
    ...(recreated.length > 0
      ? [`Failed in Azure and removed from the state, so that \`up\` recreates them: ${recreated.join(", ")}.`]
      : []),
    ...(updatedAgain.length > 0
      ? [`Failed in Azure during an update but still serving. \`up\` updates them again: ${updatedAgain.join(", ")}.`]
      : []),
    adopted.length === 0 ? nothing : `Found in Azure and added to the state:\n  ${adopted.join("\n  ")}`,
    ...(open ? [unidentifiedReport(pulumi, unidentified)] : []),
    upToDate
      ? "A preview shows no changes, so there is nothing to do."
      : `${open ? "Then" : "Now"} run \`${up}\` to complete the deployment.`,
  ].join("\n");
}
