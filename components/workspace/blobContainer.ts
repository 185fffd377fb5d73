import type * as pulumi from "@pulumi/pulumi";
import { azureOf } from "../base/azure";

interface Datastore {
  readonly properties: { readonly containerName?: string };
}

/**
 * Name of the blob container behind a workspace's datastore `workspaceblobstore`; undefined where it can't be read. It is read and not
 * computed: the container of a workspace with data isolation is named otherwise.
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
