import * as path from "node:path";
import { Catalog } from "./catalog";
import { type Clock, realClock } from "./clock";
import { Credentials, type EndpointKeys, type EndpointToken } from "./credentials";
import { Engine } from "./engine";
import { lockFolder } from "./folderLock";
import type { JsonObject } from "./json";
import type { Grade, Resource } from "./model";
import type { Operation } from "./operations";
import { type LoggedRequest, RequestLog } from "./requestLog";
import { Rulebook } from "./rules";
import { listen, portOf, stop } from "./server";
import { type ArmRequest, type ArmResponse, Service } from "./service";
import { Tables } from "./tables";
import { Writes } from "./writes";

export { type Clock, type ManualClock, manualClock, realClock } from "./clock";
export type { EndpointKeys, EndpointToken } from "./credentials";
export type { Grade, Rule } from "./model";
export type { Operation } from "./operations";
export type { LoggedRequest } from "./requestLog";
export { RULES } from "./rules";

export interface ArmOptions {
  /** Folder that holds the state: `state.jsonl`, `secrets.jsonl`, `requests.jsonl`. Made if it isn't there. */
  readonly home: string;
  /** @default 0, any free port */
  readonly port?: number;
  /**
   * Seconds of Azure that pass in one real second; `Infinity`: an operation is over at its first poll.
   * @default 600, a stack comes up in seconds
   */
  readonly speed?: number;
  /** @default `00000000-0000-4000-8000-000000000001` */
  readonly subscriptionId?: string;
  /** Further subscriptions of the same tenant, for registries and networks that stand elsewhere. */
  readonly otherSubscriptionIds?: readonly string[];
  /** @default `00000000-0000-4000-8000-0000000000aa` */
  readonly tenantId?: string;
  /** Rules of these grades are switched off; D, S and P are facts, E, I and K are weaker. @default none */
  readonly withoutGrades?: readonly Grade[];
  /** Single rules that are switched off, by their code. @default none */
  readonly withoutRules?: readonly string[];
  /** Takes the place of `speed`; a test owns the time with `manualClock()`. */
  readonly clock?: Clock;
}

/** A running simulator and what may be seen of it from inside. */
export interface Arm {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  readonly subscriptionId: string;
  readonly tenantId: string;
  /** The resource as GET shows it. */
  get(id: string): JsonObject | undefined;
  /** All resources of a type, as GET shows them. */
  list(type: string): JsonObject[];
  /** Everything, as GET shows it. */
  everything(): JsonObject[];
  /** Operations that run, and those that ended in the last day. */
  operations(): Operation[];
  /** What opens an endpoint now: its keys and its unexpired tokens. */
  endpointCredentials(id: string): { keys?: EndpointKeys; tokens: EndpointToken[] };
  /** Requests served so far, secrets redacted. */
  requests(): LoggedRequest[];
  close(): Promise<void>;
}

const SUBSCRIPTION_ID = "00000000-0000-4000-8000-000000000001";
const TENANT_ID = "00000000-0000-4000-8000-0000000000aa";

/**
 * Starts Azure Resource Manager on this machine.
 * @throws Error if the folder is in use or its state can't be read.
 */
export async function startArm(options: ArmOptions): Promise<Arm> {
  const { home, subscriptionId = SUBSCRIPTION_ID, tenantId = TENANT_ID, clock = realClock(options.speed ?? 600) } = options;
  const unlock = lockFolder(home);
  try {
    return await start({ ...options, subscriptionId, tenantId, clock }, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

type Settled = ArmOptions & Required<Pick<ArmOptions, "subscriptionId" | "tenantId" | "clock">>;

async function start(options: Settled, unlock: () => void): Promise<Arm> {
  const { home, subscriptionId, tenantId, clock } = options;
  const state = new Tables(path.join(home, "state.jsonl"));
  const secrets = new Tables(path.join(home, "secrets.jsonl"));
  const catalog = new Catalog();
  const credentials = new Credentials(secrets);
  const engine = new Engine(catalog, credentials, clock, state, { subscriptionId, tenantId });
  const writes = new Writes(engine, new Rulebook(options.withoutGrades, options.withoutRules));
  let url = "";
  const service = new Service(engine, writes, [subscriptionId, ...(options.otherSubscriptionIds ?? [])], () => url);
  const log = new RequestLog(path.join(home, "requests.jsonl"), catalog);
  const handle = (request: ArmRequest): ArmResponse => {
    try {
      return service.handle(request);
    } finally {
      engine.commit();
    }
  };
  const server = await listen(options.port ?? 0, handle, log);
  url = `http://127.0.0.1:${portOf(server)}`;
  const settled = <T>(look: () => T): T => {
    engine.settle();
    return look();
  };
  const show = (resource: Resource) => service.show(resource);
  return {
    url,
    port: portOf(server),
    subscriptionId,
    tenantId,
    get: (id) => settled(() => optional(engine.store.get(id), show)),
    list: (type) => settled(() => engine.store.all(type).map(show)),
    everything: () => settled(() => [...engine.store.everything()].map(show)),
    operations: () => settled(() => [...engine.operations.all()]),
    endpointCredentials: (id) =>
      settled(() => ({ keys: credentials.endpointKeys(id), tokens: credentials.endpointTokens(id, clock.now()) })),
    requests: () => log.read(),
    close: async () => {
      await stop(server);
      engine.commit();
      state.close();
      secrets.close();
      log.close();
      unlock();
    },
  };
}

function optional<T, R>(value: T | undefined, map: (value: T) => R): R | undefined {
  return value === undefined ? undefined : map(value);
}
