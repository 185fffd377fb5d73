import { createHash, randomBytes } from "node:crypto";
import type { Table, Tables } from "./tables";

export interface EndpointKeys {
  readonly primaryKey: string;
  readonly secondaryKey: string;
}

export interface EndpointToken {
  readonly accessToken: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  readonly refreshAt: number;
}

const TOKEN_LIFE = 3600 * 1000;

/**
 * Secrets that the service must be able to return, in a separate file: endpoint keys and tokens, credentials of connections and datastores,
 * and running template deployments. Key Vault values are not included, because ARM never returns them.
 */
export class Credentials {
  private readonly keys: Table<EndpointKeys>;
  private readonly tokens: Table<EndpointToken[]>;
  private readonly values: Table<unknown>;

  constructor(readonly tables: Tables) {
    this.keys = tables.table("endpointKeys");
    this.tokens = tables.table("endpointTokens");
    this.values = tables.table("values");
  }

  endpointKeys(id: string): EndpointKeys | undefined {
    return this.keys.get(id.toLowerCase());
  }

  setEndpointKeys(id: string, keys: Partial<EndpointKeys>): void {
    const before = this.endpointKeys(id);
    this.keys.set(id.toLowerCase(), {
      primaryKey: keys.primaryKey ?? before?.primaryKey ?? newKey(),
      secondaryKey: keys.secondaryKey ?? before?.secondaryKey ?? newKey(),
    });
  }

  /** The valid tokens of the endpoint. */
  endpointTokens(id: string, now: number): EndpointToken[] {
    return (this.tokens.get(id.toLowerCase()) ?? []).filter((token) => token.expiresAt > now);
  }

  /** Returns the current token, or a new one if it is due for a refresh. */
  issueToken(id: string, now: number): EndpointToken {
    const valid = this.endpointTokens(id, now);
    const current = valid.find((token) => token.refreshAt > now);
    if (current) return current;
    const token = {
      accessToken: randomBytes(48).toString("base64url"),
      expiresAt: now + TOKEN_LIFE,
      refreshAt: now + (TOKEN_LIFE * 2) / 3,
    };
    this.tokens.set(id.toLowerCase(), [...valid, token]);
    return token;
  }

  /** Secret parts of a resource's body. */
  secretsOf<T>(id: string): T | undefined {
    return this.values.get(id.toLowerCase()) as T | undefined;
  }

  setSecretsOf(id: string, secrets: unknown): void {
    this.values.set(id.toLowerCase(), secrets);
  }

  forget(id: string): void {
    const key = id.toLowerCase();
    this.keys.delete(key);
    this.tokens.delete(key);
    this.values.delete(key);
  }
}

function newKey(): string {
  return randomBytes(24).toString("base64url");
}

/** A hash that detects a changed secret without storing it. */
export function fingerprint(value: unknown, salt: string): string {
  return createHash("sha256").update(salt).update(JSON.stringify(value)).digest("hex");
}
