// Proves that the local Azure issues tokens only to its managed identity, with the protocol of App Service. tests/e2e/credentials proves
// that Microsoft's client uses this protocol.
import { IDENTITY_HEADER, IDENTITY_PATH } from "../../../azure-local/arm";
import { Caller } from "./client";

const query = "api-version=2019-08-01&resource=https://ml.azure.com";

async function ask(caller: Caller, search: string, header?: string) {
  const headers: Record<string, string> = header === undefined ? {} : { "x-identity-header": header };
  const answer = await fetch(`${caller.arm.url}${IDENTITY_PATH}?${search}`, { headers });
  return [answer.status, await answer.json()];
}

test("A token is for the requested resource; without the header or a parameter there is none", async () => {
  const caller = await Caller.start({ issueIdentityToken: (audience, tenantId) => `${audience} of ${tenantId}` });
  try {
    const [status, body] = await ask(caller, query, IDENTITY_HEADER);
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: `https://ml.azure.com of ${caller.arm.tenantId}`,
      expires_on: expect.stringMatching(/^\d{10}$/),
      resource: "https://ml.azure.com",
      token_type: "Bearer",
    });
    expect(await ask(caller, query)).toMatchObject([401, { error: { code: "Unauthorized" } }]);
    expect(await ask(caller, query, "other")).toMatchObject([401, { error: { code: "Unauthorized" } }]);
    expect(await ask(caller, "api-version=2019-08-01", IDENTITY_HEADER)).toMatchObject([400, { error: { code: "BadRequest" } }]);
    expect(await ask(caller, query.replace("2019", "2018"), IDENTITY_HEADER)).toMatchObject([400, { error: { code: "BadRequest" } }]);
    expect(caller.arm.requests()).toEqual([]);
  } finally {
    await caller.stop();
  }
});

test("A local Azure without an identity has no such endpoint", async () => {
  const caller = await Caller.start();
  try {
    expect((await ask(caller, query, IDENTITY_HEADER))[0]).not.toBe(200);
  } finally {
    await caller.stop();
  }
});
