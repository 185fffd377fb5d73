import type { IncomingMessage } from "node:http";
import { readBody } from "../http/body";
import { jsonAnswer, type RegistryAnswer, RegistryError } from "./answer";
import type { ImageAction, LocalRegistry, Principal, RegistryHost } from "./host";
import { type Access, accessIn, type RegistryTokens, scopeText } from "./tokens";

/** The username for a refresh token that is sent as a password. Source: Azure docs, container-registry-authentication. */
const tokenUser = "00000000-0000-0000-0000-000000000000";

/** Maximum size of a form in bytes. */
const longestForm = 64 * 1024;

/** A request to the data plane of a registry. */
export interface RegistryCall {
  readonly registry: LocalRegistry;
  readonly method: string;
  /** Path below the login server, without a leading slash: `v2/…` or `oauth2/…`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  /** The address of the login server, without a trailing slash. */
  readonly origin: string;
  /** The path of `v2/` in Location headers. */
  readonly root: string;
  /** The principal of a caller that needs no credentials. */
  readonly caller?: Principal;
}

/** Checks and issues tokens as Azure Container Registry does. */
export class Authorization {
  constructor(
    private readonly host: RegistryHost,
    private readonly tokens: RegistryTokens,
  ) {}

  /**
   * Checks that the caller has an access.
   * @param needed Undefined for `GET /v2/`, which requires only a valid token
   * @throws RegistryError 401 with a challenge
   */
  check(call: RegistryCall, needed: Access | undefined): void {
    if (call.caller) {
      if (needed && !this.isAllowed(call.registry, call.caller, needed)) throw unauthorized(call, needed, "insufficient_scope");
      return;
    }
    const [, bearer] = /^Bearer +(\S+)$/i.exec(call.request.headers.authorization ?? "") ?? [];
    // A convenience of the local Azure: a text that is not a token is accepted as a token of the deployer, as by the resource manager.
    if (bearer !== undefined && bearer.split(".").length !== 3) return;
    const granted = bearer === undefined ? undefined : this.tokens.accessOf(bearer, call.registry.loginServer);
    if (granted === undefined) throw unauthorized(call, needed, bearer === undefined ? undefined : "invalid_token");
    if (needed && !covers(granted, needed)) throw unauthorized(call, needed, "insufficient_scope");
  }

  /** Whether the caller also has an access that a request uses only optionally. */
  can(call: RegistryCall, needed: Access): boolean {
    try {
      this.check(call, needed);
      return true;
    } catch {
      return false;
    }
  }

  /** `POST /oauth2/exchange`: a refresh token for a Microsoft Entra token. Source: Azure/acr, docs/AAD-OAuth.md. */
  async exchange({ registry, method, request }: RegistryCall): Promise<RegistryAnswer> {
    if (method !== "POST") throw new RegistryError(405, "UNSUPPORTED", "Use POST for /oauth2/exchange.");
    const form = await formOf(request);
    const grant = form.get("grant_type");
    checkService(registry, form.get("service"));
    if (grant !== "access_token" && grant !== "access_token_refresh_token")
      throw new RegistryError(400, "BAD_REQUEST", `The grant_type is '${grant}'. Allowed: access_token, access_token_refresh_token.`);
    const principal = this.host.principalOf(form.get("access_token") ?? "", registry);
    if ("invalid" in principal) throw unauthenticated();
    if (this.host.rights(registry.id, principal).size === 0) throw unauthenticated();
    return jsonAnswer(200, { refresh_token: this.tokens.refreshToken(registry.loginServer, principal) });
  }

  /**
   * `/oauth2/token`: an access token, for a refresh token (POST), or for a refresh token as the password of the user
   * `00000000-0000-0000-0000-000000000000` (POST, or GET with Basic credentials). Without a password: anonymous pull.
   */
  async token({ registry, method, query, request }: RegistryCall): Promise<RegistryAnswer> {
    if (method !== "POST" && method !== "GET") throw new RegistryError(405, "UNSUPPORTED", "Use GET or POST for /oauth2/token.");
    const form = method === "POST" ? await formOf(request) : query;
    checkService(registry, form.get("service"));
    const refreshToken = method === "POST" ? postedToken(form) : basicPassword(request.headers.authorization);
    const access = accessIn(form.getAll("scope"));
    if (refreshToken === "") {
      const isPull = access.every(({ type, actions }) => type === "repository" && actions.every((action) => action === "pull"));
      if (!registry.anonymousPull || !isPull) throw unauthenticated();
      return this.issue(registry, access);
    }
    const principal = this.tokens.principalOf(refreshToken, registry.loginServer);
    if (!principal) throw unauthenticated();
    for (const one of access) if (!this.isAllowed(registry, principal, one)) throw unauthenticated(detailOf(one));
    return this.issue(registry, access);
  }

  private issue({ loginServer }: LocalRegistry, access: readonly Access[]): RegistryAnswer {
    return jsonAnswer(200, { access_token: this.tokens.accessToken(loginServer, access) });
  }

  private isAllowed({ id }: LocalRegistry, principal: Principal, { type, actions }: Access): boolean {
    const rights = this.host.rights(id, principal);
    if (type === "registry") return rights.has("pull");
    return type === "repository" && actions.every((action) => (requirements[action] ?? []).some((right) => rights.has(right)));
  }
}

/** The right that each action of a scope requires. */
const requirements: Readonly<Record<string, readonly ImageAction[]>> = {
  pull: ["pull"],
  metadata_read: ["pull"],
  push: ["push"],
  metadata_write: ["push"],
  delete: ["delete"],
  "*": ["delete"],
};

function covers(granted: readonly Access[], needed: Access): boolean {
  return needed.actions.every((action) =>
    granted.some(
      ({ type, name, actions }) => type === needed.type && name === needed.name && [action, "*"].some((one) => actions.includes(one)),
    ),
  );
}

/** Source of the text and detail: recorded responses of Azure Container Registry in Azure/azure-sdk-for-js, sdk/containerregistry. */
function unauthenticated(detail?: unknown): RegistryError {
  const message = "authentication required, visit https://aka.ms/acr/authorization for more information.";
  return new RegistryError(401, "UNAUTHORIZED", message, { detail });
}

function unauthorized(call: RegistryCall, needed: Access | undefined, error?: string): RegistryError {
  const { message } = unauthenticated();
  const parameters = [
    `realm="${call.origin}/oauth2/token"`,
    `service="${call.registry.loginServer}"`,
    ...(needed ? [`scope="${scopeText(needed)}"`] : []),
    ...(error ? [`error="${error}"`] : []),
  ];
  const headers = { "www-authenticate": `Bearer ${parameters.join(",")}`, "docker-distribution-api-version": "registry/2.0" };
  return new RegistryError(401, "UNAUTHORIZED", message, { headers, ...(needed ? { detail: detailOf(needed) } : {}) });
}

function detailOf({ type, name, actions }: Access): unknown {
  return actions.map((action) => ({ Type: type, Name: name, Action: action }));
}

function checkService({ loginServer }: LocalRegistry, service: string | null): void {
  if (service?.toLowerCase() === loginServer) return;
  throw new RegistryError(400, "BAD_REQUEST", `The service is '${service}'. Allowed: ${loginServer}.`);
}

/** The refresh token of a form. Empty for the anonymous grant: no password, and no user. */
function postedToken(form: URLSearchParams): string {
  const grant = form.get("grant_type");
  if (grant === "refresh_token") return form.get("refresh_token") ?? "";
  if (grant !== "password") throw new RegistryError(400, "BAD_REQUEST", `The grant_type is '${grant}'. Allowed: refresh_token, password.`);
  const user = form.get("username");
  if (user !== null && user !== tokenUser) throw unauthenticated();
  return form.get("password") ?? form.get("refresh_token") ?? "";
}

function basicPassword(authorization: string | undefined): string {
  if (authorization === undefined) return "";
  const [, encoded] = /^Basic +(\S+)$/i.exec(authorization) ?? [];
  const [user, ...password] = Buffer.from(encoded ?? "", "base64")
    .toString("utf8")
    .split(":");
  if (user !== tokenUser || password.length === 0) throw unauthenticated();
  return password.join(":");
}

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  const body = await readBody(request, longestForm);
  if (typeof body === "string") throw new RegistryError(400, "BAD_REQUEST", `The form is ${body}.`);
  return new URLSearchParams(body.toString("utf8"));
}
