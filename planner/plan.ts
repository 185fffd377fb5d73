import type { DeploymentRecipe, ScaleRule } from "./decision";

/** What is decided before the deployment has its name. */
export interface Plan {
  readonly recipe: DeploymentRecipe;
  readonly scaleRule: ScaleRule;
  readonly reasons: readonly string[];
}
