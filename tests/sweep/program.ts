/**
 * Serves the program of this clone from this process, so that it is loaded once for many runs. The language host would load it for each
 * run.
 */
import { AsyncResource } from "node:async_hooks";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { root } from "../../cli/local/session";

const { LanguageServer } = require("@pulumi/pulumi/automation/server") as {
  LanguageServer: new (program: () => Promise<unknown>) => grpc.UntypedServiceImplementation;
};
const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb") as { LanguageRuntimeService: grpc.ServiceDefinition };
const { CallbackServer } = require("@pulumi/pulumi/runtime/callbacks") as { CallbackServer: { prototype: { invoke: () => unknown } } };
const { grpcClientOptions } = require("@pulumi/pulumi/runtime/settings") as { grpcClientOptions: grpc.ClientOptions };

/** Environment variables of a run that the program reads. */
const settings = [
  ...["MOOR_WAITS", "MOOR_ARM_URL", "MOOR_FRONTDOOR_URL", "MOOR_LOCAL_NETWORK", "MOOR_ENDPOINTS", "MOOR_PUBLICATION", "MOOR_FINDINGS"],
  ...["MOOR_LOCK_FOLDER", "IDENTITY_ENDPOINT", "IDENTITY_HEADER"],
];

/** Modules that can keep values of a run, such as a token of a stopped local Azure. Other modules keep nothing. */
const runsAnew = ["index.ts", "components/", "config/", "azure/", "node_modules/@azure/identity/", "node_modules/@azure/msal-node/"];

export interface ServedProgram {
  /** Arguments for pulumi in a run that uses this program. */
  (environment: NodeJS.ProcessEnv): string[];
  /** Stops serving. Until then, this process doesn't exit. */
  close(): void;
}

/** Serializes the runs, because the program reads its settings from this process's environment. */
export async function serveProgram(): Promise<ServedProgram> {
  process.chdir(root);
  return serve(async () => {
    const ran = Object.keys(require.cache).filter((file) => runsAnew.some((part) => file.startsWith(path.join(root, part))));
    for (const file of ran) delete require.cache[file];
    return require(path.join(root, "index.ts"));
  });
}

/** Serves a program, whose return value is the stack's outputs. */
export async function serve(program: () => Promise<unknown>): Promise<ServedProgram> {
  process.env.PULUMI_NODEJS_ROOT_DIRECTORY = root;
  keepContextInHooks();
  keepConnectionsApart();
  const server = new grpc.Server();
  server.addService(LanguageRuntimeService, new LanguageServer(program));
  const port = await new Promise<number>((resolve, reject) => {
    const bound = (error: Error | null, at: number) => (error ? reject(error) : resolve(at));
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), bound);
  });
  const argumentsFor = (environment: NodeJS.ProcessEnv) => {
    for (const name of settings) {
      if (environment[name] === undefined) delete process.env[name];
      else process.env[name] = environment[name];
    }
    return [`--client=127.0.0.1:${port}`, "--exec-kind", "auto.inline"];
  };
  return Object.assign(argumentsFor, { close: () => server.forceShutdown() });
}

/** Pulumi calls hooks from a separate server, outside the run that registered them, where it doesn't find the engine of that run. */
function keepContextInHooks(): void {
  const { invoke } = CallbackServer.prototype;
  Object.defineProperty(CallbackServer.prototype, "invoke", { get: () => AsyncResource.bind(invoke) });
}

/**
 * Pulumi leaves a run's clients open here, and grpc shares connections by address: an engine that listens where an earlier one did would be
 * met with the failure to reach the earlier one.
 */
export function keepConnectionsApart(): void {
  grpcClientOptions["grpc.use_local_subchannel_pool"] = 1;
}
