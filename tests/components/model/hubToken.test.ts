// Proves that the token for scripts is one secret in the vault and in no input in plain text. tests/components/model/hubAccess.test.ts proves the
// secret's properties.
import { HubToken } from "../../../components/model/hubToken";
import { vaultId } from "../fixtures";
import { exposed, find, listing, record } from "../recorder";

const token = "hf_not_a_real_token";

test.each([false, true])("The token is one secret, and no input contains it in plain text (preview %s).", async (preview) => {
  const recording = await record(() => new HubToken("hub-token", { vaultId, token }), { preview });
  expect(listing(recording)).toEqual([
    "hub-token-token-suffix: random:index/randomString:RandomString",
    "hub-token-token: keyvault:Secret",
    "hub-token: moor:index:HubToken",
  ]);
  expect(recording.resources.flatMap(({ name, rawInputs }) => exposed(rawInputs, token, name))).toEqual([]);
  expect(find(recording, "hub-token").inputs).not.toHaveProperty("token");
  if (!preview) expect(recording.outputs["hub-token"]).toEqual({ secretId: `${vaultId}/secrets/hf-token-dev-x7k2p9` });
});
