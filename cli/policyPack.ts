import * as path from "node:path";
import { buildPolicyPack } from "../operations/policyPack";
import { root } from "./stackFiles";

/** `npm run policy`: builds the policy pack. */
export async function policyPack({ output }: { readonly output: string }): Promise<void> {
  const folder = path.resolve(root, output);
  await buildPolicyPack({ root, output: folder });
  console.log(`Built the policy pack in ${folder}. Next: npm ci --prefix ${folder}`);
}
