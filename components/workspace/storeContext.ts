/** What the stores of a workspace have in common: place, physical names and options. */
import * as pulumi from "@pulumi/pulumi";
import { type NamedType, platformName } from "../base/platformName";

/** Arguments that all stores of a workspace have in common. */
export interface StoreContext {
  /** Logical name of the component that the store belongs to. */
  readonly parentName: string;
  readonly parent: pulumi.Resource;
  readonly stack: string;
  readonly suffix: pulumi.Input<string>;
  readonly resourceGroupName: pulumi.Input<string>;
  readonly location: pulumi.Input<string>;
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly protect: boolean;
}

/** Returns the physical name of a resource of the workspace. */
export function storeName(context: Pick<StoreContext, "stack" | "suffix">, type: NamedType, qualifier?: string): pulumi.Output<string> {
  return pulumi.output(context.suffix).apply((suffix) => platformName(type, context.stack, suffix, qualifier));
}

/** Returns the arguments for the place of a resource. */
export function place({ resourceGroupName, location, tags }: Pick<StoreContext, "resourceGroupName" | "location" | "tags">) {
  return { resourceGroupName, location, tags };
}

/** Returns the options of a store that keeps data. */
export function storeOptions({ parent, protect }: StoreContext): pulumi.CustomResourceOptions {
  return { parent, protect };
}
