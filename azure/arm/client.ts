/** Client of Azure Resource Manager: reads, lists, changes and deletes resources by their IDs, and calls their actions. */
import { setTimeout as sleep } from "node:timers/promises";
import type { HttpMethods } from "@azure/core-rest-pipeline";
import type { Cloud } from "../clouds";
import { apiVersionOf } from "../resourceTypes";
import { ArmError } from "./error";
import { waitForOperation } from "./operation";
import { type ArmResponse, type Credential, type Send, transport } from "./transport";

export interface ArmClientOptions {
  readonly credential: Credential;
  readonly cloud: Cloud;
  /** Address of Azure Resource Manager: HTTPS, or HTTP on this machine. @default - the cloud's address */
  readonly endpoint?: string;
  /** Seconds between two polls if Azure returns no interval. @default 10 */
  readonly pollSeconds?: number;
}

/**
 * The client for all requests that the program itself sends to Azure Resource Manager. It derives the API version of a request from the type in
 * the ID (`resourceTypes`), so callers need only an ID.
 */
export class ArmClient {
  readonly cloud: Cloud;
  readonly pollSeconds: number;
  /** Returns a token for an audience, for requests to services other than Azure Resource Manager. */
  readonly credential: Credential;
  private readonly endpoint: string;
  private readonly send: Send;

  constructor({ credential, cloud, endpoint = cloud.resourceManager, pollSeconds = 10 }: ArmClientOptions) {
    this.cloud = cloud;
    this.credential = credential;
    this.endpoint = endpoint;
    this.pollSeconds = pollSeconds;
    this.send = transport({ credential, audience: cloud.audience, pollSeconds });
  }

  /**
   * Returns a resource.
   * @param apiVersion For a property that azure-native's API version doesn't contain. @default - API version of the ID's type
   * @throws ArmError, also if the resource doesn't exist
   */
  async get<T>(id: string, apiVersion?: string): Promise<T> {
    return json<T>(await this.send("GET", this.urlOf(id, id, apiVersion)));
  }

  /**
   * Returns a resource, or undefined if it doesn't exist.
   * @throws ArmError if Azure doesn't return whether it exists
   */
  find<T>(id: string): Promise<T | undefined> {
    return unlessAbsent(this.get<T>(id));
  }

  /**
   * All items of a collection, from all pages. Empty if the parent resource doesn't exist.
   * @param collectionId For example `<endpoint id>/deployments`.
   * @param options.apiVersion For a collection whose items are not resources. @default - API version of the collection's type
   * @param options.filter OData filter in the form that the collection supports. @default - all items
   */
  async list<T>(collectionId: string, options: { readonly apiVersion?: string; readonly filter?: string } = {}): Promise<T[]> {
    const { apiVersion, filter } = options;
    const items: T[] = [];
    const query = filter === undefined ? "" : `&$filter=${encodeURIComponent(filter)}`;
    for (let next: string | undefined = `${this.urlOf(collectionId, collectionId, apiVersion)}${query}`; next; ) {
      const answer: ArmResponse | undefined = await unlessAbsent(this.send("GET", next));
      if (answer === undefined) return items;
      const page: Page<T> = json<Page<T>>(answer);
      items.push(...(page.value ?? []));
      next = page.nextLink ?? undefined;
    }
    return items;
  }

  /**
   * Creates or replaces a resource and waits for the operation to complete.
   * @throws ArmError if Azure rejects the request or the operation fails; Error if it takes longer than `limitSeconds`
   */
  put(id: string, body: object, limitSeconds: number): Promise<void> {
    return this.run("PUT", id, limitSeconds, body);
  }

  /**
   * Changes a resource and waits for the operation to complete.
   * @throws ArmError if Azure rejects the request or the operation fails; Error if it takes longer than `limitSeconds`
   */
  patch(id: string, body: object, limitSeconds: number): Promise<void> {
    return this.run("PATCH", id, limitSeconds, body);
  }

  /**
   * Calls an action that is not long-running, for example `listKeys`.
   * @param apiVersion @default - API version of the ID's type
   * @throws ArmError
   */
  async post<T>(id: string, action: string, body: object = {}, apiVersion?: string): Promise<T> {
    return json<T>(await this.send("POST", this.urlOf(`${id}/${action}`, id, apiVersion), body));
  }

  /**
   * Calls a long-running action and waits for it to complete.
   * @param apiVersion @default - API version of the ID's type
   * @throws ArmError if Azure rejects the request or the action fails; Error if it takes longer than `limitSeconds`
   */
  act(id: string, action: string, body: object, limitSeconds: number, apiVersion?: string): Promise<void> {
    return this.run("POST", `${id}/${action}`, limitSeconds, body, { typeId: id, apiVersion });
  }

  /**
   * Deletes a resource and waits until it is gone. While another operation keeps it busy (409), the request is sent again.
   * @throws ArmError if Azure rejects the request or the deletion fails; Error if it takes longer than `limitSeconds`
   */
  async remove(id: string, limitSeconds: number): Promise<void> {
    const end = Date.now() + limitSeconds * 1000;
    for (;;) {
      try {
        await unlessAbsent(this.run("DELETE", id, Math.max(0, end - Date.now()) / 1000));
        return;
      } catch (error) {
        if (!(error instanceof ArmError) || error.status !== 409 || Date.now() > end) throw error;
        await sleep(this.pollSeconds * 1000);
      }
    }
  }

  private async run(
    method: HttpMethods,
    id: string,
    limitSeconds: number,
    body?: object,
    { typeId = id, apiVersion }: { readonly typeId?: string; readonly apiVersion?: string } = {},
  ): Promise<void> {
    const { pollSeconds, send } = this;
    await waitForOperation({ method, url: this.urlOf(id, typeId, apiVersion), body, send, pollSeconds, limitSeconds });
  }

  /** @param typeId ID whose type determines the API version. */
  private urlOf(id: string, typeId = id, apiVersion = apiVersionOf(typeId)): string {
    return `${this.endpoint}${encodeURI(id)}?api-version=${apiVersion}`;
  }
}

interface Page<T> {
  readonly value?: readonly T[];
  readonly nextLink?: string | null;
}

/** The response to a request, or undefined if the requested resource doesn't exist. */
async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ArmError && error.isAbsence) return undefined;
    throw error;
  }
}

function json<T>({ text }: ArmResponse): T {
  return (text === "" ? {} : JSON.parse(text)) as T;
}
