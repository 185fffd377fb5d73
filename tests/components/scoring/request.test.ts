// Proves what is sent to an endpoint, and what is measured of its responses. Doesn't prove how long real responses take.
import { scoringAddress } from "../../../components/scoring/address";
import { credentialFor } from "../../../components/scoring/credential";
import { InterruptedAnswer, sender } from "../../../components/scoring/request";
import { armClient, serveAzure } from "../../azure/fakeArm";
import { doneEvent, type ScoringStub, startScoringStub, stopEvent, textEvent } from "./support";

let stub: ScoringStub;
beforeEach(async () => {
  stub = await startScoringStub();
});
afterEach(() => stub.close());

const ask = { method: "POST", path: "/v1/chat/completions", body: { stream: true } } as const;
const send = (changes: Partial<Parameters<typeof sender>[0]> = {}, requestId?: string) =>
  sender({ baseUrl: `${stub.url}/chat`, credential: "k", ...changes })(ask, AbortSignal.timeout(5000), requestId);

test("Without a deployment, the traffic weights decide, and the answer names the deployment.", async () => {
  expect(await send()).toMatchObject({ status: 200, deployment: "main-1" });
  expect(stub.received[0]!.headers).not.toHaveProperty("azureml-model-deployment");
  expect(stub.received[0]!.headers).not.toHaveProperty("x-ms-client-request-id");
});

test("The client request ID and additional headers are sent.", async () => {
  await send({ deployment: "main-2", headers: { "x-note": "1" } }, "moor-smoke-1");
  expect(stub.received[0]!.headers).toMatchObject({
    ...{ authorization: "Bearer k", "azureml-model-deployment": "main-2", "x-note": "1", "x-ms-client-request-id": "moor-smoke-1" },
  });
});

test("Of a long stream, only the beginning is kept, and all events are counted.", async () => {
  stub.answer = (_, response) => {
    response.setHeader("content-type", "text/event-stream; charset=utf-8");
    for (let index = 0; index < 5000; index++) response.write(textEvent("hello"));
    response.end(stopEvent + doneEvent);
  };
  const { body, stream } = await send();
  expect(stream).toMatchObject({ problem: undefined, contentEvents: 5000 });
  expect(body.length).toBeLessThan(200_000);
  expect(body.startsWith(textEvent("hello"))).toBe(true);
});

test("A response that breaks off is an error with its status.", async () => {
  stub.answer = (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(textEvent("hel"), () => response.destroy());
  };
  const error = await send().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InterruptedAnswer);
  expect(error).toMatchObject({ status: 200, message: "terminated" });
});

test("The address is the endpoint's origin, or the scoring proxy with the position in the networks of the local Azure.", () => {
  expect(scoringAddress("chat", "https://chat.x", {})).toEqual({ baseUrl: "https://chat.x" });
  const local = (network?: string) =>
    scoringAddress("chat", "https://chat.x", { MOOR_FRONTDOOR_URL: "http://p", MOOR_LOCAL_NETWORK: network });
  expect(local()).toEqual({ baseUrl: "http://p/chat", headers: { "x-azure-local-network": "inside" } });
  expect(local("outside").headers).toEqual({ "x-azure-local-network": "outside" });
});

const id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/w/onlineEndpoints/chat";
test.each([
  ["Key", "the-key"],
  ["AMLToken", "the-token"],
  ["AADToken", "entra for https://ml.azure.com"],
  ["Other", undefined],
])("The credential for authMode %s is %s.", async (authMode, credential) => {
  const azure = await serveAzure({
    [`POST ${id}/listKeys`]: { primaryKey: "the-key" },
    [`POST ${id}/token`]: { accessToken: "the-token" },
  });
  try {
    const client = armClient({ credential: async (audience) => `entra for ${audience}` });
    expect(await credentialFor(authMode, client, id)).toBe(credential);
  } finally {
    await azure.close();
  }
});
