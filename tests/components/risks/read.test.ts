// Proves which requests the risk warning sends to Azure: with unknown parts of the IDs, without a workspace, and if Azure
// returns errors. Doesn't prove the texts: tests/planner/risks does.
import * as pulumi from "@pulumi/pulumi";
import { type NamedEndpointPlan, warnOfRisks } from "../../../components/risks";
import { type FakeAzure, serveAzure } from "../../azure/fakeArm";
import { vllmDecision, workspaceId } from "../fixtures";
import { type RecordOptions, record } from "../recorder";

const image = { repository: "moor/vllm", digest: `sha256:${"ab".repeat(32)}` };
const decision = { ...vllmDecision, image };
const unknown = () => pulumi.unknown as unknown as string;

class Place extends pulumi.ComponentResource {
  constructor(readonly id: pulumi.Output<string>) {
    super("test:index:Place", "place");
  }
}

let azure: FakeAzure;
let warnings: string[];
beforeEach(() => {
  warnings = [];
  jest.spyOn(pulumi.log, "warn").mockImplementation(async (text) => void warnings.push(text));
});
afterEach(async () => {
  jest.restoreAllMocks();
  await azure.close();
});

function chat(name: pulumi.Input<string>, instances = 3): NamedEndpointPlan {
  return { key: "chat", name, gate: "runner", deployments: [{ label: "main", decision, instances, weight: 100, mirror: 0 }] };
}

/** Endpoints in the workspace's list, and the requests to Azure. */
async function warn(
  endpoints: NamedEndpointPlan[],
  shown: Record<string, object | number>,
  id = workspaceId,
  { registryId, ...options }: RecordOptions & { readonly registryId?: string } = {},
) {
  azure = await serveAzure(shown);
  await record(() => {
    const workspace = new Place(pulumi.output(id));
    const registry = registryId === undefined ? undefined : pulumi.output(registryId);
    return { warned: warnOfRisks({ stack: "prod", workspace, endpoints, registryId: registry }) };
  }, options);
  return azure.reads;
}

const list = `${workspaceId}/onlineEndpoints`;
const live = (name: string, traffic: Record<string, number>, tags: object = { "moor-stack": "prod" }) => ({
  id: `${list}/${name}`,
  name,
  tags,
  properties: { authMode: "Key", scoringUri: `https://${name}/`, traffic },
});

test("A workspace with an unknown ID has no endpoints, and no request is sent.", async () => {
  expect(await warn([chat(unknown())], {}, unknown(), { preview: true })).toEqual([]);
  expect(warnings).toEqual([]);
});

test("An adopted workspace is not read if names of endpoints are unknown.", async () => {
  const shown = { [list]: { value: [live("other-prod-abc123", { "main-00000001": 100 })] } };
  expect(await warn([chat(unknown())], shown, workspaceId, { preview: true })).toEqual([]);
  expect(warnings).toEqual([]);
});

test("A workspace that doesn't exist has no endpoints.", async () => {
  expect(await warn([chat("chat-prod-x7k2p9")], {})).toEqual([list]);
  expect(warnings).toEqual([]);
});

test.each([401, 403, 400])("If Azure returns %s, the warning states that the endpoints were not read.", async (status) => {
  await warn([chat("chat-prod-x7k2p9")], { [list]: status });
  expect(warnings).toEqual([
    expect.stringMatching(new RegExp(`^Stack prod: 1 risk\\.\\n {2}- Endpoints not read: .* Azure answered ${status} `)),
  ]);
});

test("Only endpoints of this stack are compared, names are case-insensitive, and an endpoint without traffic can be removed.", async () => {
  const value = [
    live("CHAT-prod-x7k2p9", { [decision.name]: 100 }),
    live("old-prod-x7k2p9", { "main-00000001": 100 }),
    live("idle-prod-x7k2p9", {}),
    live("foreign", { "main-00000001": 100 }, { "moor-stack": "dev" }),
    live("untagged", { "main-00000001": 100 }, {}),
  ];
  expect(await warn([chat("chat-prod-x7k2p9")], { [list]: { value } })).toEqual([list]);
  expect(warnings).toEqual([
    expect.stringMatching(/^Stack prod: 1 risk\.\n {2}- An endpoint with traffic will be deleted: old-prod-x7k2p9 serves requests/),
  ]);
});

test("An empty stack file deletes all endpoints of the stack.", async () => {
  await warn([], { [list]: { value: [live("chat-prod-x7k2p9", { "main-00000001": 100 })] } });
  expect(warnings).toEqual([expect.stringContaining("An endpoint with traffic will be deleted: chat-prod-x7k2p9")]);
});

test("The serving deployments are read only if another deployment takes over requests from them.", async () => {
  const old = {
    properties: { provisioningState: "Succeeded", requestSettings: { maxConcurrentRequestsPerInstance: 64 } },
    sku: { capacity: 4 },
  };
  const shown = {
    [list]: { value: [live("chat-prod-x7k2p9", { "main-00000001": 100 })] },
    [`${list}/chat-prod-x7k2p9/deployments/main-00000001`]: old,
  };
  expect(await warn([chat("chat-prod-x7k2p9")], shown)).toEqual([list, `${list}/chat-prod-x7k2p9/deployments/main-00000001`]);
  expect(warnings).toEqual([
    expect.stringContaining(
      "receives 100% of the endpoint's current capacity of 256, which is 256 concurrent requests, but its capacity is 192",
    ),
  ]);
});

describe("A registry of the stack", () => {
  const registryId = workspaceId.replace(/Microsoft\.MachineLearningServices\/.*/, "Microsoft.ContainerRegistry/registries/crprodx7k2p9");
  const rules = (networkRuleBypassAllowedForTasks?: boolean) => ({ [registryId]: { properties: { networkRuleBypassAllowedForTasks } } });
  const read = async (shown: Record<string, object | number>, options: Parameters<typeof warn>[3] = { registryId }) =>
    (await warn([chat("chat-prod-x7k2p9")], shown, workspaceId, options)).toSorted();

  test.each([true, false])("whose tasks bypass its network rules is reported (preview %s).", async (preview) => {
    expect(await read(rules(true), { registryId, preview })).toEqual([registryId, list]);
    expect(warnings).toEqual([
      expect.stringMatching(/^Stack prod: 1 risk\.\n {2}- Network rules bypassed: tasks of the container registry crprodx7k2p9 /),
    ]);
  });

  test("is reported before the workspace exists.", async () => {
    expect(await warn([], rules(true), unknown(), { registryId, preview: true })).toEqual([registryId]);
    expect(warnings).toEqual([expect.stringContaining("Network rules bypassed")]);
  });

  test.each<[string, Record<string, object | number>]>([
    ["whose tasks don't bypass its rules", rules(false)],
    ["without the property", rules()],
    ["without properties", { [registryId]: {} }],
    ["that doesn't exist", {}],
    ["that can't be read", { [registryId]: 403 }],
  ])("%s is no risk.", async (_, shown) => {
    expect(await read(shown)).toEqual([registryId, list]);
    expect(warnings).toEqual([]);
  });

  test("with an unknown ID is not read.", async () => {
    expect(await read(rules(true), { registryId: unknown(), preview: true })).toEqual([list]);
    expect(warnings).toEqual([]);
  });
});
