/** A manifest of an image or of an index. */
export interface Manifest {
  readonly mediaType: string;
  readonly bytes: Buffer;
  /** `sha256:<64 hex digits>` of the bytes. */
  readonly digest: string;
}

/** An image of a registry outside Azure, by digest. */
export interface OutsideImage {
  /** Host of the registry, for example `docker.io`. */
  readonly registry: string;
  readonly repository: string;
  /** `sha256:<64 hex digits>` */
  readonly digest: string;
  readonly credentials?: { readonly username: string; readonly password: string };
}

/** Where the images of an import are written. */
export interface ImportTarget {
  /** ARM ID of the registry. */
  readonly registryId: string;
  readonly repository: string;
  readonly tags: readonly string[];
}

/** A run of a task of Azure Container Registry. */
export interface TaskRunRequest {
  /** ARM ID of the registry that has the task. */
  readonly registryId: string;
  /** Host name of that registry, for example `registry01.azurecr.io`. */
  readonly loginServer: string;
  /** The decoded task file: an object with `steps` and `volumes`. */
  readonly steps: unknown;
  /** Object ID of the system-assigned identity of the task. */
  readonly principalId: string | undefined;
  /** Whether the network rules of the registry admit the task. */
  readonly admitted: boolean;
}

export interface TaskRunResult {
  readonly succeeded: boolean;
  /** The log of the run, without secrets. */
  readonly log: string;
  /** The images that `build` and `push` steps pushed. Images that a script pushes are not listed, as in Azure. */
  readonly images: readonly { readonly repository: string; readonly tag: string; readonly digest: string }[];
}

/**
 * The contents of the registries of the local Azure: a store in the state folder, or a real OCI registry (option `registry`). ARM IDs are
 * case-insensitive.
 */
export interface Registries {
  /** @param reference a tag, or a digest `sha256:…` */
  manifest(registryId: string, repository: string, reference: string): Promise<Manifest | undefined>;
  /** Writes a manifest by tag or digest, without checking its blobs, and records it for the rules of ARM. @returns its digest */
  putManifest(registryId: string, repository: string, reference: string, mediaType: string, bytes: Buffer): Promise<string>;
  /**
   * Copies an image by digest from a registry outside Azure, as importImage does. Without an address for its host (option
   * `outsideRegistries`), only the digest and the tags are recorded: `bytes` is false.
   * @throws OutsideError if the outside registry rejects the request or doesn't respond
   */
  importImage(from: OutsideImage, to: ImportTarget): Promise<{ readonly bytes: boolean }>;
  /** Runs the commands of a task of Azure Container Registry on this machine. */
  runTask(run: TaskRunRequest): Promise<TaskRunResult>;
}

/** An error of a registry outside Azure. 502: it doesn't respond, or its response is invalid. */
export class OutsideError extends Error {
  override readonly name = "OutsideError";

  constructor(
    readonly status: 401 | 403 | 404 | 429 | 502,
    message: string,
  ) {
    super(message);
  }
}
