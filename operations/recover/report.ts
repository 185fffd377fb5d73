/** What a recovery has come to, in words. */
import type { StackPulumi } from "../stackPulumi";
import type { Recovered } from "./index";

/** The report, with the command to run next. */
export function recoverReport({ stack, local }: Pick<StackPulumi, "stack" | "local">, found: Recovered): string {
  const { adopted, anew, again } = found;
  const up = local ? `npm run local -- up -s ${stack}` : `pulumi up -s ${stack}`;
  return [
    ...(anew.length > 0 ? [`Failed in Azure, to be made anew: ${anew.join(", ")}.`] : []),
    ...(again.length > 0 ? [`Failed in Azure in an update, and serving on; to be updated again: ${again.join(", ")}.`] : []),
    adopted.length === 0 ? "The state lacked nothing." : `Found in Azure and taken into the state:\n  ${adopted.join("\n  ")}`,
    `Now run \`${up}\`: it does what was left undone.`,
  ].join("\n");
}
