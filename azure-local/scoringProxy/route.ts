import type { IncomingMessage } from "node:http";
import { NETWORK_HEADER } from "../http/networkHeader";
import { type Address, parseAddress } from "./address";
import { authenticate } from "./auth";
import { type Choice, choose } from "./choice";
import type { Directory, EndpointView } from "./directory";
import type { ErrorResponse } from "./errorResponse";
import type { ScoringProxyRules } from "./rules";

/** A valid request with its endpoint and deployment. */
export interface Routed extends Choice {
  readonly endpoint: EndpointView;
  readonly address: Address;
}

/**
 * Finds the endpoint and the deployment for a request, or returns an error. Checks the address, the network, the key, the traffic weights and the
 * scoring path, in this order, so that a caller without a key learns nothing about deployments.
 */
export async function route(
  request: IncomingMessage,
  directory: Directory,
  rules: ScoringProxyRules,
  random: () => number,
): Promise<Routed | ErrorResponse> {
  const address = parseAddress(request);
  if (!address) return notFound("no_endpoint", "Use the path /<endpointName>/<path>, or the host name of the endpoint.");
  const { endpointName, region, path } = address;
  const endpoint = await directory.find(endpointName, region);
  if (!endpoint) return notFound("no_endpoint", `The endpoint ${endpointName} does not exist${region ? ` in ${region}` : ""}.`);
  const refused = networkRefusal(endpoint, request, rules);
  if (refused) return refused;
  const unauthorized = authenticate(endpoint, request.headers.authorization, rules);
  if (unauthorized) return unauthorized;
  const choice = choose(endpoint, request.headers["azureml-model-deployment"] as string | undefined, random);
  if ("status" in choice) return choice;
  const { name, scoring } = choice.deployment;
  if (rules.onlyScoringPath && scoring.path !== "/" && path !== scoring.path) {
    return notFound("no_such_path", `Deployment ${name} accepts requests to ${scoring.path}, not to ${path}.`);
  }
  return { endpoint, address, ...choice };
}

/** Callers are inside the network unless a header says otherwise. */
function networkRefusal(endpoint: EndpointView, request: IncomingMessage, rules: ScoringProxyRules): ErrorResponse | undefined {
  if (endpoint.publicAccess || request.headers[NETWORK_HEADER] !== "outside") return undefined;
  const message = `The endpoint ${endpoint.name} has no public access. Send requests from the network of the workspace's private endpoint.`;
  return { status: rules.networkRefusedStatus, code: "public_access_denied", message };
}

function notFound(code: string, message: string): ErrorResponse {
  return { status: 404, code, message };
}
