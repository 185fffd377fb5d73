import * as grpc from "@grpc/grpc-js";
import { keepConnectionsApart } from "./program";

const { EngineClient, EngineService } = require("@pulumi/pulumi/proto/engine_grpc_pb") as {
  EngineClient: new (address: string, credentials: grpc.ChannelCredentials, options: grpc.ClientOptions) => Engine;
  EngineService: grpc.ServiceDefinition;
};
const { GetRootResourceRequest, GetRootResourceResponse } = require("@pulumi/pulumi/proto/engine_pb") as Record<string, new () => object>;
const { grpcClientOptions } = require("@pulumi/pulumi/runtime/settings") as { grpcClientOptions: grpc.ClientOptions };

type Engine = grpc.Client & { getRootResource(request: object, callback: (error: grpc.ServiceError | null) => void): void };

test("a run reaches an engine that listens on the port of an earlier, killed engine", async () => {
  keepConnectionsApart();
  const earlier = await listen(0);
  const before = connect(earlier.port);
  expect(await call(before)).toBeUndefined();
  earlier.server.forceShutdown();
  // The state after an earlier run: open, and failing to reconnect.
  while ((await call(before)) === undefined);

  const later = await listen(earlier.port);
  const after = connect(later.port);
  expect(await call(after)).toBeUndefined();

  before.close();
  after.close();
  later.server.forceShutdown();
});

async function listen(at: number): Promise<{ server: grpc.Server; port: number }> {
  const server = new grpc.Server();
  const getRootResource = (_call: unknown, answer: grpc.sendUnaryData<object>) => answer(null, new GetRootResourceResponse!());
  server.addService(EngineService, { getRootResource });
  const port = await new Promise<number>((resolve, reject) => {
    const bound = (error: Error | null, bound: number) => (error ? reject(error) : resolve(bound));
    server.bindAsync(`127.0.0.1:${at}`, grpc.ServerCredentials.createInsecure(), bound);
  });
  return { server, port };
}

function connect(port: number): Engine {
  return new EngineClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), grpcClientOptions);
}

/** @returns the error, if there was one */
function call(client: Engine): Promise<string | undefined> {
  return new Promise((resolve) => client.getRootResource(new GetRootResourceRequest!(), (error) => resolve(error?.message)));
}
