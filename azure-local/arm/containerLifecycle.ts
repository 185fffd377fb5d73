import { viewDeployment } from "../scoringProxy/deploymentView";
import { type Lifecycle, lifecycleOf } from "../scoringProxy/lifecycle";
import type { Inventory } from "./model";
import type { DeploymentProperties } from "./types/onlineEndpointBodies";

/** How the container of a deployment starts, as in the scoring proxy. */
export interface ContainerLifecycle extends Lifecycle {
  /** Azure seconds until its server listens. */
  readonly startUp: number;
}

export function containerLifecycle(properties: DeploymentProperties, inventory: Inventory): ContainerLifecycle {
  const environment = inventory.get(properties.environmentId?.replace(/^azureml:/, ""));
  const inferenceConfig = environment?.body.properties?.inferenceConfig as object | undefined;
  const deployment = { name: "", properties: { ...properties, provisioningState: "Creating" } };
  const view = viewDeployment(deployment, { properties: { inferenceConfig } });
  return { startUp: view.startUp, ...lifecycleOf(view) };
}
