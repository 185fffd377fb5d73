// Tests how the client retries, reads pages, waits for operations and distinguishes absence from errors, against a small resource manager.
// Doesn't test that Azure responds this way: the codes and headers are from its documentation.
import { ArmError } from "../../azure/arm";
import { clouds } from "../../azure/clouds";
import { armClient, type ScriptedAzure, type ScriptedResponse, serveScript } from "./fakeArm";

const group = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg";
const id = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw`;
const version = "?api-version=2025-12-01";

let azure: ScriptedAzure | undefined;
afterEach(() => azure?.close());

async function against<T>(turns: readonly ScriptedResponse[], work: (url: string) => Promise<T>): Promise<T> {
  await azure?.close();
  azure = await serveScript(turns);
  return work(azure.url);
}

const methods = () => azure!.calls.map((call) => call.split(" ")[0]);
const found = { status: 200, body: { name: "mlw" } };
const rejection = (status: number, code: string) => ({ status, body: { error: { code, message: `${code} it is` } } });

test.each([408, 429, 500, 502, 503, 504])("A GET request is retried after %i.", async (status) => {
  expect(await against([{ status }, { status }, found], () => armClient().get(id))).toEqual({ name: "mlw" });
  expect(azure!.calls).toEqual(Array(3).fill(`GET ${id}${version}`));
});

test.each([400, 401, 403, 404, 409, 501])("A %i is reported without a retry, with the status and Azure's code.", async (status) => {
  const error = await against([rejection(status, "Because")], () =>
    armClient()
      .get(id)
      .catch((error: ArmError) => error),
  );
  expect(error).toBeInstanceOf(ArmError);
  expect(error).toMatchObject({ status, code: "Because", message: `Azure answered ${status} Because to GET ${id}: Because it is` });
  expect(methods()).toEqual(["GET"]);
});

const violation = (info: object) => ({ type: "PolicyViolation", info });
const denied = {
  policyDefinitionDisplayName: "Storage accounts should disable public network access",
  policyDefinitionName: "b2982f36-99f2-4db5-8eff-283140c09693",
  policyAssignmentDisplayName: "Deny public endpoints",
  policyAssignmentName: "Deny-PublicPaaS",
  policyAssignmentId:
    "/providers/Microsoft.Management/managementGroups/corp/providers/Microsoft.Authorization/policyAssignments/Deny-PublicPaaS",
  evaluationDetails: { reason: "Use a private endpoint." },
};
const names = { policyDefinitionName: "custom", policyAssignmentName: "Deny-Other", policyAssignmentId: "/x/policyAssignments/Deny-Other" };
const policyRejection = {
  code: "RequestDisallowedByPolicy",
  message: "Resource 'st' was disallowed by policy. Reasons: 'Use a private endpoint.'. See error details for policy resource IDs.",
  additionalInfo: [violation(denied), { type: "Other", info: { policyDefinitionName: "none" } }, violation(names)],
};
const denialTexts = [
  `Denied by the policy "Storage accounts should disable public network access" (b2982f36-99f2-4db5-8eff-283140c09693), assignment "Deny public endpoints" (${denied.policyAssignmentId}), reason: Use a private endpoint.`,
  `Denied by the policy custom, assignment Deny-Other (/x/policyAssignments/Deny-Other).`,
];

test.each<[string, (rejection: object) => ScriptedResponse[]]>([
  ["a request", (rejection) => [{ status: 403, body: { error: rejection } }]],
  ["a request, in its details", (rejection) => [{ status: 409, body: { error: { code: "Failed", message: "m", details: [rejection] } } }]],
  ["an operation", (rejection) => operationThatFails(rejection)],
  [
    "an operation, in its details",
    (rejection) => operationThatFails({ code: "DeploymentFailed", message: "m", details: [{ details: [rejection] }] }),
  ],
])("The rejection by a policy of %s contains policy, assignment and reason.", async (_, turns) => {
  const sent = against(turns(policyRejection), () => armClient().patch(id, {}, 5));
  const error = (await sent.catch((error: unknown) => error)) as ArmError;
  expect(error).toBeInstanceOf(ArmError);
  expect(error.message.split("\n").slice(1)).toEqual(denialTexts);
  expect(error.denials.map(({ assignment }) => assignment)).toEqual(["Deny-PublicPaaS", "Deny-Other"]);
});

test.each([
  undefined,
  [],
  "text",
  [null],
  [violation({})],
  [{ type: "PolicyViolation" }],
  [violation({ policyDefinitionName: 1, policyAssignmentName: {} })],
])("Additional info without a policy violation is ignored: %j.", async (additionalInfo) => {
  const turn = { status: 403, body: { error: { code: "RequestDisallowedByPolicy", message: "No.", additionalInfo } } };
  await expect(against([turn], () => armClient().get(id))).rejects.toThrow(
    new Error(`Azure answered 403 RequestDisallowedByPolicy to GET ${id}: No.`),
  );
});

function operationThatFails(error: object): ScriptedResponse[] {
  const operation = () => ({ "azure-asyncoperation": `${process.env.MOOR_ARM_URL}/operation` });
  return [
    { status: 202, headers: operation },
    { status: 200, body: { status: "Failed", error } },
  ];
}

test("The client waits for the interval that Azure returns, in seconds or as a date.", async () => {
  for (const named of [() => "1", () => new Date(Date.now() + 2000).toUTCString()]) {
    const began = Date.now();
    await against([{ status: 429, headers: { "retry-after": named() } }, found], () => armClient().get(id));
    // Without the header it would be 2 ms.
    expect(Date.now() - began).toBeGreaterThan(900);
    expect(methods()).toEqual(["GET", "GET"]);
  }
});

test("After a broken connection only GET requests are retried, because a write may have been executed.", async () => {
  expect(await against(["break", found], () => armClient().get(id))).toEqual({ name: "mlw" });
  await expect(against(["break", found], () => armClient().patch(id, {}, 1))).rejects.toThrow();
  expect(methods()).toEqual(["PATCH"]);
});

const writes: [status: number, patch: number, post: number][] = [
  [408, 2, 1],
  [429, 2, 2],
  [500, 2, 1],
  [502, 2, 1],
  [503, 2, 2],
  [504, 2, 1],
];
test.each(writes)("After %i a write is sent %i times, and an action, which may have started, %i.", async (status, patch, post) => {
  await against([{ status }, { status: 200 }], () => armClient().patch(id, {}, 1));
  expect(methods()).toHaveLength(patch);
  await against([{ status }, { status: 200 }], () =>
    armClient()
      .post(id, "listKeys")
      .catch(() => {}),
  );
  expect(methods()).toHaveLength(post);
});

test("After six attempts, the error contains the request and the response.", async () => {
  await expect(against([rejection(503, "Busy")], () => armClient().get(id))).rejects.toThrow(
    `Azure answered 503 Busy to GET ${id}: Busy it is`,
  );
  expect(methods()).toHaveLength(6);
});

test("If the credential fails, the request fails with the credential's message, and nothing is sent.", async () => {
  const credential = () => Promise.reject(new Error("Azure CLI not found on path"));
  await expect(against([found], () => armClient({ credential }).find(id))).rejects.toThrow("Azure CLI not found on path");
  expect(azure!.calls).toEqual([]);
});

test("The credential is called for each attempt, with the cloud's audience.", async () => {
  const audiences: string[] = [];
  const credential = async (audience: string) => {
    audiences.push(audience);
    return "t";
  };
  await against([{ status: 503 }, found], () => armClient({ credential, cloud: clouds.AzureUSGovernment }).get(id));
  expect(audiences).toEqual(Array(2).fill("https://management.usgovcloudapi.net/"));
});

describe("An absent resource", () => {
  const absent: [what: string, ScriptedResponse][] = [
    ["a resource", rejection(404, "ResourceNotFound")],
    ["its parent", rejection(404, "ParentResourceNotFound")],
    ["its resource group", rejection(404, "ResourceGroupNotFound")],
    ["a deployment of Azure Machine Learning", rejection(404, "UserError")],
    ["an ARM deployment", rejection(404, "DeploymentNotFound")],
    ["a response without a body", { status: 404, body: "" }],
  ];
  test.each(absent)("is undefined: %s.", async (_, turn) => {
    expect(await against([turn], () => armClient().find(id))).toBeUndefined();
    expect(await against([turn], () => armClient().list(`${id}/onlineEndpoints`))).toEqual([]);
    await against([turn], () => armClient().remove(id, 1));
    await expect(against([turn], () => armClient().get(id))).rejects.toThrow("Azure answered 404");
  });

  const errors: [what: string, ScriptedResponse, message: string][] = [
    ["an unknown subscription", rejection(404, "SubscriptionNotFound"), "Azure answered 404 SubscriptionNotFound"],
    ["an unknown resource type", rejection(404, "InvalidResourceType"), "Azure answered 404 InvalidResourceType"],
    ["an unknown namespace", rejection(404, "InvalidResourceNamespace"), "Azure answered 404 InvalidResourceNamespace"],
    ["a proxy's page", { status: 404, body: "<html>Not Found</html>" }, "Azure answered 404 to GET"],
    ["a 403 whose code is about authorization", rejection(403, "AuthorizationFailed"), "Azure answered 403 AuthorizationFailed"],
    ["a wrong tenant", rejection(401, "InvalidAuthenticationTokenTenant"), "Azure answered 401 InvalidAuthenticationTokenTenant"],
  ];
  test.each(errors)("is distinguished from %s, which is an error.", async (_, turn, message) => {
    await expect(against([turn], () => armClient().find(id))).rejects.toThrow(message);
    await expect(against([turn], () => armClient().list(`${id}/onlineEndpoints`))).rejects.toThrow(message);
    await expect(against([turn], () => armClient().remove(id, 1))).rejects.toThrow(message.replace("GET", "DELETE"));
  });

  test("is distinguished from a host name that can't be resolved and from a port without a listener.", async () => {
    for (const endpoint of ["http://127.0.0.1:1", "https://nothing.invalid"]) {
      await expect(armClient({ endpoint, pollSeconds: 0.001 }).find(id)).rejects.toThrow(/ECONNREFUSED|ENOTFOUND|EAI_AGAIN/);
    }
  });
});

test("All pages of a collection are read.", async () => {
  const pages = (url: string): ScriptedResponse[] => [
    { status: 200, body: { value: [1, 2], nextLink: `${url}/next?skip=2` } },
    { status: 200, body: { value: [3], nextLink: null } },
  ];
  const turns: ScriptedResponse[] = [];
  const items = await against(turns, (url) => {
    turns.push(...pages(url));
    return armClient().list(`${id}/onlineEndpoints`);
  });
  expect(items).toEqual([1, 2, 3]);
  expect(azure!.calls).toEqual([`GET ${id}/onlineEndpoints${version}`, "GET /next?skip=2"]);
});

describe("A long-running operation", () => {
  const operation = () => ({ "azure-asyncoperation": `${azure!.url}/operation` });
  const location = () => ({ location: `${azure!.url}/operation` });
  const running = { status: 200, body: { status: "InProgress" } };
  const done = { status: 200, body: { status: "Succeeded" } };

  test.each<[what: string, ScriptedResponse[], calls: string[]]>([
    ["by its status", [{ status: 202, headers: operation }, running, running, done], ["PATCH", "GET", "GET", "GET"]],
    ["by its location", [{ status: 202, headers: location }, { status: 202 }, { status: 200 }], ["PATCH", "GET", "GET"]],
    ["not at all if it has completed immediately", [{ status: 200, body: {} }], ["PATCH"]],
  ])("is awaited %s.", async (_, turns, calls) => {
    await against(turns, () => armClient().patch(id, { sku: {} }, 5));
    expect(methods()).toEqual(calls);
  });

  test("that fails is reported with the request, Azure's code and its message.", async () => {
    const failed = { status: 200, body: { status: "Failed", error: { code: "OutOfQuota", message: "No cores are left." } } };
    const error = await against([{ status: 202, headers: operation }, failed], () =>
      armClient()
        .patch(id, {}, 5)
        .catch((error) => error),
    );
    expect(error).toBeInstanceOf(ArmError);
    expect(error).toMatchObject({ code: "OutOfQuota", message: `PATCH ${id} failed in Azure (OutOfQuota): No cores are left.` });
  });

  test("that is canceled is an error.", async () => {
    const canceled = { status: 200, body: { status: "Canceled" } };
    await expect(against([{ status: 202, headers: operation }, canceled], () => armClient().act(id, "go", {}, 5))).rejects.toThrow(
      `POST ${id}/go failed in Azure (Canceled): Azure returned no reason.`,
    );
  });

  test("that doesn't complete in time is an error with the time limit.", async () => {
    await expect(against([{ status: 202, headers: operation }, running], () => armClient().patch(id, {}, 0.2))).rejects.toThrow(
      `PATCH ${id} did not complete within 0.2 s.`,
    );
  });
});

test("While another operation keeps a resource busy, its deletion is retried for a limited time.", async () => {
  const busy = rejection(409, "Conflict");
  await against([busy, busy, { status: 204, body: "" }], () => armClient().remove(id, 5));
  expect(methods()).toEqual(["DELETE", "DELETE", "DELETE"]);
  await expect(against([busy], () => armClient().remove(id, 0.1))).rejects.toThrow("Azure answered 409 Conflict to DELETE");
});

test("Tokens are sent only over HTTPS or to a loopback address.", async () => {
  await expect(armClient({ endpoint: "http://10.0.0.1" }).get(id)).rejects.toThrow("http://10.0.0.1");
  await expect(armClient({ endpoint: "http://10.0.0.1" }).get(id)).rejects.toThrow(
    "Tokens are sent only over HTTPS or to a loopback address",
  );
});

test("The HTTP package is loaded with the first request.", () => {
  const script = `
    require("ts-node").register({ transpileOnly: true, swc: true });
    require("./components");
    const loaded = Object.keys(require.cache).filter((file) => /core-rest-pipeline|core-lro/.test(file));
    console.log(loaded.length);`;
  const { execFileSync } = require("node:child_process") as typeof import("node:child_process");
  const root = require("node:path").join(__dirname, "..", "..");
  expect(execFileSync(process.execPath, ["-e", script], { cwd: root, encoding: "utf8" }).trim()).toBe("0");
});
