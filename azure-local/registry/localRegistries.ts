import type { IncomingMessage, ServerResponse } from "node:http";
import { ContainerRegistryService } from "./acr";
import type { RegistryAnswer } from "./answer";
import { DiskStores } from "./diskStore";
import type { Principal, RegistryHost } from "./host";
import type { ImageStores } from "./imageStore";
import { checkReference, checkRepository, digestOf, referencesOf } from "./names";
import { copyImage, OutsideRepository } from "./outside";
import {
  type ImportTarget,
  type Manifest,
  OutsideError,
  type OutsideImage,
  type Registries,
  type TaskRunRequest,
  type TaskRunResult,
} from "./registries";
import { RemoteStores } from "./remoteStore";
import { runTask } from "./taskRun";
import { RegistryTokens } from "./tokens";
import { hasImageWithoutBytes, repositoryOfBlob, withoutBytesLine } from "./withoutBytes";

/** How a caller connects to a registry. */
export interface RegistryRoute {
  /** The address of the login server, without a trailing slash. */
  readonly origin: string;
  /** The path of `v2/` in Location headers. */
  readonly root: string;
  /** The network position of the caller, instead of the one that it declares. */
  readonly position?: "inside" | "outside";
  /** Whether network rules admit the caller. @default - by its position */
  readonly isAdmitted?: boolean;
  /** A caller that needs no credentials. */
  readonly caller?: Principal;
}

export interface RegistriesOptions {
  /** Folder of the built-in store. */
  readonly folder: string;
  /** Address of a real OCI registry that stores the contents instead. */
  readonly registry?: string;
  /** Local addresses that replace registries outside Azure, by host name. */
  readonly outside: Readonly<Record<string, string>>;
  /** Secret from which tokens are signed. */
  readonly tokenSecret: string;
  readonly host: RegistryHost;
  /** Serves a request to the data plane. */
  readonly serve: (request: IncomingMessage, loginServer: string, path: string, route: RegistryRoute) => Promise<RegistryAnswer>;
  /** Sends an answer. */
  readonly send: (response: ServerResponse, answer: RegistryAnswer) => Promise<void>;
}

/** The contents of all registries of a local Azure. */
export class LocalRegistries implements Registries {
  readonly service: ContainerRegistryService;
  private readonly stores: ImageStores;
  private readonly tokens: RegistryTokens;
  private readonly running = new AbortController();

  constructor(private readonly options: RegistriesOptions) {
    this.stores = options.registry === undefined ? new DiskStores(options.folder) : new RemoteStores(options.registry);
    this.tokens = new RegistryTokens(options.tokenSecret);
    this.service = new ContainerRegistryService(options.host, this.tokens, this.stores);
  }

  async manifest(registryId: string, repository: string, reference: string): Promise<Manifest | undefined> {
    const registry = this.options.host.registry(registryId);
    const digest = this.options.host.image(registryId, repository, reference);
    return registry && digest ? this.stores.of(registry.scope).manifest(checkRepository(repository), digest) : undefined;
  }

  async putManifest(registryId: string, repository: string, reference: string, mediaType: string, bytes: Buffer): Promise<string> {
    const digest = digestOf(bytes);
    await this.store(registryId).putManifest(checkRepository(repository), checkReference(reference), { mediaType, bytes, digest }, false);
    this.options.host.record(registryId, repository, reference, digest);
    return digest;
  }

  async importImage(from: OutsideImage, { registryId, repository, tags }: ImportTarget): Promise<{ bytes: boolean }> {
    const url = this.options.outside[from.registry];
    if (url === undefined) return { bytes: false };
    const store = this.store(registryId);
    const manifest = await copyImage(new OutsideRepository(url.replace(/\/+$/, ""), from), store, checkRepository(repository), from.digest);
    for (const reference of [from.digest, ...tags]) await store.putManifest(repository, checkReference(reference), manifest, true);
    // The images of an index can be pulled by their own digests.
    for (const child of referencesOf(manifest.bytes).manifests) this.options.host.record(registryId, repository, child, child);
    return { bytes: true };
  }

  runTask(run: TaskRunRequest): Promise<TaskRunResult> {
    const { host, serve, send } = this.options;
    const principal: Principal | undefined = run.principalId === undefined ? undefined : { oid: run.principalId, groups: [] };
    const hasRole = principal !== undefined && host.rights(run.registryId, principal).size > 0;
    const incomplete = new Set<string>();
    return runTask(run, {
      password: hasRole ? this.tokens.refreshToken(run.loginServer, principal) : undefined,
      serve: async (request, response, origin) => {
        const path = (request.url ?? "/").split("?")[0]!.replace(/^\//, "");
        const answer = await serve(request, run.loginServer, path, { origin, root: "/v2/", isAdmitted: run.admitted });
        const repository = answer.status === 404 ? repositoryOfBlob(path) : undefined;
        if (repository !== undefined && (await this.isIncomplete(run.registryId, repository))) incomplete.add(repository);
        await send(response, answer);
      },
      explain: () => [...incomplete].map(withoutBytesLine),
      signal: this.running.signal,
    });
  }

  /** Deletes the contents of registries that no longer exist. */
  keep(scopes: readonly string[]): void {
    this.stores.keep(scopes);
  }

  /** Ends all runs. */
  close(): void {
    this.running.abort();
  }

  private async isIncomplete(registryId: string, repository: string): Promise<boolean> {
    const { host } = this.options;
    const registry = host.registry(registryId);
    return registry !== undefined && hasImageWithoutBytes(host, registry, this.stores.of(registry.scope), repository);
  }

  private store(registryId: string) {
    const registry = this.options.host.registry(registryId);
    if (registry) return this.stores.of(registry.scope);
    throw new OutsideError(404, `The registry ${registryId} does not exist.`);
  }
}
