import * as path from "node:path";
import type { BlobService } from "../../storage/blobService";
import { datastoreLocation } from "../dataLocations";
import type { Engine } from "../engine";

/**
 * Writes the files of a model version to a folder, as Azure does for the instances of a deployment: `folder` is what the container finds in
 * `AZUREML_MODEL_DIR`, and the last folder of the model's path is below it. Source: Azure/azureml-examples, the custom containers whose
 * command is `$AZUREML_MODEL_DIR/<folder>`.
 * @param modelVersionId ARM ID
 * @throws Error if the model version doesn't exist, is not in a datastore, or has no files
 */
export async function mountModel(engine: Engine, blobs: BlobService, modelVersionId: string, folder: string): Promise<void> {
  const { inventory } = engine;
  const uri = inventory.get(modelVersionId)?.body.properties?.modelUri;
  // The workspace can have the name `models` too.
  const workspaceId = modelVersionId.slice(0, modelVersionId.toLowerCase().lastIndexOf("/models/"));
  const workspace = inventory.get(workspaceId);
  if (typeof uri !== "string" || workspace === undefined) throw new Error(`The model version ${modelVersionId} doesn't exist.`);
  const location = datastoreLocation(uri, workspace, inventory);
  if (location === undefined)
    throw new Error(`The files of ${modelVersionId} are not in a datastore of its workspace, but at ${uri}. Only those can be mounted.`);
  const target = path.join(folder, path.posix.basename(location.path));
  const isFolder = inventory.contents.hasBlobs(location.containerId, `${location.path.replace(/\/+$/, "")}/`);
  const count = await blobs.mount(location.containerId, location.path, isFolder ? target : folder);
  if (count === 0) throw new Error(`The model version ${modelVersionId} has no files: ${location.containerId}/${location.path} is empty.`);
}
