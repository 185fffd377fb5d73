import type { ArmResponse } from "../armRequest";
import { AzureError } from "../azureError";
import type { NetworkPosition } from "../dataPlane";
import type { Engine } from "../engine";
import { principalOf, userAssignedIds } from "../grants";
import type { Inventory, Resource } from "../model";
import { isWithin, parentIdOf } from "../path";
import { PRIVATE_ENDPOINT, type PrivateEndpointProperties, recordsOf } from "../types/privateLink";
import { SCRIPT_PREFIX, type ScriptHost } from "./host";
import { propertiesOf } from "./script";

/** Path of the token endpoint. Source: Azure docs, entra/identity/managed-identities-azure-resources/how-to-use-vm-token. */
const TOKEN_PATH = "/metadata/identity/oauth2/token";

/** Signs a token for an audience and a principal. */
type IssueToken = (audience: string, principalId: string) => string;

/** A request of a running script. */
export interface ScriptRequest {
  /** The path without the prefix. */
  readonly pathname: string;
  /** The prefix, as part of the origin of links in responses. */
  readonly prefix: string;
  /** The network position of the script relative to a data plane host. */
  position(host: string): NetworkPosition;
  /** Responds to a request for a token; undefined for other paths. */
  token(method: string, query: URLSearchParams, metadataHeader: string | undefined): ArmResponse | undefined;
}

/**
 * The requests of deployment scripts, which reach the local Azure under an address of their own. So a script has the identity and the
 * network of its resource, and can't claim others.
 */
export class ScriptAccess {
  constructor(
    private readonly engine: Engine,
    private readonly host: ScriptHost,
    private readonly issue: IssueToken | undefined,
  ) {}

  /**
   * Reads the path of a script's request, which begins with `SCRIPT_PREFIX`.
   * @throws AzureError 403 if the script has ended
   */
  enter(path: string): ScriptRequest {
    const [key = "", ...rest] = path.slice(SCRIPT_PREFIX.length).split("/");
    const script = this.host.scriptOf(key);
    if (script === undefined) throw new AzureError(403, "ScriptNotRunning", "The deployment script with this address is not running.");
    const { inventory } = this.engine;
    const pathname = `/${rest.join("/")}`;
    return {
      pathname,
      prefix: `${SCRIPT_PREFIX}${key}`,
      position: (host) => positionOf(script, host, inventory),
      token: (method, query, header) => (pathname === TOKEN_PATH ? this.token(script, method, query, header) : undefined),
    };
  }

  private token(script: Resource, method: string, query: URLSearchParams, header: string | undefined): ArmResponse {
    const { inventory } = this.engine;
    const [identityId] = userAssignedIds(script.body.identity);
    const resource = query.get("resource");
    const principalId = principalOf(inventory, identityId);
    if (method !== "GET" || header?.toLowerCase() !== "true" || !resource || !query.get("api-version"))
      return tokenError("invalid_request", "Required: GET with the header Metadata: true and the parameters api-version and resource.");
    if (principalId === undefined || this.issue === undefined) return tokenError("invalid_request", "Identity not found");
    const { clientId } = inventory.get(identityId)!.outputs.properties as { clientId: string };
    const now = Math.floor(Date.now() / 1000);
    const body = {
      access_token: this.issue(resource, principalId),
      client_id: clientId,
      expires_in: String(LIFETIME),
      expires_on: String(now + LIFETIME),
      ext_expires_in: String(LIFETIME),
      not_before: String(now),
      resource,
      token_type: "Bearer",
    };
    return { status: 200, body };
  }
}

/** Seconds. */
const LIFETIME = 3600;

function tokenError(error: string, error_description: string): ArmResponse {
  return { status: 400, body: { error, error_description } };
}

/** A script is inside if its network has a private endpoint of the host. */
function positionOf(script: Resource, host: string, inventory: Inventory): NetworkPosition {
  const networks = (propertiesOf(script.body).containerSettings?.subnetIds ?? []).map(({ id }) => parentIdOf(id));
  const endpoints = inventory.all(PRIVATE_ENDPOINT).filter(({ body }) => {
    const subnetId = (body.properties as PrivateEndpointProperties).subnet?.id ?? "";
    return networks.some((network) => isWithin(subnetId, network));
  });
  const hosts = endpoints.flatMap((endpoint) => recordsOf(endpoint, inventory).map(({ fqdn }) => fqdn.toLowerCase()));
  return hosts.includes(host.toLowerCase()) ? "inside" : "outside";
}
