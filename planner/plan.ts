import type { ClientAdvice, DeploymentRecipe, ScaleRule } from "./decision";

/** A decision before the deployment has a name. */
export interface Plan {
  readonly recipe: DeploymentRecipe;
  readonly scaleRule: ScaleRule;
  readonly clients: ClientAdvice;
  readonly reasons: readonly string[];
}
