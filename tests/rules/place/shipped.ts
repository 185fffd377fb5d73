/** Resources of the shipped stacks as the rules see them. */

// Before Pulumi's runtime, which reads the folder on load.
import "../../components/rootDirectory";

import { ruleResources } from "../../../rules/read/pulumi";
import { bodyFromWire } from "../../../rules/read/wire";
import type { RuleResource } from "../../../rules/resource";
import { SUBSCRIPTION } from "../../components/recorder";
import { runStack } from "../../components/shippedStacks";

/** All resources of a shipped stack, as the update or a preview of the first update sees them. */
export async function shippedResources(stack: string, preview = false): Promise<RuleResource[]> {
  const { resources } = await runStack(stack, { preview });
  return resources.flatMap(({ type, name, rawInputs }) =>
    ruleResources({ token: type, name, inputs: bodyFromWire(rawInputs) }, SUBSCRIPTION),
  );
}
