/** The program of this clone, served from this process: loaded once for many runs, where the language host loads it anew for each. */
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

/** The settings of a run that the program reads from its process. */
const settings = ["MOOR_WAITS", "MOOR_ARM_URL", "MOOR_FRONTDOOR_URL", "IDENTITY_ENDPOINT", "IDENTITY_HEADER"];

/** Parts of the program that may keep something of a run, such as a token of an Azure that is gone; the others know nothing of a run. */
const runsAnew = ["index.ts", "components/", "config/", "azure/", "node_modules/@azure/identity/", "node_modules/@azure/msal-node/"];

export interface ServedProgram {
  /** What a run that uses the program here needs to say to pulumi. */
  (environment: NodeJS.ProcessEnv): string[];
  /** Serves no longer; until then this process doesn't end by itself. */
  close(): void;
}

/** One run at a time: a program finds its settings in this process's environment. */
export async function serveProgram(): Promise<ServedProgram> {
  process.chdir(root);
  return serve(async () => {
    const ran = Object.keys(require.cache).filter((file) => runsAnew.some((part) => file.startsWith(path.join(root, part))));
    for (const file of ran) delete require.cache[file];
    return require(path.join(root, "index.ts"));
  });
}

/** Serves any program; what it yields are the stack's outputs. */
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
    for (const name of settings) process.env[name] = environment[name];
    return [`--client=127.0.0.1:${port}`, "--exec-kind", "auto.inline"];
  };
  return Object.assign(argumentsFor, { close: () => server.forceShutdown() });
}

/** Pulumi calls hooks from a server of its own, outside the run that registered them; there it doesn't find that run's engine. */
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
