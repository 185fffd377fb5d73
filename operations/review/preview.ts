/** Previews of stacks. */

import { withoutSecrets } from "../../facts/secretForms";
import { type Preview, readPreview, UnreadablePreview } from "../../review";
import type { StackPulumi } from "../stackPulumi";

/** Length of the output that an error contains. Characters. */
const longestOutput = 2000;

/**
 * Previews a stack. A preview that fails is returned too.
 * @param args Further arguments of `pulumi preview`. @default - none
 * @throws Error with the end of pulumi's output if it ended before it planned anything
 */
export async function previewStack(pulumi: StackPulumi, args: readonly string[] = []): Promise<Preview> {
  const streaming = { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "1" };
  // An engine that doesn't stream omits unchanged resources by default.
  const { code, output, errors } = await pulumi.run(["preview", "--json", "--show-sames", ...args], streaming);
  try {
    return readPreview(output);
  } catch (error) {
    if (!(error instanceof UnreadablePreview)) throw error;
    throw new Error(`pulumi preview ended with code ${code} before it planned anything: ${endOfOutput(`${messagesOf(output)}${errors}`)}`);
  }
}

/** The end of the output of a failed command, on one line and without secrets. */
export function endOfOutput(output: string): string {
  const text = withoutSecrets(output).replaceAll(/\s+/g, " ").trim();
  if (text === "") return "it printed nothing.";
  return text.length <= longestOutput ? text : `… ${text.slice(-longestOutput)}`;
}

/** The messages of a preview without resources. Other events are noise in an error. */
function messagesOf(output: string): string {
  return output
    .split("\n")
    .flatMap((line) => messageOf(line) ?? [])
    .map((line) => `${line}\n`)
    .join("");
}

function messageOf(line: string): string | undefined {
  try {
    const event: unknown = JSON.parse(line);
    if (typeof event !== "object" || event === null || !("diagnosticEvent" in event)) return undefined;
    const { message, severity } = event.diagnosticEvent as { readonly message?: unknown; readonly severity?: unknown };
    return severity === "error" && typeof message === "string" ? message : undefined;
  } catch {
    return line;
  }
}
