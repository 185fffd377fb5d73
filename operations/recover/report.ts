/** What a recovery has come to, in words. */
import type { StackPulumi } from "../stackPulumi";
import type { Recovered } from "./index";
import { unidentifiedReport } from "./unidentified";

/** The report, with the command to run next. */
export function recoverReport(pulumi: Pick<StackPulumi, "stack" | "local">, found: Recovered): string {
  const { adopted, anew, again, unidentified } = found;
  const { stack, local } = pulumi;
  const up = local ? `npm run local -- up -s ${stack}` : `pulumi up -s ${stack}`;
  const open = unidentified.length > 0;
  const nothing = open ? "Nothing was found in Azure that the state lacks." : "The state lacked nothing.";
  return [
    ...(anew.length > 0 ? [`Failed in Azure, to be made anew: ${anew.join(", ")}.`] : []),
    ...(again.length > 0 ? [`Failed in Azure in an update, and serving on; to be updated again: ${again.join(", ")}.`] : []),
    adopted.length === 0 ? nothing : `Found in Azure and taken into the state:\n  ${adopted.join("\n  ")}`,
    ...(open ? [unidentifiedReport(pulumi, unidentified)] : []),
    `${open ? "Then" : "Now"} run \`${up}\`: it does what was left undone.`,
  ].join("\n");
}
