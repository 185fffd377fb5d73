/** Stand-in for the provider plugin `azure-native`. It works with any Azure Resource Manager endpoint. */
import { AcceptedError, ArmClient, messageOf } from "./armClient";
import { type Defaults, validate, withDefaults } from "./check";
import { diffInputs, refreshedInputs, withoutIgnored } from "./diff";
import { type IssueToken, invoke } from "./invoke";
import { previewOutputs, toBody, toOutputs, writableOutputs } from "./mapping";
import { apiVersionOf, pathInputs, type ResourceType, resourceId, resourceType } from "./metadata";
import {
  type CheckRequest,
  type DeleteRequest,
  type DiffRequest,
  InitializationError,
  type Provider,
  type ProviderDefinition,
  type ReadRequest,
  type UpdateRequest,
  type WriteRequest,
} from "./provider";
import { maintainSubResources, setSubResources, withoutUnsetSubResources } from "./subResources";
import { isObject, type Properties, plainProperties, type Value, withSecretsOf } from "./wire";

export interface AzureNativeOptions {
  /** Address of ARM, for example `http://127.0.0.1:4000`. */
  readonly armUrl: string;
  /** Used if the stack's configuration contains none. */
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly pollMs: number;
  /** Whether a refresh respects `ignoreChanges`. */
  readonly refreshIgnores: boolean;
  /** Signs a Microsoft Entra token of the deployer. */
  readonly issueToken?: IssueToken;
}

// azure-native's default.
const DEFAULT_TIMEOUT_SECONDS = 2 * 60 * 60;
const RESOURCE_GROUPS_API = "2020-10-01";

export function azureNative(options: AzureNativeOptions): ProviderDefinition {
  const client = new ArmClient({ url: options.armUrl, pollMs: options.pollMs });
  return { name: "azure-native", version: "3.28.0", configure: (config) => new AzureNative(client, options, config) };
}

class AzureNative implements Provider {
  private running = new AbortController();
  private readonly locations = new Map<string, string>();
  private readonly subscriptionId: string;
  private readonly tenantId: string;
  private readonly refreshIgnores: boolean;
  private readonly issueToken: IssueToken | undefined;

  constructor(
    private readonly client: ArmClient,
    options: AzureNativeOptions,
    private readonly config: Readonly<Record<string, string>>,
  ) {
    this.subscriptionId = config.subscriptionId ?? options.subscriptionId;
    this.tenantId = config.tenantId ?? options.tenantId;
    this.refreshIgnores = options.refreshIgnores;
    this.issueToken = options.issueToken;
  }

  cancel(): void {
    this.running.abort(new Error("cancelled"));
    this.running = new AbortController();
  }

  async check(request: CheckRequest): Promise<{ inputs: Properties; failures: string[] }> {
    const type = resourceType(request.type);
    const olds = plainProperties(request.olds);
    const defaults: Defaults = { location: this.config.location, locationOf: (group) => this.locationOf(group) };
    const inputs = await withDefaults(type, olds, withoutNulls(request.news), request, defaults);
    return { inputs, failures: validate(type, inputs) };
  }

  diff(request: DiffRequest) {
    const diff = diffInputs(resourceType(request.type), request.oldInputs, request.news);
    return this.refreshIgnores ? withoutIgnored(diff, request.ignoreChanges) : diff;
  }

  async create(request: WriteRequest): Promise<{ id: string; state: Properties }> {
    const type = resourceType(request.type);
    const inputs = plainProperties(request.inputs);
    if (request.preview) return { id: "", state: withSecretsOf(preview(type, inputs), request.inputs) as Properties };
    const id = resourceId(type, inputs, this.subscriptionId);
    return this.within(request.timeout, async (signal) => {
      await this.assertNotExisting(type, id, inputs, signal);
      const body = setSubResources(type, inputs, toBody(type.inputSchema, inputs));
      const written = await this.write(type, id, request, body, signal);
      return { id: typeof written.id === "string" ? written.id : id, state: stateOf(type, written, request.inputs) };
    });
  }

  async update(request: UpdateRequest): Promise<Properties> {
    const type = resourceType(request.type);
    const inputs = plainProperties(request.inputs);
    if (request.preview) {
      const { location, name } = request.state;
      const stable = { ...(name === undefined ? {} : { name }), ...(location === undefined ? {} : { location }) };
      return withSecretsOf({ ...preview(type, inputs), ...stable }, request.inputs) as Properties;
    }
    const id = resourceId(type, inputs, this.subscriptionId);
    return this.within(request.timeout, async (signal) => {
      const readBody = () => this.client.get(id, apiVersionOf(type, inputs), signal);
      const body = await maintainSubResources(type, inputs, toBody(type.inputSchema, inputs), readBody);
      return stateOf(type, await this.write(type, id, request, body, signal), request.inputs);
    });
  }

  async read(request: ReadRequest): Promise<{ id: string; state: Properties; inputs: Properties }> {
    const type = resourceType(request.type);
    const inputs = request.inputs;
    if (!inputs && type.inputs.includes("apiVersion")) throw new Error(notImportable(request.id));
    const apiVersion = apiVersionOf(type, inputs && plainProperties(inputs));
    const body = await this.within(0, (signal) => this.client.find(request.id, apiVersion, signal));
    if (!body) return { id: "", state: {}, inputs: {} };
    if (!inputs) {
      const writable = writableOutputs(type.inputSchema, plainProperties(toOutputs(type.inputSchema, body)));
      const imported = { ...withoutEmpty(writable), ...pathInputs(type, request.id) };
      return { id: request.id, state: stateOf(type, body, {}), inputs: imported };
    }
    const given = plainProperties(inputs);
    const before = writableOutputs(type.inputSchema, plainProperties(request.state));
    const outputs = plainProperties(toOutputs(type.outputSchema, body));
    const after = writableOutputs(type.inputSchema, withoutUnsetSubResources(type, given, outputs));
    const refreshed = refreshedInputs(given, withoutUnsetSubResources(type, given, before), after);
    return { id: request.id, state: stateOf(type, body, inputs), inputs: withSecretsOf(refreshed, inputs) as Properties };
  }

  async delete(request: DeleteRequest): Promise<void> {
    const type = resourceType(request.type);
    const apiVersion = apiVersionOf(type, plainProperties(request.inputs));
    await this.within(request.timeout, async (signal) => {
      if (type.row.singleton) await this.client.put(request.id, apiVersion, type.row.singleton as Properties, signal);
      else await this.client.delete(request.id, apiVersion, signal);
    });
  }

  invoke(token: string, args: Properties): Promise<Properties> {
    const { client, subscriptionId, tenantId, issueToken } = this;
    const context = { client, subscriptionId, tenantId, issueToken };
    return this.within(0, (signal) => invoke(context, token, plainProperties(args), signal));
  }

  private async assertNotExisting(type: ResourceType, id: string, inputs: Properties, signal: AbortSignal): Promise<void> {
    if (type.row.singleton) return;
    const existing = await this.client.find(id, apiVersionOf(type, inputs), signal);
    if (existing && Object.keys(existing).length > 0) throw new Error(`cannot create already existing resource '${id}'`);
  }

  /** PUTs the body and reads the resource. If the write failed after ARM accepted it, the error contains the current state. */
  private async write(type: ResourceType, id: string, request: WriteRequest, body: Properties, signal: AbortSignal): Promise<Properties> {
    const apiVersion = apiVersionOf(type, plainProperties(request.inputs));
    try {
      const written = await this.client.put(id, apiVersion, body, signal);
      return (await this.client.find(id, apiVersion, signal)) ?? written;
    } catch (error) {
      if (!(error instanceof AcceptedError)) throw error;
      // The timeout of the write can have expired, so this read has a separate one.
      const current = await this.within(60, (own) => this.client.find(id, apiVersion, own)).catch(() => undefined);
      throw new InitializationError(error.message, id, stateOf(type, current ?? {}, request.inputs), request.inputs);
    }
  }

  private async locationOf(group: string): Promise<string | undefined> {
    const cached = this.locations.get(group);
    if (cached !== undefined) return cached;
    const id = `/subscriptions/${this.subscriptionId}/resourceGroups/${encodeURIComponent(group)}`;
    const resourceGroup = await this.within(0, (signal) => this.client.find(id, RESOURCE_GROUPS_API, signal)).catch(() => undefined);
    if (typeof resourceGroup?.location !== "string") return undefined;
    this.locations.set(group, resourceGroup.location);
    return resourceGroup.location;
  }

  private async within<T>(seconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const timeout = AbortSignal.timeout((seconds > 0 ? seconds : DEFAULT_TIMEOUT_SECONDS) * 1000);
    const signal = AbortSignal.any([this.running.signal, timeout]);
    try {
      return await work(signal);
    } catch (error) {
      if (error instanceof InitializationError || !signal.aborted) throw error;
      throw new Error(messageOf(error, signal));
    }
  }
}

function preview(type: ResourceType, inputs: Properties): Properties {
  return { ...previewOutputs(type.inputSchema, inputs, type.outputs), azureApiVersion: apiVersionOf(type, inputs) };
}

/** The state of a resource: its outputs in the SDK's format. Values that are secret in the inputs or the schema stay secret. */
function stateOf(type: ResourceType, body: Properties, inputs: Properties): Properties {
  const outputs = { ...toOutputs(type.outputSchema, body), azureApiVersion: apiVersionOf(type, plainProperties(inputs)) };
  return withSecretsOf(outputs, inputs) as Properties;
}

function withoutNulls(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null));
}

// azure-native reads with a fixed API version, which the resource provider then rejects.
const notImportable = (id: string): string =>
  `resources:Resource '${id}' can't be imported: Azure does not return its API version. Import it with its specific type, or delete it.`;

/** Removes empty lists and objects, which an import would otherwise show for all values that the service fills in. */
function withoutEmpty(properties: Properties): Properties {
  const prune = (value: Value): Value | undefined => {
    if (Array.isArray(value)) {
      const items = value.map(prune).filter((item) => item !== undefined);
      return items.length > 0 ? items : undefined;
    }
    if (!isObject(value)) return value;
    const pruned = withoutEmpty(value);
    return Object.keys(pruned).length > 0 ? pruned : undefined;
  };
  const entries = Object.entries(properties).map(([key, value]) => [key, prune(value)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, Value] => entry[1] !== undefined));
}
