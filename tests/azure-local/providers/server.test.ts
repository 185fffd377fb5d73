// Proves the protocol between engine and provider over real gRPC connections. Does not prove how an engine handles it.
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type Providers, startProviders } from "../../../azure-local/providers";
import type { Provider } from "../../../azure-local/providers/provider";
import { InitializationError } from "../../../azure-local/providers/provider";
import { serveProvider } from "../../../azure-local/providers/server";
import { decode, encode, type Properties } from "../../../azure-local/providers/wire";
import { type FakeArm, startFakeArm } from "./fakeArm";

const SUBSCRIPTION = "00000000-0000-4000-8000-000000000001";
const URN = "urn:pulumi:dev::p::azure-native:resources:ResourceGroup::rg";

let arm: FakeArm;
let providers: Providers;
const clients: ResourceProviderClient[] = [];

beforeEach(async () => {
  arm = await startFakeArm();
  providers = await startProviders({ armUrl: `${arm.url}/`, subscriptionId: SUBSCRIPTION, pollMs: 1 });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await providers.close();
  await arm.close();
});

function connect(name: string): ResourceProviderClient {
  const port = new RegExp(`${name}:(\\d+)`).exec(providers.debugProviders)?.[1];
  const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
    "grpc.use_local_subchannel_pool": 1,
  });
  clients.push(client);
  return client;
}

function call<A>(start: (done: (error: grpc.ServiceError | null, answer: A) => void) => unknown): Promise<A> {
  return new Promise((resolve, reject) => {
    start((error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

async function configure(client: ResourceProviderClient, config: Record<string, string>) {
  const request = new proto.ConfigureRequest();
  for (const [key, value] of Object.entries(config)) request.getVariablesMap().set(`azure-native:config:${key}`, value);
  return call<proto.ConfigureResponse>((done) => client.configure(request, done));
}

function checkRequest(news: Properties): proto.CheckRequest {
  const request = new proto.CheckRequest();
  request.setUrn(URN);
  request.setNews(encode(news));
  return request;
}

function createRequest(inputs: Properties): proto.CreateRequest {
  const request = new proto.CreateRequest();
  request.setUrn(URN);
  request.setProperties(encode(inputs));
  return request;
}

test("all three providers are listed with their ports", () => {
  expect(providers.debugProviders).toMatch(/^azure-native:\d+,random:\d+,docker:\d+$/);
});

test("the provider supports previews, secrets and resources, and accepts no outputs", async () => {
  const configured = await configure(connect("azure-native"), {});
  expect([
    configured.getSupportspreview(),
    configured.getAcceptsecrets(),
    configured.getAcceptresources(),
    configured.getAcceptoutputs(),
  ]).toEqual([true, true, true, false]);
});

test("the plugin's version is the SDK's", async () => {
  const info = await call<{ getVersion(): string }>((done) => connect("azure-native").getPluginInfo(new Empty(), done));
  expect(info.getVersion()).toBe("3.28.0");
});

test("two instances of the provider on one port have separate configurations, also when one is canceled", async () => {
  const [first, second] = [connect("azure-native"), connect("azure-native")];
  await configure(first, { location: "swedencentral" });
  await configure(second, { location: "norwayeast" });
  const locationOf = async (client: ResourceProviderClient) =>
    decode((await call<proto.CheckResponse>((done) => client.check(checkRequest({ resourceGroupName: "g" }), done))).getInputs()).location;
  expect(await locationOf(first)).toBe("swedencentral");
  expect(await locationOf(second)).toBe("norwayeast");
  await call((done) => second.cancel(new Empty(), done));
  expect(await locationOf(first)).toBe("swedencentral");
});

test("a failure of Check contains the reason but not the value", async () => {
  const checked = await call<proto.CheckResponse>((done) => connect("azure-native").check(checkRequest({}), done));
  expect(checked.getFailuresList().map((failure) => failure.getReason())).toEqual([
    "missing required property 'location'. Either set it explicitly or configure it with 'pulumi config set azure-native:location <value>'.",
  ]);
});

test("a difference contains the top-level properties that replace the resource", async () => {
  const request = new proto.DiffRequest();
  request.setUrn(URN);
  request.setOldInputs(encode({ resourceGroupName: "g", location: "a", tags: { x: "1" } }));
  request.setNews(encode({ resourceGroupName: "g", location: "b", tags: { x: "2" } }));
  const response = await call<proto.DiffResponse>((done) => connect("azure-native").diff(request, done));
  expect(response.getChanges()).toBe(proto.DiffResponse.DiffChanges.DIFF_SOME);
  expect(response.getReplacesList()).toEqual(["location"]);
  expect(response.getDiffsList().sort()).toEqual(["location", "tags"]);
  expect(response.getDeletebeforereplace()).toBe(true);
  expect(response.getDetaileddiffMap().get("tags.x")?.getKind()).toBe(proto.PropertyDiff.Kind.UPDATE);
});

test("the engine receives an incomplete resource with its ID, state and inputs", async () => {
  arm.isSlow = () => true;
  arm.outcome = { status: "Failed", error: { code: "Nope", message: "no" } };
  const inputs = { resourceGroupName: "g", location: "swedencentral" };
  const failure = await call((done) => connect("azure-native").create(createRequest(inputs), done)).catch(
    (error: grpc.ServiceError) => error,
  );
  const { code, details, metadata } = failure as grpc.ServiceError;
  expect([code, details]).toEqual([grpc.status.UNKNOWN, 'Status=200 Code="Nope" Message="no"']);
  const status = Status.deserializeBinary(metadata.get("grpc-status-details-bin")[0] as Buffer);
  const any = status.getDetailsList()[0];
  expect(any?.getTypeName()).toBe("pulumirpc.ErrorResourceInitFailed");
  const detail = proto.ErrorResourceInitFailed.deserializeBinary(any?.getValue_asU8() ?? new Uint8Array());
  expect(detail.getId()).toBe(`/subscriptions/${SUBSCRIPTION}/resourceGroups/g`);
  expect(decode(detail.getInputs())).toEqual(inputs);
  expect(decode(detail.getProperties())).toMatchObject({ properties: { provisioningState: "Failed" } });
});

test("an error of ARM is the error of the call", async () => {
  arm.intercept = () => ({ status: 403, body: { error: { code: "AuthorizationFailed", message: "no right" } } });
  const failure = call((done) => connect("azure-native").create(createRequest({ resourceGroupName: "g" }), done));
  await expect(failure).rejects.toMatchObject({ details: 'Status=403 Code="AuthorizationFailed" Message="no right"' });
});

test("a response or error that can't be sent is an error of that call and does not end the process", async () => {
  const circular: Properties = {};
  circular.self = circular;
  const provider = {
    create: async ({ name }: { name: string }) => {
      if (name === "fails") throw new InitializationError("not ready", "id", circular, {});
      return { id: "id", state: circular };
    },
    cancel: () => {},
  } as unknown as Provider;
  const server = await serveProvider({ name: "circular", version: "1.0.0", configure: () => provider });
  const client = new ResourceProviderClient(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure());
  for (const name of ["fails", "succeeds"]) {
    const request = createRequest({});
    request.setUrn(URN.replace(/rg$/, name));
    await expect(call((done) => client.create(request, new grpc.Metadata(), { deadline: Date.now() + 5_000 }, done))).rejects.toThrow(
      "circular structure",
    );
  }
  client.close();
  await server.close();
});
