// Proves the ARM template that scanners read. Doesn't prove that checkov accepts it: `npm run scan` does, where checkov is installed.
import { scan, templateOf } from "../../../operations/scan";
import { type RuleResource, SECRET, UNKNOWN } from "../../../rules";

const resource: RuleResource = {
  name: "secret",
  type: "Microsoft.KeyVault/vaults/secrets",
  id: "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v/secrets/n",
  apiVersion: "2024-11-01",
  from: "planned",
  body: { location: "swedencentral", properties: { value: SECRET, list: [UNKNOWN, 1], empty: null } },
};

test("contains each resource with its full name, and no value that is unknown or secret", () => {
  const unknown = "[parameters('value')]";
  expect(templateOf([resource, { ...resource, apiVersion: undefined }])).toEqual({
    $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    parameters: { value: { type: "securestring", defaultValue: "unknown" } },
    resources: [
      {
        type: "Microsoft.KeyVault/vaults/secrets",
        apiVersion: "2024-11-01",
        name: "v/n",
        location: "swedencentral",
        properties: { value: unknown, list: [unknown, 1], empty: null },
      },
    ],
  });
});

test("a resource without an ID has a name that all types allow", () => {
  const { resources } = templateOf([{ ...resource, id: undefined, name: "Platform-storage.account-of-prod" }]) as {
    resources: { name: string }[];
  };
  expect(resources.map(({ name }) => name)).toEqual(["platformstorageaccountof"]);
});

test("without checkov, the error says how to install it", () => {
  const { PATH } = process.env;
  process.env.PATH = "";
  try {
    expect(() => scan([resource], [])).toThrow("checkov isn't installed. Install it with `pip install checkov==3.3.30`");
  } finally {
    process.env.PATH = PATH;
  }
});
