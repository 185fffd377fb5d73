/** Serves a `Provider` as `pulumirpc.ResourceProvider` on loopback. The engine attaches to it with PULUMI_DEBUG_PROVIDERS. */
import * as grpc from "@grpc/grpc-js";
import { type PluginAttach, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { engineLog } from "./engineLog";
import {
  type DiffKind,
  type DiffResult,
  InitializationError,
  type Provider,
  type ProviderDefinition,
  type ResourceRequest,
} from "./provider";
import { decode, encode, type Properties } from "./wire";

export interface ProviderServer {
  readonly port: number;
  close(): Promise<void>;
}

function toServiceError(error: unknown): Partial<grpc.ServiceError> {
  if (!(error instanceof InitializationError)) return unknownError(error);
  try {
    return initializationError(error);
  } catch (unsendable) {
    return unknownError(unsendable);
  }
}

function unknownError(error: unknown): Partial<grpc.ServiceError> {
  return { code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : "The provider failed." };
}

function initializationError(error: InitializationError): Partial<grpc.ServiceError> {
  const { message } = error;
  const detail = new proto.ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(encode(error.state));
  detail.setInputs(encode(error.inputs));
  detail.setReasonsList([message]);
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(message);
  status.addDetails(any);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: message, metadata };
}

type Call<Q> = grpc.ServerUnaryCall<Q, unknown>;

function unary<Q, A>(handle: (request: Q, call: Call<Q>) => A | Promise<A>): grpc.UntypedHandleCall {
  const handler = (call: Call<Q>, done: grpc.sendUnaryData<A>) => {
    Promise.resolve()
      .then(() => handle(call.request, call))
      .then(
        (answer) => done(null, answer),
        (error) => done(toServiceError(error)),
      );
  };
  return handler as grpc.UntypedHandleCall;
}

interface HasUrn {
  getUrn(): string;
}

function resourceOf(request: HasUrn): ResourceRequest {
  const urn = request.getUrn();
  const parts = urn.split("::");
  const name = parts.slice(3).join("::");
  return { urn, name, type: (parts[2] ?? "").split("$").at(-1) ?? "" };
}

const KINDS: Record<DiffKind, [plain: number, replace: number]> = {
  add: [proto.PropertyDiff.Kind.ADD, proto.PropertyDiff.Kind.ADD_REPLACE],
  delete: [proto.PropertyDiff.Kind.DELETE, proto.PropertyDiff.Kind.DELETE_REPLACE],
  update: [proto.PropertyDiff.Kind.UPDATE, proto.PropertyDiff.Kind.UPDATE_REPLACE],
};

function diffResponse({ differences, deleteBeforeReplace }: DiffResult): proto.DiffResponse {
  const response = new proto.DiffResponse();
  const top = (path: string) => path.split(/[.[]/)[0] ?? path;
  const unique = (paths: string[]) => [...new Set(paths.map(top))];
  response.setChanges(differences.size > 0 ? proto.DiffResponse.DiffChanges.DIFF_SOME : proto.DiffResponse.DiffChanges.DIFF_NONE);
  response.setDiffsList(unique([...differences.keys()]));
  response.setReplacesList(unique([...differences].filter(([, { replace }]) => replace).map(([path]) => path)));
  response.setDeletebeforereplace(deleteBeforeReplace);
  response.setHasdetaileddiff(true);
  for (const [path, { kind, replace }] of differences) {
    const detail = new proto.PropertyDiff();
    detail.setKind(KINDS[kind][replace ? 1 : 0]);
    detail.setInputdiff(true);
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}

function checkResponse(inputs: Properties, failures: readonly string[]): proto.CheckResponse {
  const response = new proto.CheckResponse();
  response.setInputs(encode(inputs));
  response.setFailuresList(
    failures.map((reason) => {
      const failure = new proto.CheckFailure();
      failure.setReason(reason);
      return failure;
    }),
  );
  return response;
}

function configOf(request: proto.ConfigureRequest): Record<string, string> {
  const entries = [...request.getVariablesMap().entries()] as [string, string][];
  return Object.fromEntries(entries.map(([key, value]) => [key.split(":").at(-1) ?? key, value]));
}

/**
 * The engine opens one connection per provider instance to the same port. The peer's address identifies the instance. After a reconnection
 * the address is new, and the most recently configured instance answers.
 */
class Instances {
  private readonly byPeer = new Map<string, Provider>();
  private last: Provider | undefined;
  /** Addresses of the engines, by connection. */
  private readonly engines = new Map<string, string>();

  constructor(private readonly definition: ProviderDefinition) {}

  configure(peer: string, config: Record<string, string>): void {
    this.last = this.definition.configure(
      config,
      engineLog(() => this.engines.get(peer)),
    );
    this.byPeer.set(peer, this.last);
  }

  of(peer: string): Provider {
    this.last ??= this.definition.configure(
      {},
      engineLog(() => this.engines.get(peer)),
    );
    return this.byPeer.get(peer) ?? this.last;
  }

  attach(peer: string, engine: string): void {
    if (engine !== "") this.engines.set(peer, engine);
  }

  cancel(peer: string): void {
    this.byPeer.get(peer)?.cancel();
    this.byPeer.delete(peer);
    this.engines.delete(peer);
  }

  cancelAll(): void {
    for (const provider of this.byPeer.values()) provider.cancel();
  }
}

function lifecycle(definition: ProviderDefinition, instances: Instances): grpc.UntypedServiceImplementation {
  return {
    handshake: unary((request: proto.ProviderHandshakeRequest, call) => {
      instances.attach(call.getPeer(), request.getEngineAddress());
      const response = new proto.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setAcceptResources(true);
      return response;
    }),
    attach: unary((request: PluginAttach, call) => {
      instances.attach(call.getPeer(), request.getAddress());
      return new Empty();
    }),
    getPluginInfo: unary(() => {
      const info = new PluginInfo();
      info.setVersion(definition.version);
      return info;
    }),
    checkConfig: unary((request: proto.CheckRequest) => checkResponse(decode(request.getNews()), [])),
    diffConfig: unary(() => diffResponse({ differences: new Map(), deleteBeforeReplace: false })),
    configure: unary((request: proto.ConfigureRequest, call) => {
      instances.configure(call.getPeer(), configOf(request));
      const response = new proto.ConfigureResponse();
      response.setSupportspreview(true);
      response.setAcceptsecrets(true);
      response.setAcceptresources(true);
      return response;
    }),
    // The engine cancels after each run. Only the instance of this connection is removed.
    cancel: unary((_: Empty, call) => {
      instances.cancel(call.getPeer());
      return new Empty();
    }),
  };
}

function operations(instances: Instances): grpc.UntypedServiceImplementation {
  const of = (call: Call<never> | Call<unknown>) => instances.of((call as Call<unknown>).getPeer());
  return {
    check: unary(async (request: proto.CheckRequest, call) => {
      const randomSeed = request.getRandomseed_asU8();
      const checked = await of(call).check({
        ...resourceOf(request),
        olds: decode(request.getOlds()),
        news: decode(request.getNews()),
        randomSeed,
      });
      return checkResponse(checked.inputs, checked.failures);
    }),
    diff: unary((request: proto.DiffRequest, call) =>
      diffResponse(
        of(call).diff({
          ...resourceOf(request),
          oldInputs: decode(request.getOldInputs()),
          news: decode(request.getNews()),
          ignoreChanges: request.getIgnorechangesList(),
        }),
      ),
    ),
    create: unary(async (request: proto.CreateRequest, call) => {
      const inputs = decode(request.getProperties());
      const preview = request.getPreview();
      const created = await of(call).create({ ...resourceOf(request), inputs, preview, timeout: request.getTimeout() });
      const response = new proto.CreateResponse();
      response.setId(created.id);
      response.setProperties(encode(created.state));
      return response;
    }),
    read: unary(async (request: proto.ReadRequest, call) => {
      const inputs = request.hasInputs() ? decode(request.getInputs()) : undefined;
      const result = await of(call).read({
        ...resourceOf(request),
        id: request.getId(),
        state: decode(request.getProperties()),
        inputs: inputs && Object.keys(inputs).length > 0 ? inputs : undefined,
      });
      const response = new proto.ReadResponse();
      response.setId(result.id);
      response.setProperties(encode(result.state));
      response.setInputs(encode(result.inputs));
      return response;
    }),
    update: unary(async (request: proto.UpdateRequest, call) => {
      const state = await of(call).update({
        ...resourceOf(request),
        id: request.getId(),
        state: decode(request.getOlds()),
        inputs: decode(request.getNews()),
        preview: request.getPreview(),
        timeout: request.getTimeout(),
      });
      const response = new proto.UpdateResponse();
      response.setProperties(encode(state));
      return response;
    }),
    delete: unary(async (request: proto.DeleteRequest, call) => {
      const inputs = decode(request.getOldInputs());
      await of(call).delete({ ...resourceOf(request), id: request.getId(), inputs, timeout: request.getTimeout() });
      return new Empty();
    }),
    invoke: unary(async (request: proto.InvokeRequest, call) => {
      const response = new proto.InvokeResponse();
      response.setReturn(encode(await of(call).invoke(request.getTok(), decode(request.getArgs()))));
      return response;
    }),
  };
}

/** Maximum message size in bytes, as in Pulumi's engine and providers (pulumi/pulumi, sdk/go/common/util/rpcutil: MaxRPCMessageSize). */
const maxBytes = 400 * 1024 * 1024;

/** Starts a server for one provider on a free loopback port. */
export async function serveProvider(definition: ProviderDefinition): Promise<ProviderServer> {
  const instances = new Instances(definition);
  const server = new grpc.Server({ "grpc.max_receive_message_length": maxBytes, "grpc.max_send_message_length": maxBytes });
  server.addService(ResourceProviderService, { ...lifecycle(definition, instances), ...operations(instances) });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return {
    port,
    close: async () => {
      instances.cancelAll();
      server.forceShutdown();
    },
  };
}
