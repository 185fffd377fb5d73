import { randomUUID } from "node:crypto";
import { AzureError } from "./azureError";
import { asRequest, splitSecrets } from "./bodyWalk";
import type { CatalogEntry } from "./catalog";
import { fingerprint } from "./credentials";
import type { Engine } from "./engine";
import { isObject, type JsonObject, mergePatch, withDefaults, without } from "./json";
import { atVersion, keepLater, OLDER_VERSION_RESETS } from "./laterProperties";
import { type Body, type Event, type ProvisioningState, type Resource, type RuleContext, type Timing, UNTIL_WORK_ENDS } from "./model";
import type { Operation } from "./operations";
import { type ArmPath, type Node, parentIdOf, RESOURCE_GROUP, SUBSCRIPTION, TEMPLATE_DEPLOYMENT } from "./path";
import type { Policies } from "./policies";
import type { Rulebook } from "./rules";

/** Azure seconds until an operation fails that would otherwise last until its work ends. */
const SECONDS_UNTIL_FAILURE = 60;

export interface Written {
  readonly resource: Resource;
  readonly created: boolean;
  readonly operation?: Operation;
}

/** Writes and deletes resources for PUT, PATCH, DELETE and templates, with all checks. */
export class Writes {
  constructor(
    private readonly engine: Engine,
    private readonly rules: Rulebook,
    private readonly policies: Policies,
  ) {}

  put(path: ArmPath, raw: unknown, apiVersion: string, patch?: JsonObject): Written {
    const { node, parent } = target(path);
    const entry = this.engine.catalog.entry(node.type, apiVersion);
    this.engine.catalog.checkApiVersion(entry.type, apiVersion);
    const previous = this.engine.store.get(node.id);
    const id = previous?.id ?? this.canonicalId(node, parent, entry);
    const read = atVersion(readBody(raw, node.name, entry, apiVersion), entry.type, apiVersion);
    const keeps = patch !== undefined || !this.rules.applies(OLDER_VERSION_RESETS);
    const versioned = keeps ? keepLater(read, previous?.body, entry.type, apiVersion) : read;
    const request = this.policies.modified(versioned, entry.schema);
    this.policies.check({ id, type: entry.type, name: node.name, body: request, now: this.engine.now() });
    const body = withDefaults(request, entry.service.defaults?.(request, id, this.engine.inventory) ?? {}) as Body;
    const event: Event = previous ? "update" : "create";
    const failure = this.check({
      event,
      id,
      type: entry.type,
      name: node.name,
      parentId: parent.id,
      apiVersion,
      body,
      previous,
      patch,
      inventory: this.engine.inventory,
    });
    return this.write(entry, { id, name: previous?.name ?? node.name, body, apiVersion, previous, failure });
  }

  /** Applies a JSON merge patch to the stored body, then continues as a PUT. */
  patch(path: ArmPath, raw: unknown, apiVersion: string): Written {
    const { node } = target(path);
    const previous = this.existing(node);
    if (!isObject(raw)) throw missingBody();
    return this.put(path, mergePatch(atVersion(previous.body, previous.type, apiVersion), raw), apiVersion, raw);
  }

  /** @returns undefined if the resource does not exist; with `permanently`, a soft-deleted resource with this name is purged */
  delete(path: ArmPath, apiVersion: string, permanently: boolean): { operation?: Operation } | undefined {
    const { node, parent } = target(path);
    const entry = this.engine.catalog.entry(node.type, apiVersion);
    this.engine.catalog.checkApiVersion(entry.type, apiVersion);
    const previous = this.engine.store.get(node.id);
    if (!previous) {
      if (permanently) this.engine.purge(node.id);
      return undefined;
    }
    const { id, type, name, body } = previous;
    const { inventory } = this.engine;
    const context: RuleContext = { event: "delete", id, type, name, parentId: parent.id, apiVersion, body, previous, inventory };
    this.check(context);
    const timing = { event: "delete", body, previous, id, inventory } as const;
    const seconds = this.secondsOf(entry, timing);
    if (seconds === 0) {
      this.engine.remove(id, permanently);
      return {};
    }
    const deleting: Resource = { ...previous, state: "Deleting" };
    this.engine.put(deleting);
    return { operation: this.engine.begin(deleting, "delete", seconds, apiVersion, { permanently }) };
  }

  /** Checks the rules of an action. @throws AzureError */
  checkAction(resource: Resource, action: string, body: Body, apiVersion: string): void {
    const { id, type, name } = resource;
    const { inventory } = this.engine;
    this.check({ event: "action", action, id, type, name, parentId: parentIdOf(id), apiVersion, body, previous: resource, inventory });
  }

  existing(node: Node): Resource {
    const resource = this.engine.store.get(node.id);
    if (resource) return resource;
    const group = /\/resourceGroups\/([^/]+)/i.exec(node.id)?.[1];
    if (node.type.toLowerCase() === RESOURCE_GROUP.toLowerCase() || (group && !this.engine.store.get(groupId(node.id)))) {
      throw new AzureError(404, "ResourceGroupNotFound", `Resource group '${group}' could not be found.`);
    }
    throw new AzureError(
      404,
      "ResourceNotFound",
      `The Resource '${node.type}/${node.name}' under resource group '${group ?? "<null>"}' was not found.`,
    );
  }

  private write(entry: CatalogEntry, { id, name, body, apiVersion, previous, failure }: CheckedWrite): Written {
    const { inventory } = this.engine;
    const timing = { event: previous ? "update" : "create", body, previous, id, inventory } as const;
    const seconds = this.secondsOf(entry, timing);
    if (failure && seconds === 0) throw failure;
    const busy: ProvisioningState = entry.service.writing?.(timing) ?? (previous ? "Updating" : "Creating");
    const generated = previous ? {} : (entry.service.created?.(id, body, this.engine) ?? {});
    const { stored, facts } = this.keepSecrets(entry, id, body, { ...previous?.facts, ...generated.facts });
    const now = this.engine.now();
    const resource: Resource = {
      id,
      type: entry.type,
      name,
      apiVersion,
      body: stored,
      outputs: { ...previous?.outputs, ...generated.outputs },
      facts: { ...facts, ...principal(body, facts) },
      state: seconds > 0 ? busy : "Succeeded",
      createdAt: previous?.createdAt ?? now,
      modifiedAt: now,
    };
    this.engine.put(resource);
    entry.service.written?.(resource, body, this.engine);
    if (seconds === 0) return { resource: this.engine.store.get(id)!, created: !previous };
    const operation = this.engine.begin(
      resource,
      previous ? "update" : "create",
      this.durationOf(seconds, failure),
      apiVersion,
      failure ? { failure: failure.body } : {},
    );
    return { resource: this.engine.store.get(id)!, created: !previous, operation };
  }

  /** An injected failure needs an operation. A template already has one. */
  private secondsOf({ type, service }: CatalogEntry, timing: Timing): number {
    const seconds = service.seconds?.(timing) ?? 0;
    return seconds === 0 && this.engine.isFailing && type !== TEMPLATE_DEPLOYMENT ? 1 : seconds;
  }

  /** @returns undefined for an operation that a job ends. If it fails anyway, there is no work. */
  private durationOf(seconds: number, failure: AzureError | undefined): number | undefined {
    if (seconds !== UNTIL_WORK_ENDS) return seconds;
    return failure || this.engine.isFailing ? SECONDS_UNTIL_FAILURE : undefined;
  }

  /** Stores secrets in a separate file. For secrets that ARM never returns, only a fingerprint is stored. */
  private keepSecrets(entry: CatalogEntry, id: string, body: Body, facts: JsonObject): { stored: Body; facts: JsonObject } {
    const { body: open, secrets } = splitSecrets(body, entry.type, entry.schema.root);
    const stored = (entry.service.omit ?? []).reduce<Body>((rest, path) => without(rest, path), open as Body);
    if (Object.keys(secrets).length === 0) return { stored, facts };
    if (entry.service.keepsOnlyFingerprint) {
      const salt = (facts.salt as string | undefined) ?? randomUUID();
      return { stored, facts: { ...facts, salt, fingerprint: fingerprint(secrets, salt) } };
    }
    this.engine.credentials.setSecretsOf(id, secrets);
    return { stored, facts };
  }

  /** @returns the first error with which the operation starts and fails. @throws AzureError for all other errors */
  private check(context: RuleContext): AzureError | undefined {
    let failure: AzureError | undefined;
    for (const rule of this.rules.for(context.type)) {
      if (!rule.on.includes(context.event) || rule.action !== context.action) continue;
      const message = rule.check(context);
      if (message === undefined) continue;
      const error = new AzureError(rule.status, rule.azureCode, message, rule.target ? { target: rule.target } : {});
      if (!rule.failsOperation) throw error;
      failure ??= error;
    }
    return failure;
  }

  /** The ID in Azure's spelling: types from the specification, parents as first written. */
  private canonicalId(node: Node, parent: Node, entry: CatalogEntry): string {
    const above = this.engine.store.get(parent.id)?.id ?? parent.id;
    if (entry.type === RESOURCE_GROUP) return `${above}/resourceGroups/${node.name}`;
    const isChild = !node.id.slice(parent.id.length).startsWith("/providers/");
    return isChild ? `${above}/${entry.type.split("/").pop()}/${node.name}` : `${above}/providers/${entry.type}/${node.name}`;
  }
}

interface CheckedWrite {
  readonly id: string;
  readonly name: string;
  readonly body: Body;
  readonly apiVersion: string;
  readonly previous?: Resource;
  readonly failure?: AzureError;
}

export function target(path: ArmPath): { node: Node; parent: Node } {
  const node = path.nodes.at(-1);
  const parent = path.nodes.at(-2);
  if (!node || !parent || node.type === SUBSCRIPTION)
    throw new AzureError(405, "MethodNotAllowed", "This path does not refer to a writable resource.");
  return { node, parent };
}

function readBody(raw: unknown, name: string, entry: CatalogEntry, apiVersion: string): Body {
  if (!isObject(raw)) throw missingBody();
  const schema = entry.schema.at(apiVersion);
  const request = asRequest({ ...raw, name }, schema.root);
  schema.validate(request, apiVersion);
  const { name: _, ...body } = request;
  return body;
}

function missingBody(): AzureError {
  return new AzureError(400, "InvalidRequestContent", "The request content was invalid: the body must be a JSON object.");
}

function principal(body: Body, facts: JsonObject): JsonObject {
  if (!body.identity?.type?.includes("SystemAssigned")) return {};
  return { principalId: facts.principalId ?? randomUUID() };
}

function groupId(id: string): string {
  return id.split("/").slice(0, 5).join("/");
}
