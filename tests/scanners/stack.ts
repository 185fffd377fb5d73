/** The ARM bodies of a shipped stack. */

// Before Pulumi's runtime, which reads the folder on load.
import "../components/rootDirectory";

import { ruleResources } from "../../rules/read/pulumi";
import { bodyFromWire } from "../../rules/read/wire";
import { SUBSCRIPTION } from "../components/recorder";
import { runStack } from "../components/shippedStacks";
import { type Scanned, scanned } from "./rule";

/** @param token Whether the stack has a Hugging Face token, which it keeps in the vault. */
export async function stackBodies(stack: string, token = false): Promise<Scanned[]> {
  const key = "moor:huggingFaceToken";
  const withToken = { config: { [key]: "hf_not_a_real_token", [`${key}Expires`]: "2027-03-01" }, secretKeys: [key] };
  const { resources } = await runStack(stack, token ? withToken : {});
  return resources
    .flatMap(({ type, name, rawInputs }) => ruleResources({ token: type, name, inputs: bodyFromWire(rawInputs) }, SUBSCRIPTION))
    .map(scanned);
}
