/** Previews of stacks. */
import { type Preview, readPreview, UnreadablePreview } from "../../review";
import type { StackPulumi } from "../stackPulumi";

/**
 * Previews a stack. A preview that fails is returned too.
 * @param args Further arguments of `pulumi preview`. @default - none
 * @throws Error with the output of pulumi if it ended before it planned anything
 */
export async function previewStack(pulumi: StackPulumi, args: readonly string[] = []): Promise<Preview> {
  const streaming = { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "1" };
  const { code, output, errors } = await pulumi.run(["preview", "--json", ...args], streaming);
  try {
    return readPreview(output);
  } catch (error) {
    if (!(error instanceof UnreadablePreview)) throw error;
    throw new Error(`pulumi preview ended with code ${code}. ${error.problem}\n${output}${errors}`);
  }
}
