/** What a principal can do with the images of a registry. */
export type ImageAction = "pull" | "push" | "delete";

/** The caller of a registry: the object ID of a principal and of its groups. */
export interface Principal {
  readonly oid: string;
  readonly groups: readonly string[];
}

/** A registry that exists in the local Azure. */
export interface LocalRegistry {
  /** ARM ID. */
  readonly id: string;
  /** Host name, for example `registry01.azurecr.io`. */
  readonly loginServer: string;
  /** Identifies the contents. A re-created registry has another scope. Lower-case letters, digits and hyphens. */
  readonly scope: string;
  /** Whether tokens for Azure Resource Manager are accepted (policy `azureADAuthenticationAsArmPolicy`). */
  readonly acceptsArmTokens: boolean;
  /** Whether images can be pulled without credentials. */
  readonly anonymousPull: boolean;
}

export interface RecordedImage {
  readonly repository: string;
  readonly digest: string;
  readonly tag?: string;
}

/** What the registries' data plane needs from the resource manager. */
export interface RegistryHost {
  registry(registryId: string): LocalRegistry | undefined;
  /** The digest of an image, by tag or digest. */
  image(registryId: string, repository: string, reference: string): string | undefined;
  images(registryId: string): readonly RecordedImage[];
  /** Makes an image exist. @throws Error if the state can't be written */
  record(registryId: string, repository: string, reference: string, digest: string): void;
  /** Deletes a tag, or a digest with its tags. @returns whether it existed */
  remove(registryId: string, repository: string, reference: string): boolean;
  /** What the principal's role assignments on the registry allow. */
  rights(registryId: string, principal: Principal): ReadonlySet<ImageAction>;
  /** The principal of a Microsoft Entra token, or why the token is rejected, as the continuation of "The token ". */
  principalOf(token: string, registry: LocalRegistry): Principal | { readonly invalid: string };
}

/** The part of the local Azure's Microsoft Entra tenant that registries use. */
export interface Directory {
  /** Secret of the local issuer of tokens. */
  readonly tokenSecret: string;
  /** Object ID of the principal that runs deployments. It owns all registries. */
  readonly deployerId: (tenantId: string) => string;
}
