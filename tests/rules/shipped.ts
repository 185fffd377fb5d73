/** Resources of the shipped stacks as the rules see them. */

// Before Pulumi's runtime, which reads the folder on load.
import "../components/rootDirectory";

import { ruleResources } from "../../rules/read/pulumi";
import { bodyFromWire } from "../../rules/read/wire";
import type { RuleResource } from "../../rules/resource";
import { PRINCIPAL, type RecordOptions, SUBSCRIPTION } from "../components/recorder";
import { runStack } from "../components/shippedStacks";
import type { Registered } from "./corpus/apply";

/** All resources of a shipped stack, as the update or a preview of the first update sees them. */
export async function shippedResources(stack: string, options: RecordOptions = {}): Promise<RuleResource[]> {
  return recordedResources((await runStack(stack, options)).resources);
}

/** Recorded resources. In the recorder's Azure, all identities have the same object ID. */
export function recordedResources(resources: readonly Registered[]): RuleResource[] {
  return resources.flatMap(({ type, name, rawInputs }) => {
    const outputs = type === "azure-native:managedidentity:UserAssignedIdentity" ? { principalId: PRINCIPAL } : {};
    return ruleResources({ token: type, name, inputs: bodyFromWire(rawInputs), outputs }, SUBSCRIPTION);
  });
}
