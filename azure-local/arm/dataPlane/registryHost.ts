import { createHash } from "node:crypto";
import { RegistryError } from "../../registry/answer";
import type { Directory, ImageAction, LocalRegistry, Principal, RegistryHost } from "../../registry/host";
import { readToken } from "../../scoringProxy/jwt";
import { AzureError } from "../azureError";
import type { RoleName } from "../builtInRoles";
import type { Engine } from "../engine";
import { holdsRole } from "../grants";
import { at } from "../json";
import type { Inventory, Resource } from "../model";

/** Roles with access to the images of a registry. Source: Azure docs, container-registry/container-registry-roles. */
const grants: Readonly<Record<ImageAction, readonly RoleName[]>> = {
  pull: ["AcrPull", "AcrPush", "Reader", "Contributor", "Owner"],
  push: ["AcrPush", "Contributor", "Owner"],
  delete: ["Contributor", "Owner"],
};

const actions = Object.keys(grants) as ImageAction[];

const registryAudience = "https://containerregistry.azure.net";
const armAudiences = ["https://management.azure.com", "https://management.core.windows.net"];

export function localRegistry({ id, name, createdAt, body }: Resource, inventory: Inventory): LocalRegistry {
  const hash = createHash("sha256").update(`${inventory.subscriptionId} ${id.toLowerCase()} ${createdAt}`).digest("hex").slice(0, 8);
  return {
    id,
    loginServer: `${name.toLowerCase()}.azurecr.io`,
    scope: `${name.toLowerCase()}-${hash}`,
    acceptsArmTokens: at(body, "properties.policies.azureADAuthenticationAsArmPolicy.status") !== "disabled",
    anonymousPull: at(body, "properties.anonymousPullEnabled") === true,
  };
}

/**
 * The registries of the state. Without a directory, all tokens are those of the deployer, who owns everything. With one, a JSON Web Token
 * must be signed by the local issuer. Any other text is accepted as a token of the deployer.
 */
export function registryHost({ inventory, contents, transact, store }: RegistryState, directory: Directory | undefined): RegistryHost {
  const written = <T>(act: () => T): T => {
    try {
      return transact(act);
    } catch (error) {
      throw error instanceof AzureError ? new RegistryError(error.status, "UNKNOWN", error.message) : error;
    }
  };
  const deployer = directory?.deployerId(inventory.tenantId) ?? "";
  return {
    registry: (id) => {
      const resource = store.get(id);
      return resource && localRegistry(resource, inventory);
    },
    image: (id, repository, reference) => contents.image(id, repository, reference),
    images: (id) => contents.images(id),
    record: (id, repository, reference, digest) => written(() => contents.putImage(id, repository, reference, digest)),
    remove: (id, repository, reference) => written(() => contents.deleteImage(id, repository, reference)),
    rights: (id, principal) => rightsOf(inventory, id, principal, deployer),
    principalOf: (token, { acceptsArmTokens }) => {
      if (directory === undefined || token.split(".").length !== 3)
        return token === "" ? { invalid: "is missing" } : { oid: deployer, groups: [] };
      const reading = readToken(token, directory.tokenSecret);
      if ("invalid" in reading) return reading;
      const { aud, oid, groups } = reading.claims;
      const audience = typeof aud === "string" ? aud.replace(/\/+$/, "") : "";
      if (audience !== registryAudience && !(acceptsArmTokens && armAudiences.includes(audience)))
        return { invalid: `has the audience '${audience}'` };
      if (typeof oid !== "string") return { invalid: "has no oid" };
      return { oid, groups: Array.isArray(groups) ? groups.filter((one) => typeof one === "string") : [] };
    },
  };
}

type RegistryState = Pick<Engine, "inventory" | "contents" | "store"> & { readonly transact: <T>(act: () => T) => T };

function rightsOf(inventory: Inventory, id: string, { oid, groups }: Principal, deployer: string): ReadonlySet<ImageAction> {
  if (oid === deployer) return new Set(actions);
  return new Set(actions.filter((action) => [oid, ...groups].some((one) => holdsRole(inventory, one, grants[action], id))));
}
