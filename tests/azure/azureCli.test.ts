// Proves what is asked of the Azure CLI and what is said when it gives no token. The CLI is a script: what the real one answers is known from
// its documentation.
import { azureCliCredential } from "../../azure/azureCli";
import { clouds } from "../../azure/clouds";
import { type FakeAz, fakeAz, notLoggedIn } from "./fakeAz";

let az: FakeAz | undefined;
afterEach(() => az?.remove());

const { audience } = clouds.AzureCloud;
const command = (resource: string) => `account get-access-token --resource ${resource} --query accessToken --output tsv`;

test("A token is asked for once an audience, and used again.", async () => {
  az = fakeAz(`echo "token for $4"`);
  const credential = azureCliCredential(az.environment);
  expect(await Promise.all([credential(audience), credential(audience)])).toEqual(Array(2).fill(`token for ${audience}`));
  expect(await credential(audience)).toBe(`token for ${audience}`);
  expect(await credential("https://ml.azure.com")).toBe("token for https://ml.azure.com");
  expect(az.calls()).toEqual([command(audience), command("https://ml.azure.com")]);
});

test("After four minutes a new token is asked for, because the old one may end.", async () => {
  az = fakeAz("echo t");
  const now = jest.spyOn(Date, "now").mockReturnValue(0);
  try {
    const credential = azureCliCredential(az.environment);
    for (const milliseconds of [0, 239_999, 240_000]) {
      now.mockReturnValue(milliseconds);
      await credential(audience);
    }
    expect(az.calls()).toHaveLength(2);
  } finally {
    now.mockRestore();
  }
});

test("Without an `az` on the PATH the error says how to get one.", async () => {
  await expect(azureCliCredential({ PATH: "/nowhere" })(audience)).rejects.toThrow(
    /^There is no Azure CLI \(`az`\) on the PATH\. Install it \(https:\/\/learn\.microsoft\.com\/cli\/azure\/install-azure-cli\) and log in with `az login`\.$/,
  );
});

test.each([
  ["nobody is logged in", notLoggedIn, "ERROR: Please run 'az login' to setup account."],
  ["it says nothing", "exit 3", "nothing"],
  ["it prints no token", "exit 0", "nothing"],
])("Where %s, the error has what the CLI says, and the next request asks again.", async (_, answer, says) => {
  az = fakeAz(answer);
  const credential = azureCliCredential(az.environment);
  const message = `The Azure CLI gives no token for ${audience}. Log in with \`az login\` and run the command again. It says:\n${says}`;
  await expect(credential(audience)).rejects.toThrow(new Error(message));
  await expect(credential(audience)).rejects.toThrow(new Error(message));
  expect(az.calls()).toHaveLength(2);
});
