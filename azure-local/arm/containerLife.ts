import { viewDeployment } from "../scoringProxy/deploymentView";
import { type Life, lifeOf } from "../scoringProxy/life";
import type { Inventory } from "./model";
import type { DeploymentProperties } from "./types/onlineEndpointBodies";

/** How the container of a deployment starts, as in the scoring proxy. */
export interface ContainerLife extends Life {
  /** Azure seconds until its server listens. */
  readonly startUp: number;
}

export function containerLife(properties: DeploymentProperties, inventory: Inventory): ContainerLife {
  const environment = inventory.get(properties.environmentId?.replace(/^azureml:/, ""));
  const inferenceConfig = environment?.body.properties?.inferenceConfig as object | undefined;
  const deployment = { name: "", properties: { ...properties, provisioningState: "Creating" } };
  const view = viewDeployment(deployment, { properties: { inferenceConfig } });
  return { startUp: view.startUp, ...lifeOf(view) };
}
