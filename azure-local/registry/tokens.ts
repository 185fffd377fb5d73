import { createHmac } from "node:crypto";
import { readToken, signToken } from "../scoringProxy/jwt";
import type { Principal } from "./host";
import { isRecord } from "./names";

/** An entry of a scope, for example `repository:moor/vllm:pull,push`. */
export interface Access {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/**
 * Lifetimes in seconds. Source of 3 hours: Azure docs, container-registry/container-registry-authentication. The lifetime of an access
 * token is not documented. Clients must read it from the token.
 */
const lifetimes = { refresh: 3 * 3600, access: 75 * 60 } as const;

/** The tokens of Azure Container Registry: a refresh token for a principal, and an access token for scopes. */
export class RegistryTokens {
  private readonly secret: string;

  /** @param secret Secret of the local issuer, from which another secret is derived, so that one can't be used as the other */
  constructor(secret: string) {
    this.secret = createHmac("sha256", secret).update("container registry").digest("base64url");
  }

  refreshToken(loginServer: string, { oid, groups }: Principal): string {
    return this.sign({ aud: loginServer, grant_type: "refresh_token", oid, groups }, lifetimes.refresh);
  }

  accessToken(loginServer: string, access: readonly Access[]): string {
    return this.sign({ aud: loginServer, grant_type: "access_token", access }, lifetimes.access);
  }

  /** The principal of a refresh token of this registry. */
  principalOf(refreshToken: string, loginServer: string): Principal | undefined {
    const { oid, groups } = this.claims(refreshToken, loginServer, "refresh_token") ?? {};
    if (typeof oid !== "string") return undefined;
    return { oid, groups: Array.isArray(groups) ? groups.filter((one) => typeof one === "string") : [] };
  }

  /** The scopes of an access token of this registry. */
  accessOf(accessToken: string, loginServer: string): readonly Access[] | undefined {
    const { access } = this.claims(accessToken, loginServer, "access_token") ?? {};
    return Array.isArray(access) ? access.filter(isAccess) : undefined;
  }

  private sign(claims: object, lifetime: number): string {
    const now = Math.floor(Date.now() / 1000);
    return signToken({ iss: "Azure Container Registry", ...claims, iat: now, nbf: now, exp: now + lifetime }, this.secret);
  }

  private claims(token: string, loginServer: string, grant: string): Readonly<Record<string, unknown>> | undefined {
    const reading = readToken(token, this.secret);
    if ("invalid" in reading) return undefined;
    return reading.claims.aud === loginServer && reading.claims.grant_type === grant ? reading.claims : undefined;
  }
}

/** Reads the scopes of a request. Entries with another format are ignored. */
export function accessIn(scopes: readonly string[]): Access[] {
  return scopes
    .flatMap((scope) => scope.split(" "))
    .flatMap((entry) => {
      const [, type, name, actions] = /^([a-z]+):([^:]+):([a-z_,*]+)$/.exec(entry) ?? [];
      return type && name && actions ? [{ type, name, actions: actions.split(",") }] : [];
    });
}

export function scopeText({ type, name, actions }: Access): string {
  return `${type}:${name}:${actions.join(",")}`;
}

function isAccess(value: unknown): value is Access {
  return isRecord(value) && typeof value.type === "string" && typeof value.name === "string" && Array.isArray(value.actions);
}
