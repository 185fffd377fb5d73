import type * as pulumi from "@pulumi/pulumi";
import { azureOf } from "../base/azure";

interface Datastore {
  readonly properties: { readonly containerName?: string };
}

/**
 * Returns the name of the blob container of a workspace's datastore `workspaceblobstore`, or undefined if it can't be read. The name is
 * read from Azure, because a workspace with data isolation uses another naming scheme.
 * @see Azure docs, how-to-identity-based-service-authentication
 */
export function blobContainerOf(workspace: pulumi.Resource & { readonly id: pulumi.Output<string> }): pulumi.Output<string | undefined> {
  return workspace.id.apply(async (id) => {
    const found = await azureOf(workspace)
      .find<Datastore>(`${id}/datastores/workspaceblobstore`)
      .catch(() => undefined);
    return found?.properties.containerName;
  });
}
