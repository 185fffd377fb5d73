// Proves where the commands find the environment of mirror scripts, and which command creates it.
import { scriptPlace } from "../../../../operations/mirror/script/environment";

const place = { subnetId: "/subnet", identityId: "/identity", storageAccount: "stscr" };
const resource = (type: string, outputs?: object) => ({
  urn: `urn:${type}`,
  custom: true,
  type,
  outputs: outputs as Record<string, unknown>,
});
const stateOf = (scripts: object | undefined, ...types: string[]) => ({
  version: 3,
  deployment: { resources: [resource("pulumi:pulumi:Stack", { platform: { scripts } }), ...types.map((type) => resource(type))] },
});
const endpoint = "azure-native:machinelearningservices:OnlineEndpoint";

test("The environment is read from the outputs of the stack.", () => {
  const tokenSecretId = "/secret";
  expect(scriptPlace({ stack: "prod", local: false }, stateOf(place))).toEqual(place);
  expect(scriptPlace({ stack: "prod", local: false }, stateOf({ ...place, tokenSecretId }))).toEqual({ ...place, tokenSecretId });
});

// Before the first endpoint exists, `up` publishes images, which requires a machine in the network.
test.each([
  [false, [], "npm run platform -- -s prod"],
  [true, [], "npm run platform -- -s prod --local"],
  [false, [endpoint], "pulumi up -s prod"],
  [true, [endpoint], "npm run local -- up -s prod"],
])("Without an environment, the error names the setting and the command (local %s, resources %s).", (local, types, command) => {
  expect(() => scriptPlace({ stack: "prod", local }, stateOf(undefined, ...types))).toThrow(
    "The stack prod has no subnet in which Azure can run the copy. Set `scripts: true` in moor:platform.network.create, or `scriptsSubnetId` in " +
      "moor:platform.network.existing. While it is set, containers in the subnet can reach the internet, and previews say so. " +
      `Then run \`${command}\`, which creates what the scripts need, and this command again.`,
  );
});
