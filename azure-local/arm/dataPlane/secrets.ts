import { readJsonBody } from "../../http/body";
import type { Engine } from "../engine";
import { at, isObject } from "../json";
import type { Resource } from "../model";
import { type DataAnswer, type DataService, json } from "./dataService";

/** Writes a secret through Azure Resource Manager's own rules. */
export type PutSecret = (vault: Resource, name: string, value: string) => void;

function refuse(status: number, code: string, message: string): DataAnswer {
  return json(status, { error: { code, message } });
}

/** Bytes of a secret (Azure docs, key-vault/secrets/about-secrets: 25 KB), with room for what JSON escapes. */
const mostBytes = 256 * 1024;

/** Set Secret and Get Secret. Values are there to read only where the data plane is checked; nobody needs them otherwise. */
export function secretService({ credentials, inventory }: Engine, put: PutSecret): DataService {
  const latest = (id: string) => at(inventory.get(id)?.outputs, "properties.secretUriWithVersion") as string | undefined;
  return {
    type: "Microsoft.KeyVault/vaults",
    host: /^([a-z0-9-]+)\.vault\.azure\.net$/,
    closed: ["Forbidden", "Public network access is disabled and request is not from a trusted service nor via an approved private link."],
    refuse,
    serve: async ({ method, path, request, resource }) => {
      const [, name, version] = /^secrets\/([A-Za-z0-9-]+)(?:\/([0-9a-f]{32}))?$/.exec(path) ?? [];
      if (!name) return refuse(404, "SecretNotFound", `'${path}' is not the path of a secret: secrets/<name>[/<version>].`);
      const id = `${resource.id}/secrets/${name}`;
      if (method === "PUT") {
        const body = await readJsonBody(request, mostBytes);
        const value = "value" in body && isObject(body.value) ? body.value.value : undefined;
        if (typeof value !== "string") return refuse(400, "BadParameter", "The property 'value' must be a string.");
        put(resource, name, value);
        return json(200, { value, id: latest(id) });
      }
      if (method !== "GET") return refuse(405, "BadParameter", "Secrets are set (PUT) and read (GET) here.");
      const wanted = version ?? latest(id)?.split("/").pop() ?? "";
      const value = credentials.secretsOf<Record<string, string>>(id)?.[wanted];
      return value === undefined
        ? refuse(404, "SecretNotFound", `A secret with (name/id) ${name}${version ? `/${version}` : ""} was not found in this key vault.`)
        : json(200, { value, id: `https://${resource.name.toLowerCase()}.vault.azure.net/secrets/${name}/${wanted}` });
    },
  };
}
