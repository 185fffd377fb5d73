/** Type tokens of azure-native, with and without an API version. */

export interface Token {
  /** The token without package and version, for example `storage:StorageAccount`. */
  readonly name: string;
  /** API version, if the token has one, for example `2024-01-01`. */
  readonly apiVersion?: string;
}

// `azure-native:storage:StorageAccount`, `azure-native:storage/v20240101:StorageAccount`, and a generated SDK of one API version:
// `azure-native_storage_v20240101:storage:StorageAccount`. Source: Pulumi docs, azure-native, "Version 3 migration guide".
const pattern = /^azure-native(?:_\w+?_(?<packageVersion>v\w+))?:(?<module>\w+)(?:\/(?<version>v\w+))?:(?<type>\w+)$/;

/** The parts of a token. Undefined if it isn't a resource of azure-native. */
export function parseToken(token: string): Token | undefined {
  const { module, type, version, packageVersion } = pattern.exec(token)?.groups ?? {};
  if (module === undefined || type === undefined) return undefined;
  return { name: `${module}:${type}`, apiVersion: dateOf(version ?? packageVersion) };
}

/** `v20240101preview` → `2024-01-01-preview`. */
function dateOf(version = ""): string | undefined {
  const [, year, month, day, suffix] = /^v(\d{4})(\d{2})(\d{2})(\w*)$/.exec(version) ?? [];
  return year === undefined ? undefined : [year, month, day, ...(suffix ? [suffix] : [])].join("-");
}
