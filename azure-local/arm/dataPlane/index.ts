import type { IncomingMessage } from "node:http";
import type { Engine } from "../engine";
import type { Resource } from "../model";
import { decode } from "../path";
import { privateEndpointConnections } from "../types/privateLink";
import { blobService } from "./blobs";
import { type DataAnswer, type DataService, json } from "./dataService";
import { imageService } from "./images";
import { type PutSecret, secretService } from "./secrets";

/** Where a caller of the data plane stands: in a network with private endpoints, or on the internet. */
export type NetworkPosition = "inside" | "outside";

/** Header that says where the caller stands. */
export const NETWORK_HEADER = "x-azure-local-network";

/** Address of the data plane: `/data/<host of the service>/<path>`, for instance `/data/storage01.blob.core.windows.net/models/a.bin`. */
export const DATA_PREFIX = "/data/";

/** Blobs, images and secrets as their own services take them, for callers who stand somewhere. Who they are is not asked. */
export class DataPlane {
  private readonly services: readonly DataService[];

  constructor(
    private readonly engine: Engine,
    private readonly position: NetworkPosition,
    putSecret: PutSecret,
  ) {
    this.services = [blobService(engine), imageService(engine), secretService(engine, putSecret)];
  }

  /** @param pathname Begins with `DATA_PREFIX`. */
  async handle(request: IncomingMessage, pathname: string): Promise<DataAnswer> {
    this.engine.settle();
    const [host = "", ...rest] = pathname.slice(DATA_PREFIX.length).split("/").map(decode);
    const service = this.services.find((one) => one.host.test(host));
    const name = service?.host.exec(host)?.[1];
    const resource = service && this.engine.store.all(service.type).find((one) => one.name.toLowerCase() === name);
    if (!service || !resource)
      return json(404, { error: { code: "HostNotFound", message: `No service of this Azure answers at '${host}'.` } });
    if (!this.admits(resource, request.headers[NETWORK_HEADER])) return service.refuse(403, ...service.closed);
    return service.serve({ method: request.method ?? "GET", path: rest.join("/"), request, resource });
  }

  /** A closed resource is reached through a private endpoint only. */
  private admits(resource: Resource, position: unknown): boolean {
    const { publicNetworkAccess, networkAcls, networkRuleSet } = (resource.body.properties ?? {}) as Record<string, unknown>;
    const rules = (networkAcls ?? networkRuleSet) as { defaultAction?: string } | undefined;
    if (publicNetworkAccess !== "Disabled" && rules?.defaultAction !== "Deny") return true;
    return (position ?? this.position) === "inside" && privateEndpointConnections(resource, this.engine.inventory).length > 0;
  }
}
