import { digestOf } from "./names";
import { exchangeOci, headerOf, ociError } from "./ociClient";

/** The username for a refresh token that is used as a password. */
const tokenUser = "00000000-0000-0000-0000-000000000000";

/** A repository of a registry of the local Azure, for pushing. */
export interface PushTarget {
  /** Address of the login server, without a trailing slash, for example `http://127.0.0.1:4280/data/registry01.azurecr.io`. */
  readonly origin: string;
  readonly loginServer: string;
  readonly repository: string;
  /** Refresh token. */
  readonly password: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Pushes an image without layers that stands for an image that was not built. Its digest depends only on the hash of the inputs.
 * @returns the digest of its manifest
 * @throws Error with the registry's response
 */
export async function pushPlaceholder(target: PushTarget, tag: string, inputs: string): Promise<string> {
  const authorization = await authorize(target);
  const labels = { "azure-local.placeholder": "Nothing was built.", "azure-local.inputs": `sha256:${inputs}` };
  const rootfs = { type: "layers", diff_ids: [] };
  const config = Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", config: { Labels: labels }, rootfs, history: [] }));
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(config), size: config.length },
      layers: [],
    }),
  );
  const headers = { ...target.headers, authorization };
  const base = `${target.origin}/v2/${target.repository}`;
  const type = { "content-type": "application/octet-stream" };
  await expected(201, {
    method: "POST",
    url: `${base}/blobs/uploads/?digest=${digestOf(config)}`,
    headers: { ...headers, ...type },
    body: config,
  });
  await expected(201, {
    method: "PUT",
    url: `${base}/manifests/${tag}`,
    headers: { ...headers, "content-type": mediaType },
    body: manifest,
  });
  return digestOf(manifest);
}

/** The digest of a tag. @throws Error if it doesn't exist */
export async function digestOfTag(target: PushTarget, tag: string): Promise<string> {
  const headers = { ...target.headers, authorization: await authorize(target) };
  const answer = await expected(200, { method: "HEAD", url: `${target.origin}/v2/${target.repository}/manifests/${tag}`, headers });
  return headerOf(answer.headers, "docker-content-digest") ?? "";
}

/** Gets an access token for pushing, as Docker does. @throws Error if the registry rejects the password */
export async function authorize({ origin, loginServer, repository, password, headers }: PushTarget): Promise<string> {
  const query = new URLSearchParams({ service: loginServer, scope: `repository:${repository}:pull,push` });
  const basic = `Basic ${Buffer.from(`${tokenUser}:${password}`).toString("base64")}`;
  const { bytes } = await expected(200, {
    method: "GET",
    url: `${origin}/oauth2/token?${query}`,
    headers: { ...headers, authorization: basic },
  });
  return `Bearer ${(JSON.parse(bytes.toString("utf8")) as { access_token: string }).access_token}`;
}

async function expected(status: number, request: Parameters<typeof exchangeOci>[0]): ReturnType<typeof exchangeOci> {
  const answer = await exchangeOci(request);
  if (answer.status === status) return answer;
  const { pathname } = new URL(request.url);
  const error = ociError(answer.bytes);
  throw new Error(`${request.method} ${pathname}: ${error ? `${error.code.toLowerCase()}: ${error.message}` : `status ${answer.status}`}`);
}
