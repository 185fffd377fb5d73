/** The image of a deployment that exists in Azure never changes under its name. */
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import { fail } from "../../program/fail";
import { localNetwork } from "../base/azure";
import { resolved } from "../base/resolved";
import { digestInReference, liveDigests } from "../live";

export interface LiveImageArgs {
  readonly azure: ArmClient;
  /** Stack name, for the commands in messages. */
  readonly stack: string;
  /** Key of the endpoint, for messages. */
  readonly endpoint: string;
  /** ARM ID of the endpoint. */
  readonly endpointId: pulumi.Output<string>;
  /** Names of the deployments that use the environment version. */
  readonly names: readonly string[];
}

/**
 * Returns a hook that rejects an environment version whose image differs from the one that its deployments run, also in a preview. Builds are not
 * reproducible, and the name of a deployment with a built image depends only on the inputs of the build. So another digest would update the
 * deployment in place, without the gate. In a preview, the digest of an image that Docker will build is not known.
 */
export function rejectNewDigest(name: string, args: LiveImageArgs): pulumi.ResourceHook {
  return new pulumi.ResourceHook(
    name,
    async ({ newInputs }) => {
      const digest = digestInReference(newInputs?.properties?.image);
      const endpointId = await resolved<string>(args.endpointId);
      // A workspace or an endpoint that this run creates has no deployments.
      if (digest === undefined || pulumi.containsUnknowns(endpointId)) return;
      const live = await liveDigests(args.azure, endpointId, args.names);
      for (const [deployment, is] of live) if (is !== digest) fail(newDigestMessage(args, deployment, is, digest));
    },
    { onDryRun: true },
  );
}

function newDigestMessage({ stack, endpoint }: LiveImageArgs, deployment: string, is: string | undefined, digest: string): string {
  const local = localNetwork() === undefined ? "" : " --local";
  const runs = is === undefined ? "an image whose digest can't be read" : `the image ${is}`;
  return (
    `${endpoint}: the deployment ${deployment} runs ${runs}, and this run would change it to ${digest}. Allowed: the image that it runs, because ` +
    "the image of a deployment never changes under its name. " +
    `To keep it, run \`npm run image -- -s ${stack}${local}\`, which writes its digest to the lock file. To deploy another image, change an input ` +
    `of the build, for example a comment in the Dockerfile, run \`npm run lock -- -s ${stack}\`, then build the image as before.`
  );
}
