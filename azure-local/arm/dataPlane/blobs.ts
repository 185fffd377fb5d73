import { errorAnswer } from "../../storage/answer";
import type { BlobService } from "../../storage/blobService";
import type { Inventory } from "../model";
import type { DataService } from "./dataService";
import { STORAGE_ACCOUNT, storageAccount } from "./storageHost";

/** The data plane of storage accounts. Its responses come from the room `storage`. */
export function blobService(inventory: Inventory, blobs: BlobService): DataService {
  return {
    type: STORAGE_ACCOUNT,
    host: /^([a-z0-9]+)\.(?:blob|dfs)\.core\.windows\.net$/,
    closed: ["AuthorizationFailure", "This request is not authorized to perform this operation."],
    errorAnswer: (status, code, message) => errorAnswer(status, code, message),
    serve: ({ method, path, request, resource }) => {
      const query = new URLSearchParams((request.url ?? "").split("?")[1] ?? "");
      return blobs.serve({ account: storageAccount(resource, inventory), method, path, query, request });
    },
  };
}
