import { createHash } from "node:crypto";

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";

export function sha256(bytes: string | Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

export interface ImageBytes {
  readonly config: string;
  readonly layers: readonly string[];
  readonly manifest: string;
  readonly digest: string;
}

/** An image with layers of these contents, which need not be archives. */
export function imageOf(...layers: string[]): ImageBytes {
  const config = JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: layers.map(sha256) } });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: sha256(config), size: config.length },
    layers: layers.map((layer) => ({
      mediaType: "application/vnd.oci.image.layer.v1.tar",
      digest: sha256(layer),
      size: Buffer.byteLength(layer),
    })),
  });
  return { config, layers, manifest, digest: sha256(manifest) };
}

interface Options {
  readonly network?: "inside" | "outside";
  /** Microsoft Entra token. @default an opaque token, which is one of the deployer */
  readonly token?: string;
}

/** A client of a registry that gets tokens as Docker and Azure's clients do. */
export class RegistryClient {
  readonly origin: string;

  constructor(
    armUrl: string,
    readonly loginServer: string,
    private readonly options: Options = {},
  ) {
    this.origin = `${armUrl}/data/${loginServer}`;
  }

  /** A request without credentials. */
  raw(method: string, path: string, init: { body?: string | Uint8Array; headers?: Record<string, string> } = {}): Promise<Response> {
    const { network } = this.options;
    const headers = { ...(network ? { "x-azure-local-network": network } : {}), ...init.headers };
    return fetch(`${this.origin}${path}`, { method, body: init.body as string | undefined, headers });
  }

  post(path: string, form: Record<string, string>): Promise<Response> {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return this.raw("POST", path, { body: new URLSearchParams(form).toString(), headers });
  }

  exchange(token = this.options.token ?? "opaque"): Promise<Response> {
    return this.post("/oauth2/exchange", { grant_type: "access_token", service: this.loginServer, access_token: token });
  }

  async refreshToken(): Promise<string> {
    const answer = await this.exchange();
    if (answer.status !== 200) throw new Error(`exchange: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { refresh_token: string }).refresh_token;
  }

  async accessToken(scope: string): Promise<string> {
    const refresh_token = await this.refreshToken();
    const answer = await this.post("/oauth2/token", { grant_type: "refresh_token", service: this.loginServer, scope, refresh_token });
    if (answer.status !== 200) throw new Error(`token: ${answer.status} ${await answer.text()}`);
    return ((await answer.json()) as { access_token: string }).access_token;
  }

  /** A request with a token for the repository in its path. */
  async send(method: string, path: string, init: { body?: string | Uint8Array; headers?: Record<string, string> } = {}): Promise<Response> {
    const [, repository] = /^\/v2\/(.+?)\/(?:blobs|manifests|tags)\//.exec(path) ?? [];
    const scope = repository ? `repository:${repository}:pull,push,delete` : "registry:catalog:*";
    const authorization = `Bearer ${await this.accessToken(scope)}`;
    return this.raw(method, path, { ...init, headers: { ...init.headers, authorization } });
  }

  putBlob(repository: string, content: string | Uint8Array): Promise<Response> {
    return this.send("POST", `/v2/${repository}/blobs/uploads/?digest=${sha256(content)}`, { body: content });
  }

  putManifest(repository: string, reference: string, manifest: string, type = OCI_MANIFEST): Promise<Response> {
    return this.send("PUT", `/v2/${repository}/manifests/${reference}`, { body: manifest, headers: { "content-type": type } });
  }

  /** @returns the status of the manifest's upload */
  async push(repository: string, tag: string, image: ImageBytes = imageOf()): Promise<number> {
    for (const blob of [image.config, ...image.layers]) {
      const answer = await this.putBlob(repository, blob);
      if (answer.status !== 201) return answer.status;
    }
    return (await this.putManifest(repository, tag, image.manifest)).status;
  }

  async code(answer: Response): Promise<[number, string]> {
    const { errors } = (await answer.json()) as { errors: { code: string }[] };
    return [answer.status, errors[0]!.code];
  }
}
