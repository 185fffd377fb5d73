/**
 * Runs component code with Pulumi's mocks and records the registered resources: inputs, and the options that plain mocks hide.
 * The monitor is wrapped with a private API of `@pulumi/pulumi`, which only this file uses.
 */

import * as pulumi from "@pulumi/pulumi";
import Ajv2020 from "ajv/dist/2020";
import addFormats from "ajv-formats";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { previewOutputs, toBody, toOutputs } from "../../azure-local/providers/mapping";
import { armType, resourceId, resourceType } from "../../azure-local/providers/metadata";
import { isSecret, type Properties, plain, UNKNOWN, type Value } from "../../azure-local/providers/wire";
import { serveAzure } from "../azure/fakeArm";
import { stagedLockFolder } from "../support/stagedLock";

/** The shipped prod is recorded with staged weights. */
const stagedLocks = stagedLockFolder();

export const SUBSCRIPTION = "11111111-1111-4111-8111-111111111111";
export const TENANT = "22222222-2222-4222-8222-222222222222";
export const PRINCIPAL = "33333333-3333-4333-8333-333333333333";
export const CREATED_AT = "2026-01-01T00:00:00Z";

/** A registered resource. References to resources are logical names. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly custom: boolean;
  /** Inputs in plain text. */
  readonly inputs: Properties;
  /** Inputs as sent, with secrets in their envelopes. */
  readonly rawInputs: Properties;
  readonly parent: string | undefined;
  readonly dependsOn: readonly string[];
  readonly ignoreChanges: readonly string[];
  /** Outputs that are secrets in the state. */
  readonly secretOutputs: readonly string[];
  readonly deletedWith: string | undefined;
  readonly protect: boolean;
  readonly deleteBeforeReplace: boolean | undefined;
  readonly customTimeouts: { readonly create: string; readonly update: string; readonly delete: string } | undefined;
  /** Aliases of the program; those that azure-native adds for other API versions are omitted. */
  readonly aliases: readonly string[];
  /** Names of hooks, by type such as `beforeCreate`. */
  readonly hooks: Readonly<Record<string, readonly string[]>>;
}

export interface Recording {
  readonly resources: readonly Recorded[];
  /** Registered outputs of components, in plain text, by logical name. */
  readonly outputs: Readonly<Record<string, Properties>>;
  /** Errors of hooks and transforms. Their resources are recorded nevertheless. */
  readonly refusals: readonly string[];
  readonly invokes: readonly {
    readonly token: string;
    readonly inputs: Properties /** URN and id of the provider, where it is not the default one. */;
    readonly provider?: string;
  }[];
  /** Return value of the program. */
  readonly result: unknown;
}

export interface RecordOptions {
  /** @default false: an update, with outputs as in Azure */
  readonly preview?: boolean;
  /** Stack settings by full key. @default none */
  readonly config?: Readonly<Record<string, string>>;
  /** Full keys of the settings that are secret. @default none */
  readonly secretKeys?: readonly string[];
  /** @default "dev" */
  readonly stack?: string;
  /** Names of hooks that are run before their resource is registered, as the engine does; in a preview only those that run in one. @default none */
  readonly runHooks?: RegExp;
  /** Results of invokes, in addition to the built-in ones. @default none */
  readonly invokes?: Readonly<Record<string, Properties>>;
  /** What a preview meets; it calls every transform, and every hook that runs in a preview. @default - nothing exists, and only `runHooks` run */
  readonly world?: World;
}

/** Existing resources in a preview, and which of their values are known. */
export interface World {
  /** ID and state of a resource; without an ID, it doesn't exist yet. */
  met(type: string, name: string, inputs: Properties): { readonly id: string; readonly state: Properties };
  /** The inputs of a resource as its transforms and hooks see them. */
  seen(name: string, inputs: Properties): Properties;
  /** The inputs in the state of a resource that exists. */
  before(type: string, name: string, inputs: Properties): Properties | undefined;
}

/** Registers all resources of `program` and waits until nothing is pending. */
export async function record(program: () => unknown, options: RecordOptions = {}): Promise<Recording> {
  const { preview = false, config = {}, secretKeys = [], stack = "dev" } = options;
  const resources: Recorded[] = [];
  const outputs: Record<string, Properties> = {};
  const refusals: string[] = [];
  const invokes: { token: string; inputs: Properties; provider?: string }[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) =>
        options.world?.met(type, name, inputs) ?? (preview ? { id: "", state: planned(type, inputs) } : created(type, inputs)),
      call: ({ token, inputs, provider }) => {
        invokes.push({ token, inputs, ...(provider ? { provider } : {}) });
        const answer = { ...INVOKES, ...options.invokes }[token];
        // The mocks return the details of an error without its message.
        if (answer === undefined) throw Object.assign(new Error(token), { details: `ResourceNotFound: no answer to ${token} was given` });
        return answer;
      },
    },
    "moor",
    stack,
    preview,
  );
  pulumi.runtime.setAllConfig(config, [...secretKeys]);
  wrapMonitor({ resources, outputs, refusals }, options);
  // If a test serves no Azure, an empty one is used.
  process.env.MOOR_LOCK_FOLDER = stagedLocks;
  const empty = process.env.MOOR_ARM_URL === undefined ? await serveAzure({}) : undefined;
  // Pulumi formats a stack for every promise and every resource that it makes, which takes half of the time of a recording.
  const { stackTraceLimit } = Error;
  (pulumi.Resource as Message).callsites = () => [];
  Error.stackTraceLimit = 0;
  try {
    const result = await program();
    await outputsOf(result);
    return { resources, outputs, refusals, invokes, result };
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    // If a run ends before Pulumi's hook server has started, the server retries forever and the process doesn't exit.
    await store().callbacks?._target;
    await pulumi.runtime.disconnect();
    await empty?.close();
  }
}

/** Waits for the outputs of a program, like the engine. */
async function outputsOf(result: unknown): Promise<void> {
  const outputs = Object.values(result ?? {}).filter((value) => pulumi.Output.isInstance(value));
  await Promise.allSettled(outputs.map((output) => (output as unknown as { promise(withUnknowns: true): Promise<unknown> }).promise(true)));
}

interface Store {
  supportsTransforms: boolean;
  readonly callbacks?: {
    readonly _target: Promise<string>;
    readonly _callbacks: ReadonlyMap<string, (bytes: Uint8Array) => Promise<Message>>;
  };
}
const store = () => (require("@pulumi/pulumi/runtime/state") as { getStore(): Store }).getStore();

const INVOKES: Record<string, Properties> = {
  "azure-native:authorization:getClientConfig": {
    clientId: PRINCIPAL,
    objectId: PRINCIPAL,
    subscriptionId: SUBSCRIPTION,
    tenantId: TENANT,
  },
};

// biome-ignore lint/suspicious/noExplicitAny: protobuf messages of a private API have no exported types.
type Message = any;

function wrapMonitor({ resources, outputs, refusals }: Written, { preview = false, runHooks, world }: RecordOptions): void {
  const monitor = pulumi.runtime.getMonitor() as Message;
  const register = monitor.registerResource.bind(monitor);
  const hooks = new Map<string, Message>();
  const stackTransforms: Message[] = [];
  monitor.registerResource = async (request: Message, callback: Message) => {
    const transforms = [...request.getTransformsList(), ...stackTransforms];
    if (world !== undefined) await runTransforms(request, transforms, world).catch(({ message }: Error) => refusals.push(message));
    const resource = recorded(request);
    const before = world?.before(resource.type, resource.name, resource.rawInputs);
    const all = (before === undefined ? resource.hooks.beforeCreate : resource.hooks.beforeUpdate) ?? [];
    for (const hook of all.filter((name) => world !== undefined || runHooks?.test(name)).map((name) => hooks.get(name))) {
      const refusal = preview && !hook.getOnDryRun() ? "" : await runHook(hook, request, world, before);
      if (refusal !== "") refusals.push(refusal);
    }
    resources.push(resource);
    return register(request, callback);
  };
  const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResourceOutputs = (request: Message, callback: Message) => {
    outputs[nameOf(request.getUrn())!] = plain(request.getOutputs().toJavaScript()) as Properties;
    return registerOutputs(request, callback);
  };
  monitor.registerStackTransform = (callback: Message, done: Message) => {
    stackTransforms.push(callback);
    done(null, {});
  };
  monitor.registerResourceHook = (request: Message, callback: Message) => {
    hooks.set(request.getName(), request);
    callback(null, {});
  };
  // Registered with the resource, but never called, because only the engine calls them.
  store().supportsTransforms = true;
}

interface Written {
  readonly resources: Recorded[];
  readonly outputs: Record<string, Properties>;
  readonly refusals: string[];
}

/** Runs a hook, like the engine before a creation or an update, and returns its error; empty if there is none. */
async function runHook(hook: Message, resource: Message, world?: World, before?: Properties): Promise<string> {
  const { ResourceHookRequest } = require("@pulumi/pulumi/proto/resource_pb") as Message;
  const request = new ResourceHookRequest();
  request.setName(resource.getName());
  request.setType(resource.getType());
  request.setNewInputs(asSeen(resource, world));
  if (before !== undefined) request.setOldInputs(Struct.fromJavaScript(before));
  return (await callBack(hook.getCallback(), request)).getError();
}

/** Applies a resource's transforms like the engine: they read its inputs, and change its inputs and its `ignoreChanges`. */
async function runTransforms(resource: Message, transforms: readonly Message[], world: World): Promise<void> {
  const { TransformRequest, TransformResourceOptions } = require("@pulumi/pulumi/proto/resource_pb") as Message;
  for (const transform of transforms) {
    const request = new TransformRequest();
    const options = new TransformResourceOptions();
    options.setIgnoreChangesList(resource.getIgnorechangesList());
    request.setName(resource.getName());
    request.setType(resource.getType());
    request.setCustom(resource.getCustom());
    request.setProperties(asSeen(resource, world));
    request.setOptions(options);
    const response = await callBack(transform, request);
    resource.setObject(response.getProperties());
    resource.setIgnorechangesList(response.getOptions()?.getIgnoreChangesList() ?? []);
  }
}

function asSeen(resource: Message, world: World | undefined): Struct {
  const inputs = resource.getObject();
  return world === undefined ? inputs : Struct.fromJavaScript(world.seen(resource.getName(), inputs.toJavaScript()));
}

function callBack(callback: Message, request: Message): Promise<Message> {
  return store().callbacks!._callbacks.get(callback.getToken())!(request.serializeBinary());
}

function recorded(request: Message): Recorded {
  const fields = request.toObject();
  const rawInputs = request.getObject().toJavaScript() as Properties;
  const hooks = Object.entries(fields.hooks ?? {}) as [string, string[] | boolean][];
  return {
    type: fields.type,
    name: fields.name,
    custom: fields.custom,
    inputs: plain(rawInputs) as Properties,
    rawInputs,
    parent: nameOf(fields.parent),
    dependsOn: fields.dependenciesList.map(nameOf).sort(),
    ignoreChanges: fields.ignorechangesList,
    secretOutputs: fields.additionalsecretoutputsList,
    deletedWith: nameOf(fields.deletedwith),
    protect: fields.protect ?? false,
    deleteBeforeReplace: fields.deletebeforereplacedefined ? fields.deletebeforereplace : undefined,
    customTimeouts: fields.customtimeouts && timeouts(fields.customtimeouts),
    aliases: fields.aliasesList.flatMap((alias: Message) => (alias.spec?.name ? [alias.spec.name] : [])),
    hooks: Object.fromEntries(
      hooks.flatMap(([moment, names]) => (Array.isArray(names) && names.length > 0 ? [[moment.replace(/List$/, ""), names]] : [])),
    ),
  };
}

function timeouts({ create, update, pb_delete }: Message): Recorded["customTimeouts"] {
  return { create, update, delete: pb_delete };
}

/** Logical name in a URN. */
function nameOf(urn: string | undefined): string | undefined {
  return urn ? urn.slice(urn.lastIndexOf("::") + 2) : undefined;
}

/** State of a resource in a preview: its inputs, with unknown other outputs. */
export function planned(type: string, inputs: Properties): Properties {
  if (!type.startsWith("azure-native:")) return inputs;
  const row = resourceType(type);
  return previewOutputs(row.inputSchema, plain(inputs) as Properties, row.outputs);
}

/** The name of an image that was pushed, with its digest in place of its tag. Unknown if the name is unknown. */
function pushedImage({ imageName = UNKNOWN }: Properties): string {
  const name = plain(imageName);
  return typeof name !== "string" || name.includes(UNKNOWN) ? UNKNOWN : `${name.replace(/:[^:/]+$/, "")}@sha256:${"b".repeat(64)}`;
}

/** ID and state of a created resource, and its body in Azure's response. */
export function created(
  type: string,
  inputs: Properties,
): { readonly id: string; readonly state: Properties; readonly shown?: Properties } {
  if (type === "random:index/randomString:RandomString") return { id: "x7k2p9", state: { ...inputs, result: "x7k2p9" } };
  if (type === "docker:index/image:Image") return { id: "image", state: { ...inputs, repoDigest: pushedImage(inputs) } };
  if (!type.startsWith("azure-native:")) return { id: "", state: inputs };
  const row = resourceType(type);
  const id = resourceId(row, plain(inputs) as Properties, SUBSCRIPTION);
  const answer = merge(toBody(row.inputSchema, plain(inputs) as Properties), readOnly(type, id));
  return { id, state: { ...toOutputs(row.inputSchema, answer), id } as Properties, shown: answer };
}

/** Properties that Azure adds to a body and that components use. */
function readOnly(type: string, id: string): Properties {
  const name = id.slice(id.lastIndexOf("/") + 1);
  const systemData = { createdAt: CREATED_AT };
  const added: Record<string, Properties> = {
    "azure-native:authorization:RoleAssignment": { properties: { createdOn: CREATED_AT } },
    "azure-native:containerregistry:Registry": { properties: { loginServer: `${name}.azurecr.io` } },
    "azure-native:containerregistry:Task": { identity: { principalId: PRINCIPAL, tenantId: TENANT } },
    "azure-native:keyvault:Secret": {
      properties: { secretUriWithVersion: `https://vault.vault.azure.net/secrets/${name}/${"0123456789abcdef".repeat(2)}` },
    },
    "azure-native:machinelearningservices:OnlineEndpoint": {
      systemData,
      properties: { scoringUri: `https://${name}.swedencentral.inference.ml.azure.com/score` },
    },
    "azure-native:machinelearningservices:OnlineDeployment": { systemData },
    "azure-native:managedidentity:UserAssignedIdentity": { properties: { principalId: PRINCIPAL, tenantId: TENANT } },
  };
  return merge({ id, name }, added[type] ?? {});
}

function merge(base: Properties, more: Properties): Properties {
  const result = { ...base };
  for (const [key, value] of Object.entries(more)) {
    const old = result[key];
    const nested = isPlainObject(old) && isPlainObject(value);
    result[key] = nested ? merge(old, value) : value;
  }
  return result;
}

function isPlainObject(value: Value | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the resource with a logical name. @throws if there is none or more than one */
export function find({ resources }: Pick<Recording, "resources">, name: string): Recorded {
  const found = resources.filter((resource) => resource.name === name);
  if (found.length !== 1)
    throw new Error(`${found.length} resources are called ${name}; there are ${resources.map((r) => r.name).join(", ")}`);
  return found[0]!;
}

/** `type name` of each resource, without the azure-native prefix, ordered by name. */
export function listing({ resources }: Pick<Recording, "resources">): string[] {
  return resources.map(({ type, name }) => `${name}: ${type.replace("azure-native:", "")}`).sort();
}

/** ARM ID and request body of a recorded resource. */
export function armRequest({ type, inputs }: Recorded): { readonly id: string; readonly body: Properties } {
  const row = resourceType(type);
  return { id: resourceId(row, inputs, SUBSCRIPTION), body: toBody(row.inputSchema, inputs) };
}

const ajv = addFormats(new Ajv2020({ strict: false, allErrors: true, formats: { binary: true } }));

/** Errors of the ARM schema in the body of a recorded resource. */
export function schemaErrors(resource: Recorded): string[] {
  const { id, body } = armRequest(resource);
  const [type, apiVersion] = schemaOf(resource);
  const schema = require(`../../azure-local/arm/schemas/${type.replaceAll("/", ".")}@${apiVersion}.json`);
  const validate = ajv.getSchema(schema.$id) ?? ajv.compile(schema);
  validate({ ...body, name: id.slice(id.lastIndexOf("/") + 1) });
  return (validate.errors ?? []).map(({ instancePath, message }) => `${resource.name}${instancePath} ${message}`);
}

/** Resource type and API version of the schema; the only untyped resource is the environment version. */
function schemaOf({ type, inputs }: Recorded): [string, string] {
  if (type === "azure-native:resources:Resource") {
    return [`${inputs.resourceProviderNamespace}/workspaces/environments/versions`, String(inputs.apiVersion)];
  }
  const { row, apiVersion } = resourceType(type);
  return [row.schemaType ?? armType(row.path), apiVersion];
}

/** The ARM template of a recorded traffic write. */
export function template({ inputs }: Recorded): Properties {
  return (inputs.properties as Properties).template as Properties;
}

/** All paths at which a text is in plain text, outside of secret envelopes. */
export function exposed(value: Value | undefined, text: string, path = ""): string[] {
  if (isSecret(value)) return [];
  if (typeof value === "string") return value.includes(text) ? [path] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => exposed(item as Value, text, `${path}/${key}`));
}
