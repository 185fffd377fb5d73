import type { ClientAdvice, DeploymentRecipe, ScaleRule } from "./decision";

/** What is decided before the deployment has its name. */
export interface Plan {
  readonly recipe: DeploymentRecipe;
  readonly scaleRule: ScaleRule;
  readonly clients: ClientAdvice;
  readonly reasons: readonly string[];
}
