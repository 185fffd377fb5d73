/** The ARM bodies of a shipped stack. */

import { shippedResources } from "../rules/shipped";
import { type Scanned, scanned } from "./rule";

/** @param token Whether the stack has a Hugging Face token, which it keeps in the vault. */
export async function stackBodies(stack: string, token = false): Promise<Scanned[]> {
  const key = "moor:huggingFaceToken";
  const withToken = { config: { [key]: "hf_not_a_real_token", [`${key}Expires`]: "2027-03-01" }, secretKeys: [key] };
  return (await shippedResources(stack, token ? withToken : {})).map(scanned);
}
