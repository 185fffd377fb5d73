// Proves where deployment scripts and containers load code from, and where they store files and logs. Doesn't prove what their code does.
import { SECRET, UNKNOWN, type Value } from "../../../rules/values";
import { checksOf, inside, outside, resourceOf } from "./world";

const script = "Microsoft.Resources/deploymentScripts";
const containers = "Microsoft.ContainerInstance/containerGroups";

const one = (properties: Value): Value => ({ containers: [{ properties }] });

test.each<[string, string, Value, string[]]>([
  ["an inline script", script, { scriptContent: "echo https://example.com" }, []],
  [
    "a script from outside",
    script,
    { primaryScriptUri: "https://example.com/s.sh?sig=planted" },
    ["violated MOOR417 properties.primaryScriptUri"],
  ],
  [
    "a script from the stack",
    script,
    { primaryScriptUri: "https://home.blob.core.windows.net/s.sh" },
    ["holds MOOR417 properties.primaryScriptUri"],
  ],
  [
    "further files",
    script,
    { supportingScriptUris: ["https://example.com/a", UNKNOWN] },
    ["violated MOOR417 properties.supportingScriptUris.0", "unknown MOOR417 properties.supportingScriptUris.1"],
  ],
  [
    "files inside",
    script,
    { storageAccountSettings: { storageAccountName: "home" } },
    ["holds MOOR419 properties.storageAccountSettings.storageAccountName"],
  ],
  [
    "files outside",
    script,
    { storageAccountSettings: { storageAccountName: "away" } },
    ["violated MOOR419 properties.storageAccountSettings.storageAccountName"],
  ],
  [
    "a network outside",
    script,
    { containerSettings: { subnetIds: [{ id: `${outside.network}/subnets/s` }] } },
    ["violated MOOR422 properties.containerSettings.subnetIds.0.id"],
  ],
  [
    "an address in a variable",
    script,
    { environmentVariables: [{ name: "A", value: "https://u:planted@example.com/planted" }] },
    ["violated MOOR421 properties.environmentVariables.0.value"],
  ],
  [
    "a secret variable",
    script,
    { environmentVariables: [{ name: "A", secureValue: SECRET }] },
    ["unknown MOOR421 properties.environmentVariables.0.secureValue"],
  ],
  ["a variable without an address", script, { environmentVariables: [{ name: "A", value: "1" }] }, []],
  ["an image from outside", containers, one({ image: "nginx" }), ["violated MOOR417 properties.containers.0.properties.image"]],
  ["the stack's image", containers, one({ image: "home.azurecr.io/a:1" }), ["holds MOOR417 properties.containers.0.properties.image"]],
  [
    "an address of a container",
    containers,
    one({ environmentVariables: [{ value: "https://example.com" }] }),
    ["violated MOOR421 properties.containers.0.properties.environmentVariables.0.value"],
  ],
  [
    "logs outside",
    containers,
    { diagnostics: { logAnalytics: { workspaceResourceId: outside.logs } } },
    ["violated MOOR410 properties.diagnostics.logAnalytics.workspaceResourceId"],
  ],
  [
    "logs inside",
    containers,
    { diagnostics: { logAnalytics: { workspaceResourceId: inside.logs } } },
    ["holds MOOR410 properties.diagnostics.logAnalytics.workspaceResourceId"],
  ],
  [
    "a share outside",
    containers,
    { volumes: [{ azureFile: { storageAccountName: "away" } }] },
    ["violated MOOR419 properties.volumes.0.azureFile.storageAccountName"],
  ],
  [
    "a repository",
    containers,
    { volumes: [{ gitRepo: { repository: "https://github.com/a/b" } }] },
    ["violated MOOR417 properties.volumes.0.gitRepo.repository"],
  ],
])("%s", (_, type, properties, expected) => {
  const checks = checksOf(resourceOf(type, { location: "swedencentral", properties })).filter(({ code }) => code !== "MOOR401");
  expect(checks.map(({ code, outcome, property }) => `${outcome} ${code} ${property}`)).toEqual(expected);
  expect(JSON.stringify(checks.map(({ value, problem }) => [value, problem]))).not.toContain("planted");
});
