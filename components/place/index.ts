/** The region of a stack: a stack that exists in one region must not be created again in another. */
import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import { stop } from "../../program/fail";
import { azureOf } from "../base/azure";
import { groupName, stackElsewhere } from "../live";

export { groupName } from "../live";

/** Arguments of `groupInRegion`. */
export interface RegionArgs {
  /** Stack name. */
  readonly stack: string;
  /** Region, in ARM's form, such as `swedencentral`. */
  readonly location: string;
  /** Returns the error message if the stack already exists in another region, from that region and its resource group. */
  readonly errorMessage: (location: string, group: string) => string;
}

/**
 * Returns the name of the stack's resource group after checking that the stack exists in no other region. All resources depend on it.
 * @throws pulumi.RunError with the message of `errorMessage` if the stack's resource group exists in another region
 */
export function groupInRegion({ stack, location, errorMessage }: RegionArgs): pulumi.Output<string> {
  return pulumi.output(check());

  async function check(): Promise<string> {
    const { subscriptionId } = await authorization.getClientConfig();
    const warn = (text: string) => void pulumi.log.warn(text);
    const elsewhere = await stackElsewhere(azureOf(), { subscriptionId, stack, location }, warn);
    return elsewhere === undefined ? groupName(stack, location) : stop(errorMessage(elsewhere.location, elsewhere.name));
  }
}
