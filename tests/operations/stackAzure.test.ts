// Proves which cloud and which credential the client of a stack uses.
import { stackAzure } from "../../operations/stackAzure";
import { serveScript } from "../azure/fakeArm";
import { type FakeAz, fakeAz } from "../azure/fakeAz";

let az: FakeAz | undefined;
afterEach(() => az?.remove());

const real = (environment: NodeJS.ProcessEnv = {}) => ({ local: false, environment });

test.each<[settings: Record<string, string>, environment: NodeJS.ProcessEnv, address: string]>([
  [{}, {}, "https://management.azure.com"],
  [{}, { ARM_ENVIRONMENT: "" }, "https://management.azure.com"],
  [{}, { ARM_ENVIRONMENT: "usgovernment" }, "https://management.usgovcloudapi.net"],
  [{ "azure-native:environment": "china" }, { ARM_ENVIRONMENT: "usgovernment" }, "https://management.chinacloudapi.cn"],
])("The cloud of %j with %j has the URL %s.", (settings, environment, address) => {
  expect(stackAzure(real(environment), settings).cloud.resourceManager).toBe(address);
});

test("An unknown cloud is reported with the setting that contains it.", () => {
  const allowed = "Allowed: public, usgovernment, china.";
  expect(() => stackAzure(real(), { "azure-native:environment": "mars" })).toThrow(`azure-native:environment is "mars". ${allowed}`);
  expect(() => stackAzure(real({ ARM_ENVIRONMENT: "mars" }), {})).toThrow(`ARM_ENVIRONMENT is "mars". ${allowed}`);
});

test("A real stack uses the Azure CLI's token for its cloud.", async () => {
  az = fakeAz("echo cli-token");
  const { credential, cloud } = stackAzure(real(az.environment), { "azure-native:environment": "usgovernment" });
  expect(await credential(cloud.audience)).toBe("cli-token");
  expect(az.calls()).toEqual([
    "account get-access-token --resource https://management.usgovcloudapi.net/ --query accessToken --output tsv",
  ]);
});

test("A local stack uses the local Azure and doesn't require the Azure CLI.", async () => {
  const here = await serveScript([{ status: 200, body: { name: "rg" } }]);
  try {
    const azure = stackAzure({ local: true, environment: { MOOR_ARM_URL: here.url, PATH: "/nowhere" } }, {});
    expect(await azure.find("/subscriptions/s/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv")).toEqual({ name: "rg" });
    expect(await azure.credential("any")).toBe("local");
  } finally {
    await here.close();
  }
});
