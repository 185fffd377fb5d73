import type { IncomingMessage } from "node:http";
import type { Engine } from "../engine";
import type { Resource } from "../model";
import { decode } from "../path";
import { privateEndpointConnections } from "../types/privateLink";
import { blobService } from "./blobs";
import { type DataAnswer, type DataService, json } from "./dataService";
import { imageService } from "./images";
import { type PutSecret, secretService } from "./secrets";

/** The network position of a data plane caller: in a network with private endpoints, or on the internet. */
export type NetworkPosition = "inside" | "outside";

/** Header with the network position of the caller. */
export const NETWORK_HEADER = "x-azure-local-network";

/**
 * Path prefix of the data plane: `/data/<host of the service>/<path>`, for example `/data/storage01.blob.core.windows.net/models/a.bin`.
 */
export const DATA_PREFIX = "/data/";

/** The data planes of storage accounts, registries and vaults. They check the caller's network position, but not the caller's identity. */
export class DataPlane {
  private readonly services: readonly DataService[];

  constructor(
    private readonly engine: Engine,
    private readonly position: NetworkPosition,
    putSecret: PutSecret,
  ) {
    this.services = [blobService(engine), imageService(engine), secretService(engine, putSecret)];
  }

  /** @param pathname begins with `DATA_PREFIX` */
  async handle(request: IncomingMessage, pathname: string): Promise<DataAnswer> {
    this.engine.settle();
    const [host = "", ...rest] = pathname.slice(DATA_PREFIX.length).split("/").map(decode);
    const service = this.services.find((one) => one.host.test(host));
    const name = service?.host.exec(host)?.[1];
    const resource = service && this.engine.store.all(service.type).find((one) => one.name.toLowerCase() === name);
    if (!service || !resource)
      return json(404, { error: { code: "HostNotFound", message: `The local Azure has no service with the host name '${host}'.` } });
    if (!this.admits(resource, request.headers[NETWORK_HEADER])) return service.errorAnswer(403, ...service.closed);
    return service.serve({ method: request.method ?? "GET", path: rest.join("/"), request, resource });
  }

  /** A resource without public access is reachable only through a private endpoint. */
  private admits(resource: Resource, position: unknown): boolean {
    const { publicNetworkAccess, networkAcls, networkRuleSet } = (resource.body.properties ?? {}) as Record<string, unknown>;
    const rules = (networkAcls ?? networkRuleSet) as { defaultAction?: string } | undefined;
    if (publicNetworkAccess !== "Disabled" && rules?.defaultAction !== "Deny") return true;
    return (position ?? this.position) === "inside" && privateEndpointConnections(resource, this.engine.inventory).length > 0;
  }
}
