/** Azure Resource Manager itself, for the few things that must be done within a run and that no resource of the stack stands for. */
import { setTimeout as sleep } from "node:timers/promises";
import * as authorization from "@pulumi/azure-native/authorization";

/** API version of endpoints and deployments; the same that `@pulumi/azure-native` 3.28 uses. */
export const machineLearningApi = "2025-12-01";

/** Azure's own address, or that of the Azure on this machine. */
const armUrl = () => process.env.MOOR_ARM_URL || "https://management.azure.com";

/** Seconds between two looks at something that goes on. */
export const pollSeconds = () => (process.env.MOOR_ARM_URL ? 0.1 : 10);

interface Answer {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: Headers;
  /** Read to its end: what is left unread keeps its connection, and with it the program, for minutes. */
  readonly text: string;
}

/** Statuses by which Azure asks for patience: called too often, or not to be reached for the moment. */
const passing: readonly number[] = [429, 502, 503, 504];

/** How often a call is made while Azure asks for patience: about a minute where it names no time of its own. */
const mostTries = 6;

/**
 * Calls with the credential that Pulumi has anyway; fetched anew each time, because a run may outlast a token. Calls again while Azure asks for
 * patience; a reading also after a broken connection.
 */
async function call(method: string, path: string, apiVersion: string, body?: object): Promise<Answer> {
  const url = path.startsWith("https:") || path.startsWith("http:") ? path : `${armUrl()}${path}?api-version=${apiVersion}`;
  for (let tries = 1; ; tries++) {
    const last = tries === mostTries;
    // Where the engine has ended there is no credential any more, and nothing to be patient for.
    const { token } = await authorization.getClientToken({}, { async: true });
    const answer = await send(method, url, token, body).catch((error: Error) => {
      if (last || method !== "GET") throw error;
    });
    if (answer && (last || !passing.includes(answer.status))) return answer;
    const named = Number(answer?.headers.get("retry-after") ?? Number.NaN);
    const seconds = Number.isNaN(named) ? (pollSeconds() * 2 ** tries) / 10 : Math.min(named, 120);
    await sleep(seconds * 1000);
  }
}

async function send(method: string, url: string, token: string, body?: object): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) };
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return { status: response.status, ok: response.ok, headers: response.headers, text: await response.text() };
}

/** A resource as Azure shows it, in whatever subscription it is. Without a body it can't be read, and the status says why. */
export async function show<T>(id: string, apiVersion: string): Promise<{ readonly status: number; readonly body?: T }> {
  const { status, ok, text } = await call("GET", id, apiVersion);
  if (ok) return { status, body: JSON.parse(text) as T };
  if (status === 401 || status === 403 || status === 404) return { status };
  throw new Error(`Azure answered ${status} to GET ${id}: ${text}`);
}

/** All items of a collection, page after page. A collection that doesn't exist has none. */
export async function list<T>(collectionId: string, apiVersion = machineLearningApi): Promise<T[]> {
  const items: T[] = [];
  for (let next: string | undefined = collectionId; next; ) {
    const response = await call("GET", next, apiVersion);
    if (response.status === 404) return items;
    if (!response.ok) throw new Error(`Azure answered ${response.status} to GET ${collectionId}: ${response.text}`);
    const page = JSON.parse(response.text) as { readonly value: T[]; readonly nextLink?: string };
    items.push(...page.value);
    next = page.nextLink;
  }
  return items;
}

/** Deletes a resource and waits until it is gone. While another operation keeps it busy, it is tried again. */
export async function remove(id: string, limitSeconds: number, apiVersion = machineLearningApi): Promise<void> {
  const end = Date.now() + limitSeconds * 1000;
  let accepted = false;
  for (;;) {
    const response = await call(accepted ? "GET" : "DELETE", id, apiVersion);
    if (response.status === 404 || response.status === 204) return;
    if (!response.ok && response.status !== 409) {
      throw new Error(`Azure answered ${response.status} to the deletion of ${id}: ${response.text}`);
    }
    accepted ||= response.ok;
    if (Date.now() > end) throw new Error(`${id} is not gone after ${limitSeconds} s.`);
    await sleep(pollSeconds() * 1000);
  }
}

/** Changes the number of a deployment's instances and waits until they are there. */
export async function setInstances(deploymentId: string, instances: number, limitSeconds: number): Promise<void> {
  const end = Date.now() + limitSeconds * 1000;
  const response = await call("PATCH", deploymentId, machineLearningApi, { sku: { name: "Default", capacity: instances } });
  if (!response.ok) throw new Error(`Azure answered ${response.status} to ${instances} instances of ${deploymentId}: ${response.text}`);
  for (;;) {
    const shown = await call("GET", deploymentId, machineLearningApi);
    const { properties } = JSON.parse(shown.text) as { readonly properties: { readonly provisioningState: string } };
    if (properties.provisioningState === "Succeeded") return;
    if (["Failed", "Canceled"].includes(properties.provisioningState) || Date.now() > end) {
      throw new Error(`${deploymentId} is ${properties.provisioningState} after its number of instances was set to ${instances}.`);
    }
    await sleep(pollSeconds() * 1000);
  }
}

/** How an operation of Azure stands. */
interface OperationStatus {
  readonly status?: string;
  readonly error?: { readonly message?: string };
}

/**
 * Calls an action of a resource and waits for its end, by the address that Azure gives for it.
 * @throws Error when it is refused, ends badly or takes longer.
 */
export async function act(id: string, action: string, body: object, limitSeconds: number, apiVersion = machineLearningApi): Promise<void> {
  const end = Date.now() + limitSeconds * 1000;
  const begun = await call("POST", `${id}/${action}`, apiVersion, body);
  if (!begun.ok) throw new Error(`Azure answered ${begun.status} to ${action} of ${id}: ${begun.text}`);
  const statusUrl = begun.headers.get("azure-asyncoperation");
  const resultUrl = begun.headers.get("location");
  for (let url = begun.status === 202 ? (statusUrl ?? resultUrl) : null; url !== null; ) {
    const shown = await call("GET", url, apiVersion);
    if (!shown.ok) throw new Error(`Azure answered ${shown.status} when asked how ${action} of ${id} stands: ${shown.text}`);
    if (statusUrl === null && shown.status !== 202) return;
    const { status, error } = statusUrl === null ? {} : (JSON.parse(shown.text) as OperationStatus);
    if (status === "Succeeded") return;
    if (status === "Failed" || status === "Canceled")
      throw new Error(`${action} of ${id} is ${status}: ${error?.message ?? "no reason is given"}`);
    if (Date.now() > end) throw new Error(`${action} of ${id} is not over after ${limitSeconds} s.`);
    await sleep(pollSeconds() * 1000);
  }
}
