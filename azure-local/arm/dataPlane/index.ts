import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { NETWORK_HEADER } from "../../http/networkHeader";
import type { LocalRegistries, RegistryRoute } from "../../registry/localRegistries";
import type { BlobService } from "../../storage/blobService";
import type { Engine } from "../engine";
import type { Resource } from "../model";
import { decode } from "../path";
import type { RequestLog } from "../requestLog";
import { privateEndpointConnections } from "../types/privateLink";
import { blobService } from "./blobs";
import type { DataFaults, DataOutcome } from "./dataFaults";
import { type DataAnswer, type DataService, json } from "./dataService";
import { imageService } from "./images";
import { type PutSecret, secretService } from "./secrets";

/** The network position of a data plane caller: in a network with private endpoints, or on the internet. */
export type NetworkPosition = "inside" | "outside";

/**
 * Path prefix of the data plane: `/data/<host of the service>/<path>`, for example `/data/storage01.blob.core.windows.net/models/a.bin`.
 */
export const DATA_PREFIX = "/data/";

/**
 * The data planes of storage accounts, registries and vaults. They check the caller's network position. Storage accounts and registries also
 * check the caller's identity.
 */
export class DataPlane {
  private readonly services: readonly DataService[];

  constructor(
    private readonly engine: Engine,
    private readonly position: NetworkPosition,
    putSecret: PutSecret,
    registries: LocalRegistries,
    blobs: BlobService,
    private readonly log: RequestLog,
    private readonly faults: DataFaults,
  ) {
    this.services = [blobService(engine.inventory, blobs), imageService(engine.inventory, registries), secretService(engine, putSecret)];
  }

  /**
   * @param pathname begins with `DATA_PREFIX`
   * @param position The caller's position relative to a host. @default - the position that the caller declares
   */
  handle(request: IncomingMessage, pathname: string, position?: (host: string) => NetworkPosition): Promise<DataAnswer> {
    const [host = "", ...rest] = pathname.slice(DATA_PREFIX.length).split("/");
    const scheme = "encrypted" in request.socket ? "https" : "http";
    const origin = `${scheme}://${request.headers.host ?? "127.0.0.1"}${DATA_PREFIX}${host}`;
    // Azure Container Registry returns locations without its host. Its client library appends them to the address of the registry.
    return this.handleAt(request, host, rest.join("/"), {
      origin,
      root: "/v2/",
      ...(position ? { position: position(decode(host)) } : {}),
    });
  }

  /** Handles a request that reaches the service with this host name in another way. Each request is logged with its path here. */
  async handleAt(request: IncomingMessage, host: string, path: string, route: RegistryRoute): Promise<DataAnswer> {
    const time = new Date().toISOString();
    const { method = "GET", url = "" } = request;
    const search = url.includes("?") ? url.slice(url.indexOf("?")) : "";
    const add = (status: number, error?: string) =>
      this.log.add({ time, method, path: `${DATA_PREFIX}${host}/${path}${search}`, status, correlationId: randomUUID(), error }, undefined);
    try {
      const outcome = await this.outcome(request, decode(host), path.split("/").map(decode).join("/"), route);
      if (typeof outcome !== "string") {
        add(outcome.status);
        return outcome;
      }
      add(0, `(${outcome})`);
      if (outcome === "drop") request.socket.destroy();
      // Without an answer, the connection stays open until the caller or the simulator closes it.
      return await new Promise<never>(() => {});
    } catch (error) {
      add(0, "(failed)");
      throw error;
    }
  }

  /** The requests of tasks, which Azure sends, have no faults. */
  private outcome(request: IncomingMessage, host: string, path: string, route: RegistryRoute): Promise<DataOutcome> {
    const service = this.services.find((one) => one.host.test(host));
    const serve = () => this.answer(request, service, host, path, route);
    if (service === undefined || route.isAdmitted !== undefined) return serve();
    const call = { method: request.method ?? "GET", path: `${DATA_PREFIX}${host}/${path}`, type: `${service.type}/data` };
    return this.faults.outcome(call, request, serve, service.errorAnswer);
  }

  private async answer(
    request: IncomingMessage,
    service: DataService | undefined,
    host: string,
    path: string,
    route: RegistryRoute,
  ): Promise<DataAnswer> {
    this.engine.settle();
    const name = service?.host.exec(host)?.[1];
    const resource = service && this.engine.store.all(service.type).find((one) => one.name.toLowerCase() === name);
    if (!service || !resource)
      return json(404, { error: { code: "HostNotFound", message: `The local Azure has no service with the host name '${host}'.` } });
    const call = { method: request.method ?? "GET", path, request, resource, route };
    const position = route.position ?? request.headers[NETWORK_HEADER];
    if (route.isAdmitted ?? this.admits(resource, position)) return service.serve(call);
    return service.denied?.(call) ?? service.errorAnswer(403, ...service.closed);
  }

  /** A resource without public access is reachable only through a private endpoint. */
  private admits(resource: Resource, position: unknown): boolean {
    const { publicNetworkAccess, networkAcls, networkRuleSet } = (resource.body.properties ?? {}) as Record<string, unknown>;
    const rules = (networkAcls ?? networkRuleSet) as { defaultAction?: string } | undefined;
    if (publicNetworkAccess !== "Disabled" && rules?.defaultAction !== "Deny") return true;
    return (position ?? this.position) === "inside" && privateEndpointConnections(resource, this.engine.inventory).length > 0;
  }
}
