// Proves that only a resource which doesn't exist counts as absent: any other error of a read ends the run with its own message, and
// nothing is deleted or written. Which responses mean absence is proved in tests/azure/arm.test.ts. Doesn't prove that the engine stops on
// it.
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import { keepLiveInstances } from "../../components/endpoint/deployment/liveInstances";
import { Gate } from "../../components/endpoint/gate";
import { readState } from "../../components/endpoint/gate/controlPlane";
import { removeLeftovers, waitForOutgoing } from "../../components/endpoint/leftovers";
import type { EndpointReference } from "../../components/endpoint/reference";
import { matchCapacity } from "../../components/endpoint/traffic/capacity";
import { waitForActiveWrite } from "../../components/endpoint/traffic/hooks";
import { liveDeployment, liveEndpoint } from "../../components/live";
import { armClient, type ScriptedResponse, serveScript } from "../azure/fakeArm";
import { vllmDecision, workspace, workspaceId } from "./fixtures";
import { record } from "./recorder";

const id = `${workspaceId}/onlineEndpoints/chat`;
const scalable = { name: "main-00000002", concurrency: 8, max: 6 };
const leftovers = (endpoint: EndpointReference) => ({ endpoint, stack: "dev", names: ["main-00000002"], drainSeconds: 180 });
const hookArgs = { newInputs: { properties: { template: { resources: [{ properties: { traffic: { "main-00000002": 100 } } }] } } } };
const run = (hook: pulumi.ResourceHook) => hook.callback(hookArgs as unknown as pulumi.ResourceHookArgs);

/** All functions that check in Azure whether a resource exists. */
const looks: [what: string, look: (azure: ArmClient, endpoint: EndpointReference) => unknown][] = [
  ["the endpoint is looked for", (azure) => liveEndpoint(azure, id)],
  ["a deployment is looked for", (azure) => liveDeployment(azure, id, "main-00000002")],
  ["leftovers are removed", (_, endpoint) => run(removeLeftovers("leftovers", leftovers(endpoint)))],
  ["the last requests are waited for, before anything is deleted", (_, endpoint) => waitForOutgoing(leftovers(endpoint))],
  ["an active write is waited for", (_, endpoint) => run(waitForActiveWrite("active", endpoint, 60))],
  ["instances are matched", (_, endpoint) => run(matchCapacity("capacity", endpoint, [scalable]))],
  [
    "live instances are kept",
    (_, endpoint) => keepLiveInstances(endpoint, scalable)({ ...props, custom: true, type: "", name: "", opts: {} }),
  ],
  [
    "the gate asks",
    (_, endpoint) =>
      run(new Gate(endpoint, { mode: "controlPlane", subjects: [{ name: "main-00000002", decision: vllmDecision }] }).beforeWrite("gate")),
  ],
  ["the gate reads a state", (azure) => readState(azure, id, "main-00000002", 5)],
];
const props = { props: { endpointName: "chat", sku: { capacity: 1 } } };

const refusal = (status: number, code: string): ScriptedResponse => ({ status, body: { error: { code, message: `${code}: not found` } } });
const errors: [what: string, turn: ScriptedResponse | undefined, options: Parameters<typeof armClient>[0], message: string][] = [
  ["the subscription isn't known", refusal(404, "SubscriptionNotFound"), {}, "Azure answered 404 SubscriptionNotFound"],
  ["the type isn't known", refusal(404, "InvalidResourceType"), {}, "Azure answered 404 InvalidResourceType"],
  ["a proxy answers", { status: 404, body: "<h1>404 Not Found</h1>" }, {}, "Azure answered 404 to GET"],
  ["the caller has no right", refusal(403, "AuthorizationFailed"), {}, "Azure answered 403 AuthorizationFailed"],
  ["the tenant is wrong", refusal(401, "InvalidAuthenticationTokenTenant"), {}, "Azure answered 401"],
  [
    "there is no Azure CLI",
    undefined,
    { credential: () => Promise.reject(new Error("Azure CLI not found on path: 404")) },
    "Azure CLI not found on path",
  ],
  ["the name can't be resolved", undefined, { endpoint: "https://nothing.invalid", pollSeconds: 0.001 }, "nothing.invalid"],
];

beforeAll(() => {
  for (const level of ["info", "warn"] as const) jest.spyOn(pulumi.log, level).mockResolvedValue(undefined);
});
afterAll(() => jest.restoreAllMocks());

describe.each(errors)("If %s", (_, turn, options, message) => {
  test.each(looks)("the run ends with this error when %s.", async (_, look) => {
    const server = await serveScript([turn ?? { status: 200 }]);
    const work = () => {
      const azure = armClient(options);
      return look(azure, { id: pulumi.output(id), name: pulumi.output("chat"), workspace, azure } as unknown as EndpointReference);
    };
    try {
      await expect(record(async () => work())).rejects.toThrow(message);
      expect(server.calls.filter((call) => !call.startsWith("GET "))).toEqual([]);
    } finally {
      await server.close();
    }
  });
});

test.each(looks.filter(([what]) => !/gate/.test(what)))("A resource that doesn't exist is not an error when %s.", async (_, look) => {
  const server = await serveScript([refusal(404, "ResourceNotFound")]);
  const work = () => {
    const azure = armClient();
    return look(azure, { id: pulumi.output(id), name: pulumi.output("chat"), workspace, azure } as unknown as EndpointReference);
  };
  try {
    await record(async () => work());
    expect(server.calls.filter((call) => !call.startsWith("GET "))).toEqual([]);
  } finally {
    await server.close();
  }
});
