/** Outputs and what is known of them. */
import type * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import * as pulumi from "@pulumi/pulumi";
import { azureOf } from "./azure";
import { resolved } from "./resolved";

/** An output's value, for code that runs when all outputs are known: hooks. */
export function known<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => output.apply((value) => resolve(value as T)));
}

/**
 * An output that stays what it is as long as its resource exists: an identity's object id, a time of creation. In the preview of an update
 * azure-native knows of a resource its inputs, id, name and location only, so that all that refers to something else of it would look changed
 * or replaced. There it is read from Azure; what can't be read stays unknown.
 * @param value The value in the resource's body as Azure shows it.
 */
export function kept<T, Body>(resource: pulumi.CustomResource, output: pulumi.Output<T>, value: (body: Body) => T): pulumi.Output<T> {
  if (!pulumi.runtime.isDryRun()) return output;
  // A resource that is yet to be made or replaced has no id.
  const read = async (id: string) => value(await azureOf(resource).get<Body>(id));
  const live = resource.id.apply(async (id) => ((await isKnown(output)) ? output : read(id).catch(() => output)));
  return live as unknown as pulumi.Output<T>;
}

/** When Azure made an endpoint or a deployment, ISO 8601: tells it from one of the same name that was there before. */
export function timeOfCreation(
  made: machinelearningservices.OnlineEndpoint | machinelearningservices.OnlineDeployment,
): pulumi.Output<string> {
  const createdAt = made.systemData.apply((systemData) => systemData.createdAt ?? "");
  return kept(made, createdAt, (body: { readonly systemData: { readonly createdAt: string } }) => body.systemData.createdAt);
}

/**
 * An output that what a resource is made of determines: its name, its ARM id. azure-native knows neither in the preview of a creation, so that
 * all that refers to a resource which was deleted in the portal would look replaced.
 * @param value What the output will be.
 */
export function foreseen(resource: pulumi.Resource, output: pulumi.Output<string>, value: pulumi.Input<string>): pulumi.Output<string> {
  if (!pulumi.runtime.isDryRun()) return output;
  // By its URN, so that what takes the value depends on the resource also where the value is only foreseen.
  return resource.urn.apply(async () => ((await isKnown(output)) ? output : value)) as unknown as pulumi.Output<string>;
}

async function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
  return !pulumi.containsUnknowns(await resolved(output));
}
