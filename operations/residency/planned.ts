/** The resources of a statement as the program plans them. */

import type { RuleResource } from "../../rules";
import { resourcesOfPreview } from "../../rules/read/previewJson";
import type { StackPulumi } from "../stackPulumi";

/** What a preview plans. */
export interface Planned {
  readonly resources: readonly RuleResource[];
  /** The errors of a preview that ended with errors. Undefined if it succeeded. */
  readonly errors?: string;
}

/**
 * Reads the resources that the stack contains after the next update, from `pulumi preview --json`. Works for a stack that doesn't exist in Azure
 * yet; then, values that the update generates are unknown.
 * @throws Error with the output of pulumi if the preview ended before it planned resources
 */
export async function plannedResources(pulumi: StackPulumi, subscriptionId?: string): Promise<Planned> {
  const { code, output, errors } = await pulumi.run(["preview", "--json", "--show-sames"]);
  const preview = jsonOf(output);
  const { resources } = resourcesOfPreview(preview, subscriptionId);
  if (code === 0) return { resources };
  const text = diagnosticsOf(preview) || `${output}${errors}`;
  if (resources.length === 0) throw new Error(`pulumi preview failed:\n${text}`);
  return { resources, errors: text };
}

function jsonOf(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}

function diagnosticsOf(preview: unknown): string {
  const { diagnostics = [] } = (preview ?? {}) as {
    readonly diagnostics?: readonly { readonly severity?: string; readonly message?: string }[];
  };
  const messages = diagnostics.flatMap(({ severity, message }) => (severity === "error" && message !== undefined ? [message] : []));
  return messages.join("\n");
}
