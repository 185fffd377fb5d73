/** Imports an image from another registry (`importImage`). Azure copies it, so the caller needs no connection to either registry. */
import { type ArmClient, ArmError } from "../arm";
import { importApiVersion } from "./apiVersions";

/** An image of another registry, by digest. */
export interface ImportSource {
  /** Host name, for example `docker.io`. */
  readonly registry: string;
  readonly repository: string;
  readonly digest: string;
}

export interface SourceCredentials {
  readonly username: string;
  readonly password: string;
}

export interface ImportRequest {
  readonly source: ImportSource;
  /** Repository and tag in the registry of the stack. */
  readonly repository: string;
  readonly tag: string;
  /** @default - anonymous */
  readonly credentials?: SourceCredentials;
}

/** Timeout of an import, in seconds. It is long, because no source states how long Azure needs for an image of 11 GB. */
const importSeconds = 3 * 3600;

/**
 * Imports an image and waits until it is copied. If the tag exists, the image is present, because the tag contains a part of the digest.
 * @returns true if Azure copied the image, false if it was already present
 * @throws ImportError if Azure can't read the source; ArmError if Azure rejects the request for another reason
 */
export async function importImage(azure: ArmClient, registryId: string, request: ImportRequest): Promise<boolean> {
  const { source, repository, tag, credentials } = request;
  const body = {
    source: {
      registryUri: source.registry,
      sourceImage: `${source.repository}@${source.digest}`,
      ...(credentials === undefined ? {} : { credentials }),
    },
    targetTags: [`${repository}:${tag}`],
    mode: "NoForce",
  };
  try {
    await azure.act(registryId, "importImage", body, importSeconds, importApiVersion);
    return true;
  } catch (error) {
    if (!(error instanceof ArmError)) throw error;
    if (isConflict(error)) return false;
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    throw new ImportError(problem, source, withoutSecrets(error.message, credentials), credentials !== undefined);
  }
}

/** Codes of a 409 with which Azure Resource Manager rejects any change. Source: Azure docs, common-deployment-errors; lock-resources. */
const rejections: ReadonlySet<string> = new Set([
  "AnotherOperationInProgress",
  "MissingSubscriptionRegistration",
  "OperationInProgress",
  "ReadOnlyDisabledSubscription",
  "ScopeLocked",
]);

/** Whether the tag exists. Azure documents neither the status nor the code of this answer. */
function isConflict({ status, code }: ArmError): boolean {
  return code === "Conflict" || (status === 409 && (code === undefined || !rejections.has(code)));
}

/** Why Azure couldn't read the source. */
export type ImportProblem = "credentials" | "missing" | "rateLimit";

/** Azure couldn't read the image in the source registry. */
export class ImportError extends Error {
  constructor(
    readonly problem: ImportProblem,
    source: ImportSource,
    answer: string,
    /** Whether the request contained credentials. */
    readonly authenticated: boolean,
  ) {
    super(`Azure can't import ${source.registry}/${source.repository}@${source.digest}. ${remedies[problem](source)}\n${answer}`);
    this.name = "ImportError";
  }
}

const credentialsCommand = ({ registry }: ImportSource) =>
  `pulumi config set --secret moor:importCredentials '{"${registry}":"<username>:<token with permission to pull>"}'`;

const remedies = {
  credentials: (source) =>
    `${source.registry} rejected the request: it requires credentials, the credentials in moor:importCredentials are not valid, or the image doesn't exist. ` +
    `Set credentials that can only pull:\n  ${credentialsCommand(source)}`,
  missing: ({ registry }) =>
    `${registry} has no image with this repository and digest. Check both. The digest must be that of the linux/amd64 manifest.`,
  rateLimit: (source) =>
    `${source.registry} limits the number of pulls without credentials, per address. Wait, or set credentials that can only pull:\n  ${credentialsCommand(source)}`,
} satisfies Record<ImportProblem, (source: ImportSource) => string>;

/**
 * Problem by code, without case and underscores. The source registry's own error has a code of the OCI distribution specification; Azure
 * adds that error to its message. Source: Azure/acr#457, #476.
 */
const problems: Readonly<Record<string, ImportProblem>> = {
  unauthorized: "credentials",
  denied: "credentials",
  forbidden: "credentials",
  manifestunknown: "missing",
  nameunknown: "missing",
  toomanyrequests: "rateLimit",
};

/** Statuses with which Azure Resource Manager rejects the caller. The code of such a response isn't that of the source registry. */
const ownStatuses: readonly number[] = [401, 403, 429];

function problemOf({ status, code, reason }: ArmError): ImportProblem | undefined {
  const found = sourceCode(reason) ?? (ownStatuses.includes(status) ? undefined : code);
  return found === undefined ? undefined : problems[found.toLowerCase().replaceAll("_", "")];
}

/** Error code of the source registry, from a JSON object at the end of Azure's message: `… {"errors":[{"code":"UNAUTHORIZED",…}]}`. */
function sourceCode(message: string): string | undefined {
  const start = message.indexOf("{");
  if (start < 0) return undefined;
  try {
    const { errors } = JSON.parse(message.slice(start)) as { readonly errors?: readonly { readonly code?: unknown }[] };
    const code = errors?.[0]?.code;
    return typeof code === "string" ? code : undefined;
  } catch {
    return undefined;
  }
}

/** Azure's message, without the credentials of the request if Azure repeats them. */
function withoutSecrets(message: string, { password = "" }: Partial<SourceCredentials> = {}): string {
  return password === "" ? message : message.replaceAll(password, "[secret]");
}
