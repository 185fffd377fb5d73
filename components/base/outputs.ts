/** Values of outputs during an operation and in a preview. */
import type * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import * as pulumi from "@pulumi/pulumi";
import { azureOf } from "./azure";
import { resolved } from "./resolved";

/** Returns the value of an output, for resource hooks: when they run, the output is known. */
export function outputValue<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply((value) => resolve(value as T)));
}

/**
 * Returns an output whose value never changes while its resource exists, such as the object ID of an identity or a creation time. In the
 * preview of an update, only the inputs, ID, name and location of a resource are known, so resources that refer to other outputs
 * would show up as changed or replaced. Therefore, a preview reads the value from Azure. If it can't be read, it stays unknown.
 * @param value Selects the value in the resource's body that Azure returns.
 */
export function immutableOutput<T, Body>(
  resource: pulumi.CustomResource,
  output: pulumi.Output<T>,
  value: (body: Body) => T,
): pulumi.Output<T> {
  if (!pulumi.runtime.isDryRun()) return output;
  // A resource that will be created or replaced has no ID in a preview.
  const read = async (id: string) => value(await azureOf(resource).get<Body>(id));
  const live = resource.id.apply(async (id) => ((await isKnown(output)) ? output : read(id).catch(() => output)));
  return live as unknown as pulumi.Output<T>;
}

/**
 * Returns the creation time of an endpoint or a deployment, ISO 8601. It distinguishes a re-created resource from the previous one with
 * the same name.
 */
export function creationTime(
  resource: machinelearningservices.OnlineEndpoint | machinelearningservices.OnlineDeployment,
): pulumi.Output<string> {
  const createdAt = resource.systemData.apply((systemData) => systemData.createdAt ?? "");
  return immutableOutput(resource, createdAt, (body: { readonly systemData: { readonly createdAt: string } }) => body.systemData.createdAt);
}

/**
 * Returns an output whose value can be derived from the resource's inputs, such as its name or its ARM ID. In the preview of a creation,
 * neither is known, so all resources that refer to a resource that was deleted in the portal would show up as replaced.
 * @param value The value that the output will have.
 */
export function plannedOutput(
  resource: pulumi.Resource,
  output: pulumi.Output<string>,
  value: pulumi.Input<string>,
): pulumi.Output<string> {
  if (!pulumi.runtime.isDryRun()) return output;
  // Derived from the URN, so that users of the planned value still depend on the resource.
  return resource.urn.apply(async () => ((await isKnown(output)) ? output : value)) as unknown as pulumi.Output<string>;
}

async function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
  return !pulumi.containsUnknowns(await resolved(output));
}
