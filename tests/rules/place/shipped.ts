/** Resources of the shipped stacks as the rules see them. */

// Before Pulumi's runtime, which reads the folder on load.
import "../../components/rootDirectory";

import { ruleResources } from "../../../rules/read/pulumi";
import type { RuleResource } from "../../../rules/resource";
import type { Body } from "../../../rules/values";
import { SUBSCRIPTION } from "../../components/recorder";
import { runStack } from "../../components/shippedStacks";

/** All resources of a shipped stack, as the update writes them. */
export async function shippedResources(stack: string): Promise<RuleResource[]> {
  const { resources } = await runStack(stack);
  return resources.flatMap(({ type, name, inputs }) => ruleResources({ token: type, name, inputs: inputs as Body }, SUBSCRIPTION));
}
