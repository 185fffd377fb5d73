/** Keeps a stack in its region. */
import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import { stop } from "../../program/fail";
import { azureOf } from "../base/azure";
import { groupName, stackElsewhere } from "../live";

export { groupName } from "../live";

export interface RegionArgs {
  readonly stack: string;
  /** Region, as ARM writes it. */
  readonly location: string;
  /** What to say where the stack is in another region already, by that region and its resource group. */
  readonly refusal: (location: string, group: string) => string;
}

/**
 * Name of a stack's resource group, once it is known that the stack is in no other region. Everything that is created waits for it.
 * Ends the program with the refusal where Azure has the stack's group in another region.
 */
export function groupInRegion({ stack, location, refusal }: RegionArgs): pulumi.Output<string> {
  return pulumi.output(check());

  async function check(): Promise<string> {
    const { subscriptionId } = await authorization.getClientConfig();
    const warn = (text: string) => void pulumi.log.warn(text);
    const elsewhere = await stackElsewhere(azureOf(), { subscriptionId, stack, location }, warn);
    return elsewhere === undefined ? groupName(stack, location) : stop(refusal(elsewhere.location, elsewhere.name));
  }
}
