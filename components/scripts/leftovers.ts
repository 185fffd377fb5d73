/** Removes mirror scripts that a killed `mirror --via azure` left. */
import * as pulumi from "@pulumi/pulumi";
import { azureOf } from "../base/azure";
import { resolved } from "../base/resolved";
import { listMirrorScripts, removeMirrorScript } from "../live";

export interface LeftScriptArgs {
  /** Stack name. The tag `stackTag` of its scripts contains it. */
  readonly stack: string;
  /** The stack's resource group. */
  readonly resourceGroup: pulumi.Resource & { readonly id: pulumi.Output<string> };
}

/**
 * Removes the mirror scripts of the stack. A preview removes nothing. A script that can't be removed is reported as a warning, because it
 * doesn't affect the resources of the run.
 * @returns an output that resolves after the removal. Make it part of a stack output, because a run ends when its outputs are known.
 */
export function removeLeftScripts(args: LeftScriptArgs): pulumi.Output<void> {
  return pulumi.output(pulumi.runtime.isDryRun() ? Promise.resolve() : remove(args));
}

async function remove({ stack, resourceGroup }: LeftScriptArgs): Promise<void> {
  const azure = azureOf(resourceGroup);
  const id = await resolved<string>(resourceGroup.id);
  try {
    for (const script of await listMirrorScripts(azure, id, stack)) {
      pulumi.log.info(`Removing the script ${script.name}, which a run of \`npm run mirror\` left. The next run continues its work.`);
      await removeMirrorScript(azure, script.id);
    }
  } catch (error) {
    await pulumi.log.warn(`Scripts of \`npm run mirror\` could not be removed. The next run removes them. ${(error as Error).message}`);
  }
}
