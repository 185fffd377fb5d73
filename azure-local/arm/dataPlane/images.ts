import type { RegistryCall } from "../../registry/authorization";
import type { LocalRegistries } from "../../registry/localRegistries";
import type { Inventory } from "../model";
import { type DataCall, type DataService, json } from "./dataService";
import { localRegistry } from "./registryHost";

/** The data plane of container registries. Its responses come from the room `registry`. */
export function imageService(inventory: Inventory, registries: LocalRegistries): DataService {
  return {
    type: "Microsoft.ContainerRegistry/registries",
    host: /^([a-z0-9]+)\.azurecr\.io$/,
    closed: ["DENIED", "client is not allowed access. Refer https://aka.ms/acr/firewall to grant access."],
    errorAnswer: (status, code, message) => json(status, { errors: [{ code, message }] }),
    serve: (call) => registries.service.serve(callOf(call, inventory)),
    denied: (call) => registries.service.denied(callOf(call, inventory)),
  };
}

function callOf({ method, path, request, resource, route }: DataCall, inventory: Inventory): RegistryCall {
  const query = new URLSearchParams((request.url ?? "").split("?")[1] ?? "");
  // Where the names of repositories have a prefix, the name in `from` has it too.
  const [prefix, from] = [route.root.slice("/v2/".length), query.get("from")];
  if (prefix !== "" && from?.startsWith(prefix)) query.set("from", from.slice(prefix.length));
  const { origin, root, caller } = route;
  return { registry: localRegistry(resource, inventory), method, path, query, request, origin, root, caller };
}
