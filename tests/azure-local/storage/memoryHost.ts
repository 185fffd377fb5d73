/** A blob service without a resource manager: one account and one container, and a caller who can do everything. */
import * as fs from "node:fs";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { BlobTables } from "../../../azure-local/arm/blobRecords";
import { Tables } from "../../../azure-local/arm/tables";
import type { StorageCall } from "../../../azure-local/storage/call";
import type { StorageHost } from "../../../azure-local/storage/host";
import { blobRequest } from "./blobRequest";

export function memoryHost(): StorageHost {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-blobs-"));
  const tables = new Tables(path.join(folder, "state.jsonl"));
  // Closed, so that nothing is written.
  tables.abandon();
  fs.rmSync(folder, { recursive: true });
  return {
    now: () => 0,
    records: new BlobTables(tables),
    transact: (act) => act(),
    containerId: (_account, name) => (name === "models" ? "/models" : undefined),
    rights: () => new Set(["read", "write"]),
    principalOf: () => ({ oid: "", groups: [] }),
  };
}

export function request(method: string, where: string, query: string, body: string): StorageCall {
  const message = new IncomingMessage(new Socket());
  Object.assign(message.headers, blobRequest, { "content-length": String(Buffer.byteLength(body)) });
  message.push(body);
  message.push(null);
  const account = { id: "/account", name: "account", acceptsKeys: false, tenantId: "tenant" };
  return { account, method, path: where, query: new URLSearchParams(query.replaceAll("+", "%2B")), request: message };
}
