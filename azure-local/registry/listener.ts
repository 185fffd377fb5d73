import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createHttpServer } from "../http/listen";
import { jsonAnswer, type RegistryAnswer } from "./answer";
import type { Principal } from "./host";
import type { RegistryRoute } from "./localRegistries";

export interface ImageServerOptions {
  readonly serve: (request: IncomingMessage, loginServer: string, path: string, route: RegistryRoute) => Promise<RegistryAnswer>;
  readonly send: (response: ServerResponse, answer: RegistryAnswer) => Promise<void>;
  /** The principal of all requests. */
  readonly caller: Principal;
}

/**
 * A registry for skopeo, buildah and Docker on this machine: `127.0.0.1:<port>/<login server>/<repository>`. It needs no credentials, and
 * network rules treat its callers as inside the network.
 */
export function imageServer({ serve, send, caller }: ImageServerOptions): Server {
  return createHttpServer(async (request, response) => {
    const [path = ""] = (request.url ?? "/").split("?");
    if (/^\/v2\/?$/.test(path)) return send(response, jsonAnswer(200, {}, { "docker-distribution-api-version": "registry/2.0" }));
    const [, loginServer, rest] = /^\/v2\/([a-z0-9]+\.azurecr\.io)\/(.+)$/.exec(path) ?? [];
    if (loginServer === undefined || rest === undefined) {
      const message =
        "Use the name 127.0.0.1:<port>/<login server>/<repository>, for example 127.0.0.1:4284/registry01.azurecr.io/moor/vllm.";
      return send(response, jsonAnswer(404, { errors: [{ code: "NAME_UNKNOWN", message }] }));
    }
    const origin = `http://${request.headers.host ?? "127.0.0.1"}`;
    const route: RegistryRoute = { origin, root: `/v2/${loginServer}/`, caller, position: "inside" };
    await send(response, await serve(request, loginServer, `v2/${rest}`, route));
  });
}
