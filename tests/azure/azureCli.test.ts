// Tests the calls of the Azure CLI and the errors if it returns no token. The CLI is a script: the output of the real one is known from its
// documentation.
import { azureCliCredential } from "../../azure/azureCli";
import { clouds } from "../../azure/clouds";
import { type FakeAz, fakeAz, notLoggedIn } from "./fakeAz";

let az: FakeAz | undefined;
afterEach(() => az?.remove());

const { audience } = clouds.AzureCloud;
const command = (resource: string) => `account get-access-token --resource ${resource} --query accessToken --output tsv`;

test("A token is requested once per audience and reused.", async () => {
  az = fakeAz(`echo "token for $4"`);
  const credential = azureCliCredential(az.environment);
  expect(await Promise.all([credential(audience), credential(audience)])).toEqual(Array(2).fill(`token for ${audience}`));
  expect(await credential(audience)).toBe(`token for ${audience}`);
  expect(await credential("https://ml.azure.com")).toBe("token for https://ml.azure.com");
  expect(az.calls()).toEqual([command(audience), command("https://ml.azure.com")]);
});

test("After four minutes a new token is requested, because the old one can expire.", async () => {
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

test("Without an `az` on the PATH, the error explains how to install it.", async () => {
  await expect(azureCliCredential({ PATH: "/nowhere" })(audience)).rejects.toThrow(
    /^The Azure CLI \(`az`\) is not on the PATH\. Install it \(https:\/\/learn\.microsoft\.com\/cli\/azure\/install-azure-cli\) and log in with `az login`\.$/,
  );
});

test.each([
  ["it is not logged in", notLoggedIn, "ERROR: Please run 'az login' to setup account."],
  ["it fails without output", "exit 3", "(none)"],
  ["it prints no token", "exit 0", "(none)"],
])("If %s, the error contains the output of the CLI, and the next request calls it again.", async (_, answer, output) => {
  az = fakeAz(answer);
  const credential = azureCliCredential(az.environment);
  const message = `The Azure CLI returned no token for ${audience}. Log in with \`az login\` and run the command again. Output:\n${output}`;
  await expect(credential(audience)).rejects.toThrow(new Error(message));
  await expect(credential(audience)).rejects.toThrow(new Error(message));
  expect(az.calls()).toHaveLength(2);
});
