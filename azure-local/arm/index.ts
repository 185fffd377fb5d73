import { randomBytes } from "node:crypto";
import type * as http from "node:http";
import * as path from "node:path";
import { LocalRegistries, type RegistryRoute } from "../registry/localRegistries";
import type { Registries } from "../registry/registries";
import { BlobService } from "../storage/blobService";
import type { ArmRequest, ArmResponse } from "./armRequest";
import { AzureError } from "./azureError";
import { Catalog } from "./catalog";
import { realClock } from "./clock";
import { Credentials, type EndpointKeys, type EndpointToken } from "./credentials";
import { DataPlane } from "./dataPlane";
import { DataFaults } from "./dataPlane/dataFaults";
import type { DataAnswer } from "./dataPlane/dataService";
import { mountModel } from "./dataPlane/mountModel";
import { localRegistry, registryHost } from "./dataPlane/registryHost";
import type { PutSecret } from "./dataPlane/secrets";
import { storageHost } from "./dataPlane/storageHost";
import { Engine } from "./engine";
import { withFaults } from "./faultInjection";
import { type Fault, type FaultReport, Faults } from "./faults";
import { lockFolder } from "./folderLock";
import { importJobs } from "./imports/jobs";
import { Jobs } from "./jobs";
import type { JsonObject } from "./json";
import { DEFAULT_LIMITS } from "./limits";
import type { Resource, Settings } from "./model";
import type { Operation } from "./operations";
import type { ArmOptions } from "./options";
import { Policies } from "./policies";
import type { LoggedRequest } from "./requestLog";
import { Rulebook } from "./rules";
import { runJobs } from "./runs/jobs";
import { readLog } from "./runs/logLinks";
import { ScriptAccess } from "./scripts/access";
import { ScriptHost } from "./scripts/host";
import { removeExpired, scriptJobs } from "./scripts/jobs";
import { listen, portOf, sendData, stop } from "./server";
import { Service } from "./service";
import { StateFolder } from "./stateFolder";
import { readTables } from "./tables";
import { Writes } from "./writes";

export { NETWORK_HEADER } from "../http/networkHeader";
export { type Clock, type ManualClock, manualClock, realClock } from "./clock";
export type { EndpointKeys, EndpointToken } from "./credentials";
export { type CriticalStep, criticalPath } from "./criticalPath";
export { DATA_PREFIX, type NetworkPosition } from "./dataPlane";
export type { Fault, FaultReport, Strike } from "./faults";
export { FolderInUse } from "./folderLock";
export type { CoreLimits, Limits } from "./limits";
export { IDENTITY_HEADER, IDENTITY_PATH } from "./managedIdentity";
export type { Grade, Rule } from "./model";
export type { Operation } from "./operations";
export type { ArmOptions } from "./options";
export { type DenyPolicy, POLICIES, type PolicyOptions } from "./policies";
export type { LoggedRequest } from "./requestLog";
export { type NameAnswer, resolveName } from "./resolver";
export { RULES } from "./rules";
export { sendData } from "./server";

/** A running simulator, with access to its state. */
export interface Arm {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly port: number;
  readonly subscriptionId: string;
  readonly tenantId: string;
  /** The HTTP server, for example to add TLS or to watch its requests. */
  readonly server: http.Server;
  /** Returns the resource as GET does. */
  get(id: string): JsonObject | undefined;
  /** Returns all resources of a type, as GET does. */
  list(type: string): JsonObject[];
  /** Returns all resources, as GET does. */
  everything(): JsonObject[];
  /** Returns running operations, and operations that ended in the last 24 hours. */
  operations(): Operation[];
  /** Returns the keys and the valid tokens of an endpoint. */
  endpointCredentials(id: string): { keys?: EndpointKeys; tokens: EndpointToken[] };
  /** Returns the requests so far, with redacted secrets. */
  requests(): LoggedRequest[];
  /** Replaces all faults and resets the counters. @throws Error if a fault is invalid */
  setFaults(faults: readonly Fault[]): void;
  /** Reports the requests and applied faults since the faults were set. */
  faultReport(): FaultReport;
  /** The contents of the registries. */
  readonly registries: Registries;
  /** Serves a request to the data plane of a registry that arrives at another address. */
  serveRegistry(request: http.IncomingMessage, loginServer: string, path: string, route: RegistryRoute): Promise<DataAnswer>;
  /**
   * Writes the files of a model version to a folder that stands for `AZUREML_MODEL_DIR`.
   * @throws Error if the model version doesn't exist, is not in a datastore, or has no files
   */
  mountModel(modelVersionId: string, folder: string): Promise<void>;
  /** Resolves when a fault has ended the simulator. `close` then has no effect. */
  readonly crashed: Promise<void>;
  close(): Promise<void>;
}

const SUBSCRIPTION_ID = "00000000-0000-4000-8000-000000000001";
const SECRETS_QUERY = new URLSearchParams({ "api-version": "2024-11-01" });
const TENANT_ID = "00000000-0000-4000-8000-0000000000aa";

/**
 * Starts the simulator of Azure Resource Manager.
 * @throws FolderInUse if another simulator uses the folder, Error if its state can't be read
 */
export async function startArm(options: ArmOptions): Promise<Arm> {
  const { home, subscriptionId = SUBSCRIPTION_ID, tenantId = TENANT_ID, clock = realClock(options.speed ?? 600) } = options;
  const unlock = await lockFolder(home);
  try {
    return await start({ ...options, subscriptionId, tenantId, clock }, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

type ResolvedOptions = ArmOptions & Required<Pick<ArmOptions, "subscriptionId" | "tenantId" | "clock">>;

async function start(options: ResolvedOptions, unlock: () => void): Promise<Arm> {
  const { home, subscriptionId, tenantId, clock, scoringOrigin, issueIdentityToken } = options;
  const faults = new Faults(options.faults);
  const catalog = new Catalog();
  const folder = new StateFolder(home, catalog, unlock);
  const credentials = new Credentials(folder.secrets);
  const settings = settingsOf(options);
  const engine = new Engine(catalog, credentials, clock, folder.state, { subscriptionId, tenantId, scoringOrigin, settings });
  const policies = new Policies(options.policies, options.withoutGrades);
  const writes = new Writes(engine, new Rulebook(options.withoutGrades, options.withoutRules), policies);
  const scripts = new ScriptHost(engine, path.resolve(home, "scripts"), () => `http://127.0.0.1:${portOf(server)}`);
  const service = new Service(engine, writes, scripts, [subscriptionId, ...(options.otherSubscriptionIds ?? [])]);
  const show = (resource: Resource) => service.show(resource);
  const registries = registriesOf(options, engine, (...call) => dataPlane.handleAt(...call));
  const contents = options.registries ?? registries;
  const blobs = blobsOf(options, engine);
  sweepAfterRemovals(engine, registries, blobs);
  const jobs = new Jobs(
    () => [...importJobs(engine, contents), ...runJobs(engine, contents), ...scriptJobs(engine, scripts)],
    (change) => engine.transact(change),
  );
  const handle = (request: ArmRequest): ArmResponse => {
    try {
      removeExpired(engine);
      const response = engine.transact(() => service.handle(request));
      jobs.start();
      return response;
    } finally {
      scripts.sweep();
      options.onCall?.(request, (type) => engine.store.all(type).map(show));
    }
  };
  const putSecret: PutSecret = (vault, name, properties) => {
    handle({ method: "PUT", path: `${vault.id}/secrets/${name}`, query: SECRETS_QUERY, origin: "", body: { properties } });
  };
  const dataPlane = new DataPlane(
    engine,
    options.network ?? "outside",
    putSecret,
    registries,
    blobs,
    folder.log,
    new DataFaults(faults, () => crash()),
  );
  let crashed = () => {};
  const whenCrashed = new Promise<void>((resolve) => {
    crashed = resolve;
  });
  let closing: Promise<void> | undefined;
  const crash = () => {
    closing = whenCrashed;
    jobs.stop();
    scripts.close();
    registries.close();
    folder.log.close();
    if (options.crashes === "process") process.kill(process.pid, "SIGKILL");
    folder.release("abandon");
    void stop(server).then(crashed);
  };
  const server = await listen(options.port ?? 0, {
    handle: withFaults(handle, engine, faults, crash),
    faults: (method, body) => serveFaults(faults, method, body),
    dataPlane,
    internalToken: options.internalToken,
    ...(issueIdentityToken ? { issueIdentityToken: (audience: string) => issueIdentityToken(audience, tenantId) } : {}),
    hosts: (options.hosts ?? []).map((name) => name.toLowerCase()),
    log: folder.log,
    runLog: (path, query) => engine.transact(() => readLog(path, query, engine)),
    scripts: new ScriptAccess(engine, scripts, issueIdentityToken && ((...call) => issueIdentityToken(call[0], tenantId, call[1]))),
  });
  jobs.start();
  const settled = <T>(read: () => T): T => {
    engine.settle();
    return read();
  };
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    port: portOf(server),
    subscriptionId,
    tenantId,
    server,
    get: (id) => settled(() => optional(engine.store.get(id), show)),
    list: (type) => settled(() => engine.store.all(type).map(show)),
    everything: () => settled(() => [...engine.store.everything()].map(show)),
    operations: () => settled(() => [...engine.operations.all()]),
    endpointCredentials: (id) =>
      settled(() => ({ keys: credentials.endpointKeys(id), tokens: credentials.endpointTokens(id, clock.now()) })),
    requests: () => folder.log.read(),
    setFaults: (list) => faults.set(list),
    faultReport: () => faults.report(),
    registries: contents,
    serveRegistry: (...call) => dataPlane.handleAt(...call),
    mountModel: (id, target) => settled(() => mountModel(engine, blobs, id, target)),
    crashed: whenCrashed,
    close: () => {
      jobs.stop();
      scripts.close();
      registries.close();
      closing ??= stop(server).then(() => folder.release("close"));
      return closing;
    },
  };
}

/** The contents of the registries. */
function registriesOf(options: ResolvedOptions, engine: Engine, serve: DataPlane["handleAt"]): LocalRegistries {
  const { home, registry, outsideRegistries = {}, directory } = options;
  const { inventory, contents, store } = engine;
  const state = { inventory, contents, store, transact: <T>(act: () => T) => engine.transact(act) };
  return new LocalRegistries({
    folder: path.join(home, "registries"),
    registry,
    outside: outsideRegistries,
    tokenSecret: directory?.tokenSecret ?? randomBytes(32).toString("base64url"),
    host: registryHost(state, directory),
    serve,
    send: sendData,
  });
}

function blobsOf({ home, directory, deployerBlobs = "everything" }: ResolvedOptions, engine: Engine): BlobService {
  return new BlobService(storageHost(engine, { directory, deployerBlobs }), path.join(home, "blobs"));
}

/** Deletes what is left of registries, accounts and containers that no longer exist. */
function sweepAfterRemovals(engine: Engine, registries: LocalRegistries, blobs: BlobService): void {
  const keepRegistries = () => registries.keep(engine.store.all(REGISTRY).map((one) => localRegistry(one, engine.inventory).scope));
  engine.onRemoved = ({ type }) => {
    // After the transaction, which can still be rolled back.
    if (type.toLowerCase() === REGISTRY.toLowerCase()) setImmediate(keepRegistries);
    if (containersOfBlobs.includes(type.toLowerCase())) setImmediate(() => blobs.sweep());
  };
  keepRegistries();
}

const REGISTRY = "Microsoft.ContainerRegistry/registries";
const containersOfBlobs = ["microsoft.storage/storageaccounts", "microsoft.storage/storageaccounts/blobservices/containers"];

function settingsOf({ quota, limits, rolePropagation, dataPlane, clock }: ResolvedOptions): Settings {
  return {
    coreLimits: quota ?? {},
    limits: { ...DEFAULT_LIMITS, ...limits },
    rolePropagation: clock.millisecondsFor(rolePropagation ?? 0),
    dataPlane: dataPlane ?? "assumed",
  };
}

/** `GET /faults` returns the report; `PUT /faults` with a list sets the faults. */
function serveFaults(faults: Faults, method: string, body: unknown): ArmResponse {
  if (method !== "GET" && method !== "PUT") throw new AzureError(405, "MethodNotAllowed", "Use GET to read faults and PUT to set them.");
  if (method === "PUT") faults.set(body);
  return { status: 200, body: faults.report() };
}

/** Returns the stored resources in a state folder. Another simulator can be using the folder. */
export function storedResources(home: string): Pick<Resource, "id" | "type" | "name" | "body">[] {
  return [...(readTables(path.join(home, "state.jsonl")).get("resources")?.values() ?? [])] as Resource[];
}

function optional<T, R>(value: T | undefined, map: (value: T) => R): R | undefined {
  return value === undefined ? undefined : map(value);
}
