// Deleted secrets of a key vault: the name is reserved, and the data plane recovers or purges them. Doesn't test permissions, or that the
// provider deletes a secret through the data plane as the real one does: here it uses Azure Resource Manager.
import { type Answer, Caller, fastClock } from "./client";
import { bodies, paths } from "./platform";
import { but } from "./rejections/rejectedRequest";

const SECRET = `${paths.vault}/secrets/token`;
const DAY = 24 * 3600;
const VALUE = { properties: { value: "hf_do-not-log" } };

let caller: Caller;
beforeEach(async () => {
  caller = await Caller.start({ clock: fastClock(), dataPlane: "checked" });
  await caller.made(paths.group, bodies(caller).group);
});
afterEach(() => caller.stop());

/** A vault with public network access and a secret. */
async function vaultWithSecret(properties: object = {}): Promise<void> {
  const { vault } = bodies(caller);
  const open = { ...vault.properties, publicNetworkAccess: "Enabled", networkAcls: undefined, ...properties };
  await caller.made(paths.vault, but(vault, "properties", open));
  await caller.made(SECRET, VALUE);
}

async function data(method: string, path: string, body?: object): Promise<Pick<Answer, "status" | "body">> {
  const url = `${caller.arm.url}/data/vault01.vault.azure.net/${path}`;
  const response = await fetch(url, { method, body: body && JSON.stringify(body) });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : undefined };
}

const rejection = ({ status, body }: Pick<Answer, "status" | "body">) => `${status} ${body?.error?.code}`;

test("a soft-deleted secret can't be created again, neither by ARM nor in the data plane", async () => {
  await vaultWithSecret();
  await caller.delete(SECRET);
  const answer = await caller.put(SECRET, VALUE);
  expect(answer.status).toBe(409);
  expect(answer.body.error).toEqual({
    code: "Conflict",
    message:
      "Secret token is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.",
  });
  expect(rejection(await data("PUT", "secrets/token", { value: "hf_2" }))).toBe("409 Conflict");
  caller.clock.advance(90 * DAY);
  expect((await caller.put(SECRET, VALUE)).status).toBe(201);
});

test("the vault's retention period applies to its secrets", async () => {
  await vaultWithSecret({ softDeleteRetentionInDays: 7 });
  await caller.delete(SECRET);
  caller.clock.advance(7 * DAY - 60);
  expect(rejection(await caller.put(SECRET, VALUE))).toBe("409 Conflict");
  caller.clock.advance(60);
  expect((await caller.put(SECRET, VALUE)).status).toBe(201);
});

test("the data plane deletes a secret, returns the deleted secret and recovers it with its value and version", async () => {
  await vaultWithSecret();
  const before = (await caller.get(SECRET)).body;
  expect((await data("DELETE", "secrets/token")).status).toBe(200);
  expect((await caller.get(SECRET)).status).toBe(404);
  expect((await data("GET", "secrets/token")).status).toBe(404);
  expect((await data("GET", "deletedsecrets/token")).body).toMatchObject({
    recoveryId: "https://vault01.vault.azure.net/deletedsecrets/token",
    scheduledPurgeDate: expect.any(Number),
  });
  expect((await data("GET", "deletedsecrets")).body.value).toHaveLength(1);
  expect((await data("POST", "deletedsecrets/token/recover")).status).toBe(200);
  expect((await caller.get(SECRET)).body).toEqual(before);
  expect((await data("GET", "secrets/token")).body.value).toBe("hf_do-not-log");
  expect((await caller.put(SECRET, VALUE)).status).toBe(200);
});

test("the data plane purges a deleted secret, which releases the name and deletes the values", async () => {
  await vaultWithSecret();
  const version = (await caller.get(SECRET)).body.properties.secretUriWithVersion.split("/").pop();
  await caller.delete(SECRET);
  expect((await data("DELETE", "deletedsecrets/token")).status).toBe(204);
  expect(rejection(await data("GET", "deletedsecrets/token"))).toBe("404 SecretNotFound");
  expect((await caller.put(SECRET, VALUE)).status).toBe(201);
  expect((await data("GET", `secrets/token/${version}`)).status).toBe(404);
});

test("deleted secrets of a vault with purge protection can't be purged", async () => {
  await vaultWithSecret({ enablePurgeProtection: true });
  await caller.delete(SECRET);
  expect(rejection(await data("DELETE", "deletedsecrets/token"))).toBe("403 Forbidden");
  expect((await data("POST", "deletedsecrets/token/recover")).status).toBe(200);
});

test("a secret that isn't deleted can't be recovered or purged", async () => {
  await vaultWithSecret();
  expect(rejection(await data("POST", "deletedsecrets/token/recover"))).toBe("404 SecretNotFound");
  expect(rejection(await data("DELETE", "deletedsecrets/token"))).toBe("404 SecretNotFound");
  expect(rejection(await data("DELETE", "secrets/other"))).toBe("404 SecretNotFound");
  expect((await data("GET", "deletedsecrets")).body).toEqual({ value: [] });
});
