import { StorageError } from "./answer";
import { header, type StorageCall } from "./call";
import type { BlobAction, StorageHost } from "./host";

/** The first version with Microsoft Entra tokens. Source: Azure docs, storage/blobs/authorize-access-azure-active-directory. */
const firstVersion = "2017-11-09";

/**
 * Checks the caller as Azure Storage does: a Microsoft Entra token, and a role with data actions. Requests with an account key or a shared
 * access signature are rejected, because the local Azure has no account keys.
 * @throws StorageError
 */
export function authorize(call: StorageCall, container: string, needed: BlobAction, host: StorageHost): void {
  const authorization = header(call, "authorization") ?? "";
  if (/^SharedKey(Lite)? /i.test(authorization) || call.query.has("sig")) throw keyError(call);
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  if (token === undefined) throw challenge(call, authorization);
  checkVersion(call);
  const principal = host.principalOf(token, call.account);
  if ("invalid" in principal) {
    const message = `Server failed to authenticate the request. Please refer to the information in the www-authenticate header.`;
    throw new StorageError(401, "InvalidAuthenticationInfo", message, {
      headers: challengeHeaders(call),
      elements: { AuthenticationErrorDetail: `The token ${principal.invalid}.` },
    });
  }
  if (host.rights(call.account, container, principal).has(needed)) return;
  // Source of the message: Azure REST reference, storageservices/blob-service-error-codes.
  throw new StorageError(
    403,
    "AuthorizationPermissionMismatch",
    "This request is not authorized to perform this operation using this permission.",
  );
}

/**
 * The version is required for requests with a token. Source: Azure REST reference, storageservices/put-blob, "Request headers". The codes of
 * the errors are inferred.
 */
function checkVersion(call: StorageCall): void {
  const version = header(call, "x-ms-version");
  if (version === undefined)
    throw new StorageError(400, "MissingRequiredHeader", "An HTTP header that's mandatory for this request is not specified.", {
      elements: { HeaderName: "x-ms-version" },
    });
  if (!/^\d{4}-\d{2}-\d{2}$/.test(version) || version < firstVersion)
    throw new StorageError(400, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format.", {
      elements: { HeaderName: "x-ms-version", HeaderValue: version },
    });
}

/** Source: Azure docs, storage/common/shared-key-authorization-prevent. */
function keyError({ account }: StorageCall): StorageError {
  if (!account.acceptsKeys)
    return new StorageError(
      403,
      "KeyBasedAuthenticationNotPermitted",
      "Key based authentication is not permitted on this storage account.",
    );
  return new StorageError(
    403,
    "AuthenticationFailed",
    "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.",
    { elements: { AuthenticationErrorDetail: "The local Azure has no account keys. Use a Microsoft Entra token." } },
  );
}

/** Source: Azure REST reference, storageservices/authorize-with-azure-active-directory, "Bearer challenge". */
function challenge(call: StorageCall, authorization: string): StorageError {
  if (authorization !== "")
    return new StorageError(
      400,
      "InvalidAuthenticationInfo",
      "Authentication information is not given in the correct format. Check the value of Authorization header.",
    );
  return new StorageError(
    401,
    "NoAuthenticationInformation",
    "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
    { headers: challengeHeaders(call) },
  );
}

function challengeHeaders({ account: { tenantId } }: StorageCall): Record<string, string> {
  const authorizationUri = `https://login.microsoftonline.com/${tenantId}/oauth2/authorize`;
  return { "www-authenticate": `Bearer authorization_uri=${authorizationUri} resource_id=https://storage.azure.com` };
}
