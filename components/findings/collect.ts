/** Collects what a program is about to write: the final inputs of its resources. */
import * as pulumi from "@pulumi/pulumi";
import { resolved } from "../base/resolved";
import { type PlannedInputs, plannedInputs } from "./inputs";

/** A resource that the program has declared. */
export interface Declared {
  readonly urn: string;
  /** Type token, for example `azure-native:storage:StorageAccount`. */
  readonly token: string;
  /** Logical name. */
  readonly name: string;
  readonly inputs: PlannedInputs;
}

/** A resource that the run creates or changes. Its inputs are final: they contain the provider's defaults. */
export interface Written extends Declared {
  /** ARM ID. Undefined in a creation. */
  readonly id?: string;
  /** The inputs of the last run. Undefined in a creation, and in the creation that is part of a replacement. */
  readonly before?: PlannedInputs;
}

/** What a resource may do in spite of the option `protect`. */
export interface Permission {
  /** Whether it may be deleted: the run removes `protect`. */
  readonly deletion: boolean;
}

/** What is called with the resources of a program. */
export interface Collector {
  /** Called for each resource, changed or not, with its inputs after all transforms. The resource waits for it. */
  declared(resource: Declared): Promise<Permission>;
  /** Called before the write of each resource that the run creates or changes; in a preview too. The write waits for it. */
  written(resource: Written): Promise<void>;
}

/** A resource that the engine has refused, for example to replace it although it is protected. */
export interface Failed {
  readonly type: string;
  readonly name: string;
}

/**
 * Calls the collector for each resource of azure-native that the program declares from now on. Call it before the first resource is declared.
 * @returns a function that resolves when all resources that the program has declared so far are registered, to those that were refused
 */
export function collect(collector: Collector): () => Promise<readonly Failed[]> {
  const hook = new pulumi.ResourceHook("moor-findings", (args) => written(collector, args), { onDryRun: true });
  const started: Started[] = [];
  const last = lastTransform((args) => declared(collector, args, hook));
  // Adds the hook in this process: the SDK can't return options from a transform without setting `deleteBeforeReplace`. Under mocks, the
  // program has no stack resource.
  if (pulumi.runtime.getStackResource() !== undefined) {
    pulumi.runtime.registerStackTransformation(({ resource, type, name, props, opts }) => {
      started.push({ resource, type, name });
      if (!isAzure(type)) return undefined;
      return { props, opts: { ...withHook(opts, hook), dependsOn: after(last, opts.dependsOn) } };
    });
  }
  return () => registered(started);
}

/** Registers a transform after those that the program registers until its first wait, because transforms run in the order of their registration. */
async function lastTransform(transform: pulumi.ResourceTransform): Promise<void> {
  // The SDK has this function, but omits it from its types.
  const { awaitStackRegistrations } = pulumi.runtime as unknown as { awaitStackRegistrations(): Promise<void> };
  await Promise.resolve();
  await awaitStackRegistrations();
  pulumi.runtime.registerResourceTransform(transform);
  await awaitStackRegistrations();
}

type Dependencies = pulumi.ResourceOptions["dependsOn"];

/** Delays a resource: the SDK registers it when its dependencies are known. */
async function after(event: Promise<void>, dependencies: Dependencies = []): Promise<pulumi.Resource[]> {
  await event;
  // The SDK's own function for this isn't public. The SDK resolves inputs of any form in a promise.
  return dependencies as unknown as pulumi.Resource[];
}

async function declared(
  collector: Collector,
  { custom, type, name, props, opts }: pulumi.ResourceTransformArgs,
  hook: pulumi.ResourceHook,
): Promise<pulumi.ResourceTransformResult | undefined> {
  if (!custom || !isAzure(type)) return undefined;
  const urn = urnOf(type, name, opts.parent === undefined ? "" : await resolved<string>(opts.parent.urn));
  const { deletion } = await collector.declared({ urn, token: type, name, inputs: await plannedInputs(props) });
  const isHooked = [opts.hooks?.beforeCreate, opts.hooks?.beforeUpdate].every((hooks) => hooks?.some((one) => nameOf(one) === hook.name));
  const protect = opts.protect === true && !deletion;
  if (isHooked && protect === (opts.protect === true)) return undefined;
  // The SDK passes `false` where the program sets nothing, which would override the provider's decision.
  const { deleteBeforeReplace } = opts as pulumi.CustomResourceOptions;
  const options = { ...opts, protect, deleteBeforeReplace: deleteBeforeReplace || undefined };
  return { props, opts: isHooked ? options : withHook(options, hook) };
}

async function written(collector: Collector, { urn, id, type, name, newInputs = {}, oldInputs }: pulumi.ResourceHookArgs): Promise<void> {
  const before = oldInputs === undefined ? undefined : await plannedInputs(oldInputs);
  await collector.written({ urn, token: type, name, inputs: await plannedInputs(newInputs), before, id: id || undefined });
}

function withHook<Options extends pulumi.ResourceOptions>(opts: Options, hook: pulumi.ResourceHook): Options {
  const { beforeCreate = [], beforeUpdate = [], ...others } = opts.hooks ?? {};
  return { ...opts, hooks: { ...others, beforeCreate: [...beforeCreate, hook], beforeUpdate: [...beforeUpdate, hook] } };
}

function nameOf(hook: pulumi.ResourceHook | pulumi.ResourceHookFunction): string {
  return hook.name;
}

function isAzure(type: string): boolean {
  return type.startsWith("azure-native:");
}

/** Source: `createUrn` of the SDK, for values that are known. */
function urnOf(type: string, name: string, parent: string): string {
  const qualified = parent.split("::").at(-2) ?? "";
  const ancestors = qualified === "" || qualified === "pulumi:pulumi:Stack" ? "" : `${qualified}$`;
  return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${ancestors}${type}::${name}`;
}

/** A resource whose registration has started. Its URN is set after the transformations of the SDK. */
interface Started extends Failed {
  readonly resource: pulumi.Resource;
}

/**
 * Waits until the engine has answered for all resources. A resource can be declared by a callback of another one, so it repeats the wait until
 * there is no new resource.
 * @returns the resources that the engine has refused
 */
async function registered(started: readonly Started[]): Promise<Failed[]> {
  let known = -1;
  while (known !== started.length) {
    known = started.length;
    await Promise.allSettled(started.map(({ resource }) => resolved(resource.urn)));
    // Callbacks that need no answer from outside run before the next turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const results = await Promise.allSettled(started.map(({ resource }) => resolved(resource.urn)));
  return started.filter((_, index) => results[index]?.status === "rejected").map(({ type, name }) => ({ type, name }));
}
