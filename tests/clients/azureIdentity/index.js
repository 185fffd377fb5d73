// Stands in for npm's @azure/identity in the test of the client examples: the managed identity of an App Service, and nothing else.
// Tokens are kept until five minutes before they expire, as the real package does.

const reserve = 300;

export class DefaultAzureCredential {
  async getToken(scope) {
    const { IDENTITY_ENDPOINT, IDENTITY_HEADER } = process.env;
    const resource = scope.replace(/\/\.default$/, "");
    const url = `${IDENTITY_ENDPOINT}?resource=${encodeURIComponent(resource)}&api-version=2019-08-01`;
    const answer = await fetch(url, { headers: { "X-IDENTITY-HEADER": IDENTITY_HEADER } });
    if (!answer.ok) throw new Error(`The managed identity answered ${answer.status}.`);
    const { access_token: token, expires_on: expires } = await answer.json();
    return { token, expires: Number(expires) };
  }
}

export function getBearerTokenProvider(credential, scope) {
  let kept;
  return async () => {
    if (kept === undefined || kept.expires - Date.now() / 1000 < reserve) kept = await credential.getToken(scope);
    return kept.token;
  };
}
