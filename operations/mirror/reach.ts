/** Checks whether this machine can write to the storage account, before anything is read from the Hub. */
import type { BlobContainer, BlobsNotReachable } from "../../azure/blobStorage";
import type { StackPulumi } from "../stackPulumi";
import { WeightsError } from "./error";

/**
 * @throws WeightsError with the cause and the commands that stage the weights
 */
export async function requireContainer(pulumi: Pick<StackPulumi, "stack" | "local">, container: BlobContainer): Promise<void> {
  const reach = await container.probe();
  if (reach !== "reachable") throw new WeightsError("unreachable", refusal(pulumi, container, reach));
}

function refusal(pulumi: Pick<StackPulumi, "stack" | "local">, container: BlobContainer, { kind, detail }: BlobsNotReachable): string {
  if (kind === "permission") {
    return [
      `The identity of the Azure CLI can't use the container ${container.container} of ${container.host}. ${detail}`,
      "It requires the role Storage Blob Data Contributor on the storage account.",
      "Add its object ID to `operators` in moor:platform, or ask the owner of the account for the role. A new role takes effect after some minutes.",
    ].join("\n");
  }
  const { stack, local } = pulumi;
  const mirror = `npm run mirror -- -s ${stack}${local ? " --local" : ""}`;
  const width = `${mirror} --via azure`.length + 4;
  return [
    `This machine can't stage weights, because it doesn't reach the private storage account. ${detail}`,
    "Run one of these commands:",
    `  ${mirror.padEnd(width)}inside the network, on a machine that also reaches the Hugging Face Hub`,
    `  ${`${mirror} --via azure`.padEnd(width)}anywhere; Azure copies the weights, and this machine needs only Azure Resource Manager and the Hub`,
    "`--via azure` requires a subnet for scripts: `create.scripts: true` or `existing.scriptsSubnetId` in moor:platform.network (docs/weights.md).",
  ].join("\n");
}
