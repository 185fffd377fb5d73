import type { ArmRequest, ArmResponse } from "./armRequest";
import { AzureError } from "./azureError";
import type { Engine } from "./engine";
import { isObject, type JsonObject } from "./json";
import type { Resource } from "./model";
import type { Operation } from "./operations";
import { pageOf } from "./paging";
import { type ArmPath, type Node, parsePath, RESOURCE_GROUP, SUBSCRIPTION, TEMPLATE_DEPLOYMENT } from "./path";
import { providerRoute } from "./providerRoutes";
import { filterGroups, listResources } from "./resourceList";
import { runRoute } from "./runs/routes";
import { scopeRead } from "./scopeReads";
import type { ScriptHost } from "./scripts/host";
import { scriptLogs } from "./scripts/logs";
import { deploymentOperations, Templates } from "./templates";
import { view } from "./view";
import { target, type Writes, type Written } from "./writes";

const DEPLOYMENT = TEMPLATE_DEPLOYMENT.toLowerCase();

/** The request handler of Azure Resource Manager, by method and path. */
export class Service {
  private readonly templates: Templates;

  constructor(
    private readonly engine: Engine,
    private readonly writes: Writes,
    private readonly scripts: ScriptHost,
    private readonly subscriptions: readonly string[],
  ) {
    this.templates = new Templates(engine, writes);
  }

  /** @throws AzureError */
  handle(request: ArmRequest): ArmResponse {
    this.engine.settle();
    const path = parsePath(request.path);
    if (!path || path.nodes.length === 0)
      throw new AzureError(404, "InvalidPath", `'${request.path}' is not the path of an Azure resource.`);
    this.checkSubscription(path.nodes[0]!);
    const special = providerRoute({ request, path, engine: this.engine });
    if (special) return special;
    const read = scopeRead(request, path, this.engine);
    if (read) return read;
    const run = runRoute(request, path, this.engine);
    if (run) return run;
    const logs = scriptLogs(request, path, this.engine, this.scripts);
    if (logs) return logs;
    switch (request.method) {
      case "PUT":
        return this.written(this.put(resourceOnly(path), request), request);
      case "PATCH":
        return this.written(this.writes.patch(resourceOnly(path), request.body, apiVersionOf(request)), request);
      case "GET":
        return path.trailing === undefined ? this.get(path, request) : this.list(path, request);
      case "HEAD":
        return { status: this.engine.store.get(path.nodes.at(-1)!.id) ? 204 : 404 };
      case "DELETE":
        return this.delete(resourceOnly(path), request);
      case "POST":
        return this.action(path, request);
      default:
        throw new AzureError(405, "MethodNotAllowed", `The method ${request.method} is not supported.`);
    }
  }

  /** @param apiVersion The version of the response. @default all properties */
  show(resource: Resource, apiVersion?: string): JsonObject {
    return view(resource, this.engine.catalog.find(resource.type)!, this.engine.inventory, apiVersion);
  }

  private put(path: ArmPath, request: ArmRequest): Written {
    const { node } = target(path);
    const writer = node.type.toLowerCase() === DEPLOYMENT ? this.templates : this.writes;
    return writer.put(path, request.body, request.query.get("api-version") ?? "");
  }

  private get(path: ArmPath, request: ArmRequest): ArmResponse {
    const node = path.nodes.at(-1)!;
    if (node.type === SUBSCRIPTION) return { status: 200, body: this.subscription(node) };
    this.engine.catalog.entry(node.type, apiVersionOf(request));
    this.engine.catalog.checkApiVersion(node.type, apiVersionOf(request));
    // Reads of internal services don't complete operations.
    if (!request.isInternal) this.engine.poll(this.engine.operations.on(node.id));
    return { status: 200, body: this.show(this.writes.existing(node), apiVersionOf(request)) };
  }

  private list(path: ArmPath, request: ArmRequest): ArmResponse {
    const scope = path.nodes.at(-1)!;
    if (path.trailing!.toLowerCase() === "resources" && path.namespace === undefined) {
      if (scope.type === RESOURCE_GROUP) this.writes.existing(scope);
      const resources = listResources(this.engine.store, scope, request.query.get("$filter"));
      return { status: 200, body: { value: resources.map((resource) => this.summary(resource)) } };
    }
    if (scope.type.toLowerCase() === DEPLOYMENT && path.trailing === "operations") {
      return { status: 200, body: { value: deploymentOperations(this.writes.existing(scope)) } };
    }
    const type = path.collectionType ?? "";
    this.engine.catalog.checkApiVersion(this.engine.catalog.entry(type, apiVersionOf(request)).type, apiVersionOf(request));
    if (scope.type !== SUBSCRIPTION) this.writes.existing(scope);
    const resources =
      scope.type === SUBSCRIPTION && type !== RESOURCE_GROUP ? this.engine.store.all(type) : this.engine.store.children(scope.id, type);
    const inSubscription = resources.filter((resource) => resource.id.toLowerCase().startsWith(`${scope.id.toLowerCase()}/`));
    const listed = type === RESOURCE_GROUP ? filterGroups(inSubscription, request.query.get("$filter")) : inSubscription;
    const { items, nextLink } = pageOf(type, listed, request);
    return {
      status: 200,
      body: { value: items.map((resource) => this.show(resource, apiVersionOf(request))), ...(nextLink === undefined ? {} : { nextLink }) },
    };
  }

  private delete(path: ArmPath, request: ArmRequest): ArmResponse {
    const { purgeParameter } = this.engine.catalog.find(path.nodes.at(-1)!.type)?.service ?? {};
    const permanently = purgeParameter !== undefined && request.query.get(purgeParameter)?.toLowerCase() === "true";
    const deleted = this.writes.delete(path, apiVersionOf(request), permanently);
    if (!deleted) return { status: 204 };
    if (!deleted.operation) return { status: 200 };
    return { status: 202, headers: this.operationHeaders(deleted.operation, request) };
  }

  private action(path: ArmPath, request: ArmRequest): ArmResponse {
    const node = path.nodes.at(-1)!;
    const name = path.trailing ?? "";
    const entry = this.engine.catalog.entry(node.type, apiVersionOf(request));
    this.engine.catalog.checkApiVersion(entry.type, apiVersionOf(request));
    const resource = this.writes.existing(node);
    if (entry.type.toLowerCase() === DEPLOYMENT && name.toLowerCase() === "cancel") {
      this.templates.cancel(resource);
      return { status: 204 };
    }
    const key = Object.keys(entry.service.actions ?? {}).find((action) => action.toLowerCase() === name.toLowerCase());
    if (!key) throw new AzureError(404, "InvalidAction", `The type ${entry.type} has no action '${name}'.`);
    const body = isObject(request.body) ? request.body : {};
    this.writes.checkAction(resource, key, body, apiVersionOf(request));
    const answer = entry.service.actions![key]!({
      resource,
      body,
      apiVersion: apiVersionOf(request),
      effects: this.engine,
    });
    if (!answer.operation) return { status: 200, body: answer.body };
    const { "Azure-AsyncOperation": status, ...location } = this.operationHeaders(answer.operation, request);
    const headers = answer.polling === "location" ? location : { ...location, "Azure-AsyncOperation": status! };
    return { status: 202, body: answer.body, headers };
  }

  private written(written: Written, request: ArmRequest): ArmResponse {
    const status = written.created ? 201 : 200;
    const body = this.show(written.resource, apiVersionOf(request));
    if (!written.operation) return { status, body };
    const { Location: _, ...headers } = this.operationHeaders({ ...written.operation, apiVersion: apiVersionOf(request) }, request);
    return { status, body, headers };
  }

  private operationHeaders(operation: Operation, { origin }: ArmRequest): Record<string, string> {
    const { resourceId, id, apiVersion } = operation;
    const [subscription] = parsePath(resourceId)!.nodes;
    const namespace = /\/providers\/([^/]+)\/(?!.*\/providers\/)/i.exec(resourceId)?.[1] ?? "Microsoft.Resources";
    const base = `${origin}${subscription!.id}/providers/${namespace}`;
    return {
      "Azure-AsyncOperation": `${base}/operationsStatus/${id}?api-version=${apiVersion}`,
      Location: `${base}/operationResults/${id}?api-version=${apiVersion}`,
      "Retry-After": String(this.engine.clock.retryAfter),
    };
  }

  private summary(resource: Resource): JsonObject {
    const { id, name, type, location, tags, kind, sku, identity } = this.show(resource);
    return { id, name, type, location, tags, kind, sku, identity };
  }

  private subscription(node: Node): JsonObject {
    return {
      id: node.id,
      subscriptionId: node.name,
      displayName: "Local Azure",
      state: "Enabled",
      tenantId: this.engine.inventory.tenantId,
    };
  }

  private checkSubscription(node: Node): void {
    if (this.subscriptions.some((id) => id.toLowerCase() === node.name.toLowerCase())) return;
    throw new AzureError(404, "SubscriptionNotFound", `The subscription '${node.name}' could not be found.`);
  }
}

function apiVersionOf(request: ArmRequest): string {
  return request.query.get("api-version") ?? "";
}

function resourceOnly(path: ArmPath): ArmPath {
  if (path.trailing === undefined) return path;
  throw new AzureError(
    405,
    "MethodNotAllowed",
    `The path ends with '${path.trailing}', which is a collection or an action and not a resource.`,
  );
}
