/** Azure Resource Manager: reads, collections, writes and actions of resources by their ids. */
import { setTimeout as sleep } from "node:timers/promises";
import type { HttpMethods } from "@azure/core-rest-pipeline";
import type { Cloud } from "../clouds";
import { apiVersionOf } from "../resourceTypes";
import { ArmError } from "./error";
import { waitForOperation } from "./operation";
import { type ArmAnswer, type Credential, type Send, transport } from "./transport";

export interface ArmClientOptions {
  readonly credential: Credential;
  readonly cloud: Cloud;
  /** Address of Azure Resource Manager: HTTPS, or HTTP on this machine. @default the cloud's */
  readonly endpoint?: string;
  /** Seconds between two polls where Azure names no time. @default 10 */
  readonly pollSeconds?: number;
}

/**
 * One client for all of the program's own requests to Azure Resource Manager. The API version of a request is that of the id's type in
 * `resourceTypes`, so an id is all that a caller needs.
 */
export class ArmClient {
  readonly cloud: Cloud;
  readonly pollSeconds: number;
  /** Gives a token for an audience, for requests to other services than Azure Resource Manager. */
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
   * A resource as Azure shows it.
   * @param apiVersion For a property that azure-native's version doesn't show. @default - that of the id's type
   * @throws ArmError, also when it doesn't exist
   */
  async get<T>(id: string, apiVersion?: string): Promise<T> {
    return json<T>(await this.send("GET", this.urlOf(id, id, apiVersion)));
  }

  /**
   * A resource as Azure shows it, or undefined when it doesn't exist.
   * @throws ArmError when Azure doesn't say whether it exists
   */
  find<T>(id: string): Promise<T | undefined> {
    return unlessAbsent(this.get<T>(id));
  }

  /**
   * All items of a collection, page after page; none when the resource that holds it doesn't exist.
   * @param collectionId For instance `<endpoint id>/deployments`.
   * @param options.apiVersion For a collection that holds no resources. @default - that of the collection's type
   * @param options.filter OData filter, in the form that the collection documents. @default - all items
   */
  async list<T>(collectionId: string, options: { readonly apiVersion?: string; readonly filter?: string } = {}): Promise<T[]> {
    const { apiVersion, filter } = options;
    const items: T[] = [];
    const query = filter === undefined ? "" : `&$filter=${encodeURIComponent(filter)}`;
    for (let next: string | undefined = `${this.urlOf(collectionId, collectionId, apiVersion)}${query}`; next; ) {
      const answer: ArmAnswer | undefined = await unlessAbsent(this.send("GET", next));
      if (answer === undefined) return items;
      const page: Page<T> = json<Page<T>>(answer);
      items.push(...(page.value ?? []));
      next = page.nextLink ?? undefined;
    }
    return items;
  }

  /**
   * Changes a resource and waits until Azure has done so.
   * @throws ArmError when Azure refuses it or it fails; Error when it takes longer than `limitSeconds`
   */
  patch(id: string, body: object, limitSeconds: number): Promise<void> {
    return this.run("PATCH", id, limitSeconds, body);
  }

  /**
   * Calls an action that answers at once, for instance `listKeys`.
   * @throws ArmError
   */
  async post<T>(id: string, action: string, body: object = {}): Promise<T> {
    return json<T>(await this.send("POST", this.urlOf(`${id}/${action}`, id), body));
  }

  /**
   * Calls a long-running action and waits for its end.
   * @throws ArmError when Azure refuses it or it fails; Error when it takes longer than `limitSeconds`
   */
  act(id: string, action: string, body: object, limitSeconds: number): Promise<void> {
    return this.run("POST", `${id}/${action}`, limitSeconds, body, id);
  }

  /**
   * Deletes a resource and waits until it is gone. While another operation keeps it busy (409), the deletion is sent again.
   * @throws ArmError when Azure refuses it or it fails; Error when it takes longer than `limitSeconds`
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

  private async run(method: HttpMethods, id: string, limitSeconds: number, body?: object, typeId = id): Promise<void> {
    const { pollSeconds, send } = this;
    await waitForOperation({ method, url: this.urlOf(id, typeId), body, send, pollSeconds, limitSeconds });
  }

  /** @param typeId Id whose type decides the API version. */
  private urlOf(id: string, typeId = id, apiVersion = apiVersionOf(typeId)): string {
    return `${this.endpoint}${encodeURI(id)}?api-version=${apiVersion}`;
  }
}

interface Page<T> {
  readonly value?: readonly T[];
  readonly nextLink?: string | null;
}

/** What a request yields, or undefined when it asks for what doesn't exist. */
async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ArmError && error.isAbsence) return undefined;
    throw error;
  }
}

function json<T>({ text }: ArmAnswer): T {
  return (text === "" ? {} : JSON.parse(text)) as T;
}
