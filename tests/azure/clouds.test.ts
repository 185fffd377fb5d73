// Tests which cloud a setting selects, and that no two clouds share an address. Doesn't test that the clouds can be reached there.
import { cloudOf, clouds, environmentNames } from "../../azure/clouds";

test.each([
  [undefined, "AzureCloud"],
  ["public", "AzureCloud"],
  ["Public", "AzureCloud"],
  ["AZURECLOUD", "AzureCloud"],
  ["AzurePublicCloud", "AzureCloud"],
  ["usgovernment", "AzureUSGovernment"],
  ["usgov", "AzureUSGovernment"],
  ["AzureUSGovernment", "AzureUSGovernment"],
  ["AzureUSGovernmentCloud", "AzureUSGovernment"],
  ["china", "AzureChinaCloud"],
  ["AzureChina", "AzureChinaCloud"],
  ["azurechinacloud", "AzureChinaCloud"],
] as const)("The environment %s is %s", (environment, name) => {
  expect(cloudOf(environment)).toBe(clouds[name]);
});

test.each(["", "german", "public ", "toString", "constructor", "__proto__"])('No cloud is called "%s"', (environment) => {
  expect(cloudOf(environment)).toBeUndefined();
});

test("Each name that an error lists is valid", () => {
  expect(environmentNames).toEqual(["public", "usgovernment", "china"]);
  expect(environmentNames.map((name) => cloudOf(name))).toEqual(Object.values(clouds));
});

test("The addresses of the public cloud", () => {
  expect(clouds.AzureCloud).toEqual({
    resourceManager: "https://management.azure.com",
    audience: "https://management.azure.com/",
    scoringAudience: "https://ml.azure.com",
    authorityHost: "https://login.microsoftonline.com",
    registryDomain: "azurecr.io",
    registryAudience: "https://containerregistry.azure.net",
    storageDomain: "core.windows.net",
    storageAudience: "https://storage.azure.com",
  });
});

test("No two clouds share an address, and the token audience of the resource manager is its address", () => {
  const rows = Object.values(clouds);
  for (const key of ["resourceManager", "audience", "scoringAudience", "registryDomain", "storageDomain"] as const) {
    expect(new Set(rows.map((row) => row[key])).size).toBe(rows.length);
  }
  expect(rows.map(({ audience }) => audience)).toEqual(rows.map(({ resourceManager }) => `${resourceManager}/`));
});
