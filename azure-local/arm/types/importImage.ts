import { randomUUID } from "node:crypto";
import { AzureError } from "../azureError";
import { readImportRequest, readSourceImage } from "../imports/request";
import type { ActionAnswer, ActionRequest, Effects } from "../model";

/** The API version that introduced `importImage` (Azure/azure-rest-api-specs pull request 2719). */
const SINCE = "2017-10-01";

/**
 * `POST registries/<r>/importImage`: copies an image from another registry. Azure copies it without a route from the caller to either
 * registry. The caller's rights are not checked.
 */
export function importImage({ resource, body, apiVersion, effects }: ActionRequest): ActionAnswer {
  if (apiVersion < SINCE) throw new AzureError(404, "InvalidAction", `The API version ${apiVersion} has no action 'importImage'.`);
  const { source, targets } = readImportRequest(body);
  const image = readSourceImage(source.sourceImage);
  if (image === undefined)
    throw new AzureError(
      400,
      "InvalidParameters",
      `The source image '${source.sourceImage}' is not supported: the local Azure imports images by digest, as '<repository>@sha256:<digest>'.`,
    );
  const work = { registry: hostOf(source, effects), ...image, registryId: resource.id, targets };
  // An ID of its own: an import doesn't block writes to the registry.
  const place = { ...resource, id: `${resource.id}/importImage/${randomUUID()}` };
  const operation = effects.begin(place, "importImage", undefined, apiVersion, { importing: work });
  const { username = "", password } = source.credentials ?? {};
  if (password !== undefined) effects.credentials.setSecretsOf(operation.id, { username, password });
  return { operation, polling: "location" };
}

function hostOf({ registryUri, resourceId }: { registryUri?: string; resourceId?: string }, { inventory }: Effects): string {
  if (registryUri !== undefined) {
    const [, host] = /^(?:https?:\/\/)?([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?)\/?$/i.exec(registryUri) ?? [];
    if (host !== undefined) return host.toLowerCase();
    throw new AzureError(400, "InvalidParameters", `The address '${registryUri}' of the source registry is not a host name.`);
  }
  const loginServer = (inventory.get(resourceId)?.outputs.properties as { loginServer?: string } | undefined)?.loginServer;
  if (loginServer !== undefined) return loginServer;
  throw new AzureError(404, "ResourceNotFound", `The source registry '${resourceId}' was not found.`);
}
