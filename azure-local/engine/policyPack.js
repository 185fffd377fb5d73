/**
 * Serves a policy pack to the engine as Pulumi's own language host does (pulumi/pulumi, sdk/policy_proxy.go). The pack's process finds the stack's
 * project, name and configuration in environment variables. The engine sends them only to a server that already runs, so the engine talks to a
 * proxy, which starts the pack when it has them and passes on all other calls.
 */
const { once } = require("node:events");
const readline = require("node:readline");
const grpc = require("@grpc/grpc-js");
const { AnalyzerClient, AnalyzerService } = require("@pulumi/pulumi/proto/analyzer_grpc_pb");
const { AnalyzerHandshakeResponse, AnalyzerStackConfigureResponse } = require("@pulumi/pulumi/proto/analyzer_pb");

/** The engine's limit for one message, which is also the SDK's. */
const maxMessageBytes = 400 * 1024 * 1024;
const limits = { "grpc.max_receive_message_length": maxMessageBytes, "grpc.max_send_message_length": maxMessageBytes };

/**
 * @param {(stack: Record<string, string>) => import("node:child_process").ChildProcess} start Starts the pack with the stack's environment variables.
 * @param {{ stdout(data: Buffer): void }} output
 */
function servePolicyPack(start, output) {
  let pack;
  /** Starts the pack once. Without a stack's configuration if the engine sends none, as for `pulumi policy analyze`. */
  const started = (request) => {
    pack ??= connect(start(stackEnvironment(request)), output).then(async (client) => {
      if (request !== undefined) await configure(client, request);
      return client;
    });
    return pack;
  };
  const passOn = (method) => (call, done) =>
    started().then(
      (client) => client[method](call.request, done),
      (error) => done({ code: grpc.status.UNAVAILABLE, message: error.message }),
    );
  const methods = Object.keys(AnalyzerService).filter((method) => !["handshake", "configureStack"].includes(method));
  const server = new grpc.Server(limits);
  server.addService(AnalyzerService, {
    ...Object.fromEntries(methods.map((method) => [method, passOn(method)])),
    handshake: (_, done) => done(null, new AnalyzerHandshakeResponse()),
    configureStack(call, done) {
      // A pack that doesn't start is reported by the next call.
      started(call.request).catch(() => {});
      done(null, new AnalyzerStackConfigureResponse());
    },
  });
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    output.stdout(Buffer.from(`${port}\n`));
  });
}

/** Connects to the pack, whose first line on standard output is its port. */
async function connect(child, output) {
  const lines = readline.createInterface({ input: child.stdout });
  const [first] = await Promise.race([once(lines, "line"), once(child, "exit").then(([code]) => [`exit code ${code}`])]);
  if (!/^\d+$/.test(first)) throw new Error(`The policy pack must print its port first, but it printed: ${first}`);
  lines.on("line", (line) => output.stdout(Buffer.from(`${line}\n`)));
  return new AnalyzerClient(`127.0.0.1:${first}`, grpc.credentials.createInsecure(), limits);
}

/** Packs of earlier versions of @pulumi/policy don't have this method. */
function configure(client, request) {
  return new Promise((resolve, reject) =>
    client.configureStack(request, (error) => (error && error.code !== grpc.status.UNIMPLEMENTED ? reject(error) : resolve())),
  );
}

/** The environment variables from which `pulumi.getStack()`, `pulumi.getProject()` and `pulumi.Config` read in a pack. */
function stackEnvironment(request) {
  if (request === undefined) return {};
  const variables = {
    PULUMI_NODEJS_ORGANIZATION: request.getOrganization(),
    PULUMI_NODEJS_PROJECT: request.getProject(),
    PULUMI_NODEJS_STACK: request.getStack(),
    PULUMI_NODEJS_DRY_RUN: String(request.getDryRun()),
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
  };
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
}

module.exports = { servePolicyPack };
