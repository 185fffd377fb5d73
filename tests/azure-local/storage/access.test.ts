// Proves who can read and write blobs of the local Azure: tokens, audiences, roles by scope, keys, network rules. Doesn't prove conditions of
// role assignments or the time until a role takes effect in Azure.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { ContainerClient } from "@azure/storage-blob";
import { openIssuer } from "../../../azure-local/scoringProxy";
import { Caller } from "../arm/client";
import { bodies, grant, paths } from "../arm/platform";
import { CONTAINER, containerClient, createAccount, HOST, refusal } from "./blobAccount";
import { blobRequest } from "./blobRequest";

const DEPLOYER = "11111111-1111-4111-8111-111111111111";
const OTHER = "22222222-2222-4222-8222-222222222222";
const GROUP = "33333333-3333-4333-8333-333333333333";
const STORAGE = "https://storage.azure.com";
const ROLES = {
  reader: "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
  contributor: "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
  owner: "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
  armOwner: "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
  armContributor: "b24988ac-6180-42a0-ab88-20f7382dd24c",
};
const MISMATCH = [403, "AuthorizationPermissionMismatch"];

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "moor-issuer-"));
const issuer = openIssuer(path.join(folder, "secret"));
const directory = { tokenSecret: issuer.secret, deployerId: () => DEPLOYER };
afterAll(() => fs.rmSync(folder, { recursive: true }));

let caller: Caller;
async function open(options: Parameters<typeof Caller.start>[0] = {}, changes: Readonly<Record<string, unknown>> = {}): Promise<void> {
  caller = await Caller.start({ directory, ...options });
  await createAccount(caller, changes);
}
afterEach(() => caller.stop());

const as = (oid: string, audience = STORAGE, groups: readonly string[] = []): ContainerClient =>
  containerClient(caller, { token: issuer.issueToken({ oid, audience, groups }) });
const write = (client: ContainerClient) => client.getBlockBlobClient("a").upload("x", 1);
const read = async (client: ContainerClient) => (await client.getBlobClient("a").downloadToBuffer()).toString();
const assign = (scope: string, role: string, principal = OTHER) =>
  caller.made(...grant(caller, scope, `44444444-4444-4444-8444-${Math.random().toString().slice(2, 14).padEnd(12, "0")}`, role, principal));

describe("roles", () => {
  test.each([
    ["Storage Blob Data Reader", ROLES.reader, true, false],
    ["Storage Blob Data Contributor", ROLES.contributor, true, true],
    ["Storage Blob Data Owner", ROLES.owner, true, true],
    ["Owner", ROLES.armOwner, false, false],
    ["Contributor", ROLES.armContributor, false, false],
  ])("%s: reads %s, writes %s", async (_name, role, reads, writes) => {
    await open();
    await write(containerClient(caller));
    await assign(paths.storage, role);
    const client = as(OTHER);
    expect(reads ? await read(client) : await refusal(read(client))).toEqual(reads ? "x" : MISMATCH);
    expect(reads ? await client.getBlobClient("a").exists() : await refusal(client.listBlobsFlat().next())).toEqual(
      reads ? true : MISMATCH,
    );
    if (writes) await write(client);
    else expect(await refusal(write(client))).toEqual(MISMATCH);
  });

  test.each([
    ["the container", CONTAINER],
    ["the account", paths.storage],
    ["the resource group", paths.group],
    ["the subscription", ""],
  ])("apply at %s", async (_name, scope) => {
    await open();
    await assign(scope, ROLES.contributor);
    await write(as(OTHER));
  });

  test("of another container don't apply; those of a group do", async () => {
    await open();
    await caller.made(CONTAINER.replace(/models$/, "others"), {});
    await assign(CONTAINER.replace(/models$/, "others"), ROLES.contributor);
    expect(await refusal(write(as(OTHER)))).toEqual(MISMATCH);
    await assign(CONTAINER, ROLES.contributor, GROUP);
    await write(as(OTHER, STORAGE, [GROUP]));
  });

  test("take effect after their propagation", async () => {
    await open({ rolePropagation: 300 });
    const id = grant(caller, CONTAINER, "55555555-5555-4555-8555-555555555555", ROLES.contributor, OTHER);
    expect((await caller.put(...id)).status).toBe(201);
    expect(await refusal(write(as(OTHER)))).toEqual(MISMATCH);
    caller.clock.advance(300);
    await write(as(OTHER));
  });
});

test("the deployer has everything, or with the option only what is assigned", async () => {
  await open();
  await write(containerClient(caller));
  await write(as(DEPLOYER));
  await caller.stop();
  await open({ deployerBlobs: "assigned" });
  for (const client of [containerClient(caller), as(DEPLOYER)]) expect(await refusal(write(client))).toEqual(MISMATCH);
  await assign(paths.storage, ROLES.contributor, DEPLOYER);
  for (const client of [containerClient(caller), as(DEPLOYER)]) await write(client);
});

describe("tokens", () => {
  beforeEach(() => open());
  const send = async (headers: Record<string, string>, query = "") => {
    const answer = await fetch(`${caller.arm.url}/data/${HOST}/models/a${query}`, { headers });
    return [answer.status, answer.headers.get("x-ms-error-code"), answer.headers.get("www-authenticate")];
  };
  const { "x-ms-version": version } = blobRequest;

  test("a request without one gets the challenge of Azure Storage", async () => {
    expect(await send({ "x-ms-version": version })).toEqual([
      401,
      "NoAuthenticationInformation",
      `Bearer authorization_uri=https://login.microsoftonline.com/${caller.arm.tenantId}/oauth2/authorize resource_id=https://storage.azure.com`,
    ]);
  });

  test.each(["https://storage.azure.com/", "https://storage01.blob.core.windows.net"])("have the audience %s", async (audience) => {
    await write(as(DEPLOYER, audience));
  });

  test.each(["https://management.azure.com", "https://storage02.blob.core.windows.net", "https://ml.azure.com"])(
    "don't have the audience %s",
    async (audience) => expect(await refusal(write(as(DEPLOYER, audience)))).toEqual([401, "InvalidAuthenticationInfo"]),
  );

  test("must be signed by the local issuer and not have expired", async () => {
    const expired = issuer.issueToken({ oid: DEPLOYER, audience: STORAGE, lifetime: 0 });
    const forged = openIssuer(path.join(folder, "other")).issueToken({ oid: DEPLOYER, audience: STORAGE });
    for (const token of [expired, forged])
      expect(await refusal(write(containerClient(caller, { token })))).toEqual([401, "InvalidAuthenticationInfo"]);
  });

  test("need a version of the service that supports them", async () => {
    expect((await send({ authorization: "Bearer local" })).slice(0, 2)).toEqual([400, "MissingRequiredHeader"]);
    for (const wrong of ["2015-01-01", "latest"])
      expect((await send({ authorization: "Bearer local", "x-ms-version": wrong })).slice(0, 2)).toEqual([400, "InvalidHeaderValue"]);
  });
});

describe("account keys", () => {
  const refused = async () =>
    Promise.all(
      [
        { where: "", authorization: "SharedKey storage01:c2lnbmF0dXJl" },
        { where: "?sv=2025-05-05&sp=r&sig=c2lnbmF0dXJl", authorization: "" },
      ].map(async ({ where, authorization }) => {
        const headers = { "x-ms-version": blobRequest["x-ms-version"], authorization };
        const answer = await fetch(`${caller.arm.url}/data/${HOST}/models/a${where}`, { headers });
        return [answer.status, answer.headers.get("x-ms-error-code")];
      }),
    );

  test("are refused if the account doesn't allow them, also as shared access signatures, and aren't logged", async () => {
    await open();
    expect(await refused()).toEqual(Array(2).fill([403, "KeyBasedAuthenticationNotPermitted"]));
    expect(JSON.stringify(caller.arm.requests())).not.toContain("c2lnbmF0dXJl");
  });

  test("don't exist if the account allows them", async () => {
    await open({}, { "properties/allowSharedKeyAccess": true });
    expect(await refused()).toEqual(Array(2).fill([403, "AuthenticationFailed"]));
  });
});

test("network rules are checked before roles", async () => {
  await open({}, { "properties/publicNetworkAccess": "Disabled" });
  const inside = () => containerClient(caller, { network: "inside" });
  for (const client of [containerClient(caller), inside()]) expect(await refusal(write(client))).toEqual([403, "AuthorizationFailure"]);
  await caller.made(paths.network, bodies(caller).network);
  const name = "blob";
  await caller.made(`/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/${name}`, {
    location: "swedencentral",
    properties: {
      subnet: { id: caller.id(paths.subnet) },
      privateLinkServiceConnections: [{ name, properties: { privateLinkServiceId: caller.id(paths.storage), groupIds: [name] } }],
    },
  });
  await write(inside());
  expect(await refusal(write(containerClient(caller)))).toEqual([403, "AuthorizationFailure"]);
});
