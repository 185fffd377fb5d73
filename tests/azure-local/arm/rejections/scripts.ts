import { grant, paths } from "../platform";
import { buildScriptScene, FILE_CONTRIBUTOR, scriptBodies, scriptPaths } from "../scriptScene";
import { but, differ, type RejectedRequest, type Scene } from "./rejectedRequest";
import { OTHER_SUBSCRIPTION } from "./workspace";

const { script } = scriptPaths;
const REGION = "swedencentral";

/** A script without a network or a storage account of its own. */
const simple = () => ({
  kind: "AzureCLI",
  location: REGION,
  properties: { azCliVersion: "2.52.0", retentionInterval: "PT2H", scriptContent: "true" } as object,
});

const inSubnet = ({ caller }: Scene) => scriptBodies(caller).script;
const setup = ({ caller }: Scene) => buildScriptScene(caller);

/** Creates another storage account, on which the identity of scripts has its role. */
async function otherAccount({ caller }: Scene, properties: object, more: object = {}): Promise<void> {
  await buildScriptScene(caller);
  const account = scriptPaths.account.replace("scripts01", "scripts02");
  await caller.made(account, { ...scriptBodies(caller).account, properties, ...more });
  const { principalId } = (await caller.get(scriptPaths.identity)).body.properties;
  await caller.made(...grant(caller, account, "11111111-0000-4000-8000-000000000022", FILE_CONTRIBUTOR, principalId));
}

const ACCOUNT = "properties/storageAccountSettings/storageAccountName";
const SUBNETS = "properties/containerSettings/subnetIds";
const VARIABLES = "properties/environmentVariables";

/** A running script. */
const running = (properties: object = {}) => ({
  ...simple(),
  properties: { ...simple().properties, scriptContent: "sleep 600", ...properties },
});

/** Requests that differ in the value of a script without a network. */
function value(path: string, rejected: unknown, accepted: unknown) {
  return differ(script, simple, path, rejected, accepted);
}

const definition: readonly RejectedRequest[] = [
  {
    rule: "script-conflict",
    case: "a changed script while it runs",
    answer: "409 DeploymentScriptResourceConflict",
    setup: ({ caller }) => caller.put(script, running()),
    rejected: () => ["PUT", script, simple()],
    accepted: () => ["PUT", `${script}-2`, simple()],
  },
  {
    rule: "script-conflict",
    case: "its deletion in the first hour",
    answer: "409 DeploymentScriptResourceConflict",
    setup: async ({ caller }) => {
      await caller.made(`${script}-2`, simple());
      await caller.put(script, running());
    },
    rejected: () => ["DELETE", script],
    accepted: () => ["DELETE", `${script}-2`],
  },
  {
    rule: "script-patch",
    answer: "400 DeploymentScriptInvalidOperation",
    setup: ({ caller }) => caller.made(script, simple()),
    rejected: () => ["PATCH", script, { properties: { timeout: "PT2H" } }],
    accepted: () => ["PATCH", script, { tags: { a: "b" } }],
  },
  { rule: "script-source", answer: "400 DeploymentScriptInvalidOperation", ...value("properties/scriptContent", undefined, "true") },
  {
    rule: "script-source",
    case: "both",
    answer: "400 DeploymentScriptInvalidOperation",
    ...value("properties/primaryScriptUri", "https://example.com/a.sh", undefined),
  },
  { rule: "script-cli-version", answer: "400 DeploymentScriptInvalidOperation", ...value("properties/azCliVersion", "latest", "2.61.0") },
  {
    rule: "script-retention",
    answer: "400 DeploymentScriptInvalidOperation",
    ...value("properties/retentionInterval", "PT27H", "P1DT2H"),
  },
  {
    rule: "script-retention",
    case: "less than an hour",
    answer: "400 DeploymentScriptInvalidOperation",
    ...value("properties/retentionInterval", "PT59M", "PT1H"),
  },
  { rule: "script-timeout", answer: "400 DeploymentScriptInvalidOperation", ...value("properties/timeout", "1 day", "PT6H") },
  {
    rule: "script-variables",
    answer: "400 DeploymentScriptInvalidOperation",
    ...value(VARIABLES, [{ name: "A" }], [{ name: "A", secureValue: "b" }]),
  },
  {
    rule: "script-variables",
    case: "a name twice",
    answer: "400 DeploymentScriptInvalidOperation",
    ...value(
      VARIABLES,
      [
        { name: "A", value: "1" },
        { name: "A", value: "2" },
      ],
      [{ name: "A", value: "1" }],
    ),
  },
  {
    rule: "script-variables-size",
    answer: "400 DeploymentScriptInvalidOperation",
    ...value(VARIABLES, [{ name: "A", value: "x".repeat(64 * 1024) }], [{ name: "A", value: "x".repeat(64 * 1024 - 1) }]),
  },
  {
    rule: "script-variables-reserved",
    answer: "400 DeploymentScriptInvalidOperation",
    ...value(VARIABLES, [{ name: "AZ_SCRIPTS_OUTPUT_PATH", value: "/tmp/a" }], [{ name: "OUTPUT_PATH", value: "/tmp/a" }]),
  },
  {
    rule: "script-identity",
    answer: "400 DeploymentScriptInvalidOperation",
    setup,
    rejected: ({ id }) => {
      const userAssignedIdentities = { [id(paths.identity)]: {}, [id(scriptPaths.identity)]: {} };
      return ["PUT", script, { ...simple(), identity: { type: "UserAssigned", userAssignedIdentities } }];
    },
    accepted: ({ id }) => [
      "PUT",
      script,
      { ...simple(), identity: { type: "UserAssigned", userAssignedIdentities: { [id(paths.identity)]: {} } } },
    ],
  },
  {
    rule: "script-container-name",
    answer: "400 DeploymentScriptContainerGroupNameInvalid",
    ...value("properties/containerSettings", { containerGroupName: "Stage" }, { containerGroupName: "stage" }),
  },
  {
    rule: "script-container-in-use",
    answer: "409 DeploymentScriptContainerGroupInNonterminalState",
    setup: ({ caller }) => caller.put(`${script}-2`, running({ containerSettings: { containerGroupName: "stage" } })),
    ...value("properties/containerSettings", { containerGroupName: "stage" }, { containerGroupName: "stage-1" }),
  },
];

const environment: readonly RejectedRequest[] = [
  {
    rule: "script-subnet-needs",
    case: "an identity",
    answer: "400 DeploymentScriptInvalidOperation",
    setup,
    rejected: (scene) => ["PUT", script, but(inSubnet(scene), "identity", undefined)],
    accepted: (scene) => ["PUT", script, inSubnet(scene)],
  },
  {
    rule: "script-subnet-needs",
    case: "a storage account",
    answer: "400 DeploymentScriptInvalidOperation",
    setup,
    rejected: (scene) => ["PUT", script, but(inSubnet(scene), "properties/storageAccountSettings", undefined)],
    accepted: (scene) => ["PUT", script, inSubnet(scene)],
  },
  {
    rule: "script-subnet",
    answer: "400 InvalidResourceReference",
    setup,
    rejected: (scene) => ["PUT", script, but(inSubnet(scene), SUBNETS, [{ id: scene.id(`${scriptPaths.subnet}-2`) }])],
    accepted: (scene) => ["PUT", script, inSubnet(scene)],
  },
  {
    rule: "script-subnet",
    case: "in another region",
    answer: "400 InvalidResourceReference",
    setup,
    rejected: (scene) => ["PUT", script, but(inSubnet(scene), "location", "westeurope")],
    accepted: (scene) => ["PUT", script, inSubnet(scene)],
  },
  {
    rule: "script-storage-exists",
    answer: "400 DeploymentScriptStorageAccountNotFound",
    setup,
    ...differ(script, inSubnet, ACCOUNT, "scripts09", "scripts01"),
  },
  {
    rule: "script-storage-subscription",
    answer: "400 DeploymentScriptExistingStorageNotInSameSubscriptionAsDeploymentScript",
    setup: async (scene) => {
      await setup(scene);
      const elsewhere = `/subscriptions/${OTHER_SUBSCRIPTION}`;
      await scene.caller.made(`${elsewhere}/resourceGroups/rg`, { location: REGION });
      const account = scriptPaths.account.replace("scripts01", "scripts02");
      await scene.caller.made(`${elsewhere}${account}`, scriptBodies(scene.caller).account);
    },
    ...differ(script, inSubnet, ACCOUNT, "scripts02", "scripts01"),
  },
  {
    rule: "script-storage-kind",
    answer: "400 DeploymentScriptStorageAccountInvalidKindAndSku",
    setup: (scene) => otherAccount(scene, {}, { kind: "BlockBlobStorage", sku: { name: "Premium_LRS" } }),
    ...differ(script, inSubnet, ACCOUNT, "scripts02", "scripts01"),
  },
  {
    rule: "script-storage-key",
    answer: "400 DeploymentScriptStorageAccountAccessKeyNotSpecified",
    setup: (scene) => otherAccount(scene, { publicNetworkAccess: "Enabled" }),
    ...value(
      "properties/storageAccountSettings",
      { storageAccountName: "scripts02" },
      { storageAccountName: "scripts02", storageAccountKey: "a2V5" },
    ),
  },
  {
    rule: "script-storage-firewall",
    answer: "400 DeploymentScriptStorageAccountWithServiceEndpointEnabled",
    setup: (scene) => otherAccount(scene, { publicNetworkAccess: "Enabled" }),
    ...value(
      "properties/storageAccountSettings",
      { storageAccountName: "scripts01", storageAccountKey: "a2V5" },
      { storageAccountName: "scripts02", storageAccountKey: "a2V5" },
    ),
  },
  {
    rule: "script-subnet-delegated",
    answer: "SubnetMissingRequiredDelegation",
    setup,
    rejected: (scene) => ["PUT", script, but(inSubnet(scene), SUBNETS, [{ id: scene.id(paths.subnet) }])],
    accepted: (scene) => ["PUT", script, inSubnet(scene)],
  },
  {
    rule: "script-subnet-egress",
    answer: "DeploymentScriptExceededMaxAllowedTime",
    setup: async (scene) => {
      await setup(scene);
      const { subnet } = scriptBodies(scene.caller);
      const closed = but(but(subnet, "properties/natGateway", undefined), "properties/addressPrefix", "10.40.2.0/28");
      await scene.caller.made(`${scriptPaths.subnet}-2`, closed);
    },
    rejected: (scene) => ["PUT", script, but(inSubnet(scene), SUBNETS, [{ id: scene.id(`${scriptPaths.subnet}-2`) }])],
    accepted: (scene) => ["PUT", script, inSubnet(scene)],
  },
  {
    rule: "script-storage-shared-key",
    answer: "KeyBasedAuthenticationNotPermitted",
    setup: (scene) => otherAccount(scene, { publicNetworkAccess: "Enabled", allowSharedKeyAccess: false }),
    ...differ(script, inSubnet, ACCOUNT, "scripts02", "scripts01"),
  },
  {
    rule: "script-storage-reachable",
    answer: "DeploymentScriptOperationFailed",
    setup: (scene) => otherAccount(scene, { publicNetworkAccess: "Disabled" }),
    ...differ(script, inSubnet, ACCOUNT, "scripts02", "scripts01"),
  },
  {
    rule: "script-storage-dns",
    answer: "DeploymentScriptOperationFailed",
    setup: async (scene) => {
      await otherAccount(scene, { publicNetworkAccess: "Disabled" });
      const { endpoint } = scriptBodies(scene.caller);
      const target = "properties/privateLinkServiceConnections/0/properties/privateLinkServiceId";
      await scene.caller.made(`${scriptPaths.endpoint}-2`, but(endpoint, target, scene.id(scriptPaths.account.replace("01", "02"))));
    },
    ...differ(script, inSubnet, ACCOUNT, "scripts02", "scripts01"),
  },
  {
    rule: "script-storage-role",
    answer: "DeploymentScriptOperationFailed",
    setup,
    rejected: (scene) => [
      "PUT",
      script,
      but(inSubnet(scene), "identity", { type: "UserAssigned", userAssignedIdentities: { [scene.id(paths.identity)]: {} } }),
    ],
    accepted: (scene) => ["PUT", script, inSubnet(scene)],
  },
];

export const scriptRejections: readonly RejectedRequest[] = [...definition, ...environment];
