/** Settings of a stack whose image is published by a task. */
import * as path from "node:path";
import { layerFolder } from "../planner/image/layerFolder";
import { shippedConfig } from "./shippedStacks";

const root = path.join(__dirname, "..", "..");

/** The shipped stack `dev` with a layered image, and with operators. Call `removeFolders` at the end. */
export function publishedByTask(): Record<string, string> {
  const dev = shippedConfig("dev");
  const layer = path.relative(root, layerFolder(["COPY start.sh /opt/"], { "start.sh": "exec vllm\n" }));
  const platform = {
    ...JSON.parse(dev["moor:platform"]!),
    networkRuleBypassAllowedForTasks: true,
    operators: ["44444444-4444-4444-8444-444444444444"],
  };
  const accepted = { code: "MOOR444", resource: "*", reason: "A task publishes the image.", until: "2029-12-31" };
  return {
    ...dev,
    "moor:accept": JSON.stringify([...JSON.parse(dev["moor:accept"]!), accepted]),
    "moor:images": JSON.stringify({ vllm: { layer, via: "task", repository: "moor/vllm" } }),
    "moor:platform": JSON.stringify(platform),
  };
}
