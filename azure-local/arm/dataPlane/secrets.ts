import { readJsonBody } from "../../http/body";
import type { Engine } from "../engine";
import { at, isObject, type JsonObject } from "../json";
import type { Resource, SoftDeleted } from "../model";
import { sameId } from "../path";
import { type DataAnswer, type DataCall, type DataService, json } from "./dataService";

/** Writes a secret with the rules of Azure Resource Manager. `properties` is as in the ARM body. */
export type PutSecret = (vault: Resource, name: string, properties: JsonObject) => void;

const SECRET = "Microsoft.KeyVault/vaults/secrets";

function errorAnswer(status: number, code: string, message: string): DataAnswer {
  return json(status, { error: { code, message } });
}

/** Maximum request size in bytes: a secret (Azure docs, key-vault/secrets/about-secrets: 25 KB) with JSON escapes. */
const maxBytes = 256 * 1024;

/** Set, get and delete secrets; get, recover and purge deleted secrets. Values can be read only with `dataPlane: "checked"`. */
export function secretService(engine: Engine, put: PutSecret): DataService {
  const secrets = new Secrets(engine, put);
  return {
    type: "Microsoft.KeyVault/vaults",
    host: /^([a-z0-9-]+)\.vault\.azure\.net$/,
    closed: ["Forbidden", "Public network access is disabled and request is not from a trusted service nor via an approved private link."],
    errorAnswer,
    serve: async (call) => {
      const [, name, version] = /^secrets\/([A-Za-z0-9-]+)(?:\/([0-9a-f]{32}))?$/.exec(call.path) ?? [];
      if (name) return secrets.serve(call, name, version);
      const [deleted, deletedName, recover] = /^deletedsecrets(?:\/([A-Za-z0-9-]+)(\/recover)?)?$/.exec(call.path) ?? [];
      if (deleted) return secrets.serveDeleted(call, deletedName, recover !== undefined);
      return errorAnswer(
        404,
        "SecretNotFound",
        `'${call.path}' is not the path of a secret. Use secrets/<name>[/<version>] or deletedsecrets[/<name>].`,
      );
    },
  };
}

class Secrets {
  constructor(
    private readonly engine: Engine,
    private readonly put: PutSecret,
  ) {}

  async serve({ method, request, resource: vault }: DataCall, name: string, version?: string): Promise<DataAnswer> {
    const id = `${vault.id}/secrets/${name}`;
    if (method === "PUT") {
      const body = await readJsonBody(request, maxBytes);
      const { value, contentType, attributes } = "value" in body && isObject(body.value) ? body.value : ({} as JsonObject);
      if (typeof value !== "string") return errorAnswer(400, "BadParameter", "The property 'value' must be a string.");
      this.put(vault, name, { value, contentType, attributes });
      return json(200, { value, id: this.latest(id) });
    }
    if (method === "DELETE") {
      if (!this.engine.store.get(id)) return notFound(name);
      this.engine.remove(id);
      return json(200, this.view(this.deleted(vault, name)!, vault));
    }
    if (method !== "GET") return errorAnswer(405, "BadParameter", "Use PUT to set a secret, GET to read it, and DELETE to delete it.");
    const selected = version ?? this.latest(id)?.split("/").pop() ?? "";
    const exists = this.engine.store.get(id) !== undefined;
    const value = exists ? this.engine.credentials.secretsOf<Record<string, string>>(id)?.[selected] : undefined;
    return value === undefined
      ? notFound(version ? `${name}/${version}` : name)
      : json(200, { value, id: `${origin(vault)}/secrets/${name}/${selected}` });
  }

  serveDeleted({ method, resource: vault }: DataCall, name: string | undefined, recover: boolean): DataAnswer {
    if (name === undefined) return json(200, { value: this.allDeleted(vault).map((one) => this.view(one, vault)) });
    const deleted = this.deleted(vault, name);
    if (!deleted) return notFound(name);
    if (recover && method === "POST") {
      this.engine.recover(deleted.id);
      this.engine.put(deleted.resource);
      return json(200, { id: this.latest(deleted.id) });
    }
    if (method === "GET") return json(200, this.view(deleted, vault));
    if (method !== "DELETE")
      return errorAnswer(405, "BadParameter", "Use GET to read a deleted secret, POST .../recover to recover it, and DELETE to purge it.");
    if (deleted.purgeProtected)
      return errorAnswer(403, "Forbidden", `Operation "purge" is not allowed on this secret: purge protection is enabled.`);
    this.engine.purge(deleted.id);
    return { status: 204 };
  }

  private latest(id: string): string | undefined {
    return at(this.engine.store.get(id)?.outputs, "properties.secretUriWithVersion") as string | undefined;
  }

  private allDeleted(vault: Resource): SoftDeleted[] {
    return this.engine.inventory.softDeleted(SECRET).filter(({ id, name }) => sameId(id, `${vault.id}/secrets/${name}`));
  }

  private deleted(vault: Resource, name: string): SoftDeleted | undefined {
    return this.allDeleted(vault).find((one) => sameId(one.name, name));
  }

  private view({ name, deletedAt, purgeAt, resource }: SoftDeleted, vault: Resource): JsonObject {
    const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000);
    return {
      recoveryId: `${origin(vault)}/deletedsecrets/${name}`,
      deletedDate: seconds(deletedAt),
      scheduledPurgeDate: seconds(purgeAt),
      id: at(resource.outputs, "properties.secretUriWithVersion"),
    };
  }
}

function origin(vault: Resource): string {
  return `https://${vault.name.toLowerCase()}.vault.azure.net`;
}

function notFound(name: string): DataAnswer {
  return errorAnswer(404, "SecretNotFound", `A secret with (name/id) ${name} was not found in this key vault.`);
}
