import { containerIdOf, defaultContainer } from "../dataLocations";
import type { Engine } from "../engine";
import type { Inventory, Resource } from "../model";
import { sameId } from "../path";
import { propertiesOf } from "../types/managedNetwork";
import { type DataAnswer, type DataService, measure } from "./dataService";

function errorAnswer(status: number, code: string, message: string): DataAnswer {
  return {
    status,
    headers: { "content-type": "application/xml", "x-ms-error-code": code },
    body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  };
}

/** Whether the container exists, or is the default container of a workspace. */
function hasContainer(account: Resource, container: string, inventory: Inventory): boolean {
  if (inventory.get(containerIdOf(account.id, container))) return true;
  const workspaces = inventory.all("Microsoft.MachineLearningServices/workspaces");
  return workspaces.some((one) => sameId(propertiesOf(one).storageAccount, account.id) && defaultContainer(one) === container);
}

/** Put Blob, Get Blob Properties and Delete Blob. */
export function blobService(engine: Engine): DataService {
  const { contents, inventory } = engine;
  return {
    type: "Microsoft.Storage/storageAccounts",
    host: /^([a-z0-9]+)\.(?:blob|dfs)\.core\.windows\.net$/,
    closed: ["AuthorizationFailure", "This request is not authorized to perform this operation."],
    errorAnswer,
    serve: async ({ method, path, request, resource }) => {
      const [container = "", ...rest] = path.split("/");
      const [containerId, blob] = [containerIdOf(resource.id, container), rest.join("/")];
      if (!hasContainer(resource, container, inventory))
        return errorAnswer(404, "ContainerNotFound", "The specified container does not exist.");
      if (method === "PUT" && blob) {
        const { size } = await measure(request);
        engine.transact(() => contents.putBlob(containerId, blob, size));
        return { status: 201 };
      }
      const stored = contents.blob(containerId, blob);
      if (!stored) return errorAnswer(404, "BlobNotFound", "The specified blob does not exist.");
      if (method === "HEAD") return { status: 200, headers: { "x-ms-blob-content-length": String(stored.size) } };
      if (method !== "DELETE")
        return errorAnswer(
          405,
          "UnsupportedHttpVerb",
          "The simulator supports PUT, HEAD and DELETE of blobs. It does not store their bytes.",
        );
      engine.transact(() => contents.deleteBlob(containerId, blob));
      return { status: 202 };
    },
  };
}
