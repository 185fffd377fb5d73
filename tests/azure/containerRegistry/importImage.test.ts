// Proves the request of an import and what its errors say. Doesn't prove that Azure copies an image.
import { ImportError, importImage } from "../../../azure/containerRegistry";
import { armClient, type ScriptedResponse, serveScript } from "../fakeArm";

const registryId = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/cr";
const source = { registry: "docker.io", repository: "vllm/vllm-openai", digest: `sha256:${"a".repeat(64)}` };
const request = { source, repository: "vllm/vllm-openai", tag: "moor-aaaaaaaaaaaaaaaa" };
const credentials = { username: "reader", password: "dckr_planted" };

async function run(script: readonly ScriptedResponse[], more: object = {}) {
  const azure = await serveScript(script);
  try {
    const copied = await importImage(armClient(), registryId, { ...request, ...more }).catch((error: unknown) => error);
    return { copied, calls: azure.calls };
  } finally {
    await azure.close();
  }
}

const failed = (message: string, code = "InvalidParameters"): ScriptedResponse[] => [
  { status: 202, headers: () => ({ location: `${process.env.MOOR_ARM_URL}/operation` }) },
  { status: 400, body: { error: { code, message } } },
];
const ofSource = (code: string) =>
  failed(`Operation registries-1 failed. Invalid message {"errors":[{"code":"${code}","message":"authentication required"}]}`);

test("waits for the copy", async () => {
  const { copied, calls } = await run([
    { status: 202, headers: () => ({ location: `${process.env.MOOR_ARM_URL}/operation` }) },
    { status: 202, headers: () => ({ location: `${process.env.MOOR_ARM_URL}/operation` }) },
    { status: 200 },
  ]);
  expect(copied).toBe(true);
  expect(calls).toEqual([`POST ${registryId}/importImage?api-version=2025-11-01`, "GET /operation", "GET /operation"]);
});

test.each([[[{ status: 409 }]], [failed("Tag moor-a already exists", "Conflict")]])(
  "a tag that exists is the image (%#)",
  async (script) => {
    expect((await run(script)).copied).toBe(false);
  },
);

test.each(["ScopeLocked", "ReadOnlyDisabledSubscription"])("409 %s says nothing about the tag", async (code) => {
  const { copied } = await run([{ status: 409, body: { error: { code, message: "The scope is locked." } } }]);
  expect(copied).toMatchObject({ name: "ArmError", status: 409, code });
});

test("a request is sent again after 429 and 503 of Azure Resource Manager", async () => {
  const { copied, calls } = await run([{ status: 429, headers: { "retry-after": "0" } }, { status: 503 }, { status: 200 }]);
  expect([copied, calls.length]).toEqual([true, 3]);
});

test.each([
  [
    "UNAUTHORIZED",
    "credentials",
    `pulumi config set --secret moor:importCredentials '{"docker.io":"<username>:<token with permission to pull>"}'`,
  ],
  ["DENIED", "credentials", "Set credentials that can only pull"],
  ["MANIFEST_UNKNOWN", "missing", "The digest must be that of the linux/amd64 manifest."],
  ["TOOMANYREQUESTS", "rateLimit", "docker.io limits the number of pulls without credentials, per address."],
])("the other registry's %s becomes the remedy for %s", async (code, problem, text) => {
  const { copied } = await run(ofSource(code));
  expect(copied).toBeInstanceOf(ImportError);
  expect(copied).toMatchObject({ problem, message: expect.stringContaining(text) });
});

test("a failed operation's own code counts if its message contains no error of the other registry", async () => {
  expect((await run(failed("Could not import", "ManifestUnknown"))).copied).toMatchObject({ name: "ImportError", problem: "missing" });
});

test.each([
  [403, "AuthorizationFailed"],
  [401, "Unauthorized"],
  [400, "InvalidParameters"],
])("%s %s of Azure Resource Manager is not an error of the other registry", async (status, code) => {
  const { copied } = await run([{ status, body: { error: { code, message: "{ not JSON" } } }]);
  expect(copied).toMatchObject({ name: "ArmError", code });
});

test("credentials are in no error, even if Azure repeats them", async () => {
  const script = failed('dckr_planted was rejected {"errors":[{"code":"UNAUTHORIZED"}]}');
  const { copied } = await run(script, { credentials });
  expect((copied as Error).message).toContain("[secret] was rejected");
  expect((copied as Error).message).not.toContain("dckr_planted");
});
