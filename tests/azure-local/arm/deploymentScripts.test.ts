// Proves that a deployment script runs with bash on this machine, with the identity and in the network of its resource, and that its states,
// errors, log and outputs are those of Azure's documentation. Doesn't prove Azure Container Instances or the Azure CLI.
import { spawnSync } from "node:child_process";
import { realClock } from "../../../azure-local/arm";
import { Caller, type Parsed } from "./client";
import { paths } from "./platform";
import { buildScriptPlatform, endedScript, scriptBodies, scriptPaths } from "./scriptScene";

const instant = { ...realClock(Number.POSITIVE_INFINITY), advance: () => {} };

let caller: Caller;
beforeEach(async () => {
  caller = await Caller.start({
    clock: instant,
    issueIdentityToken: (audience, tenantId, principalId) => `${audience} ${tenantId} ${principalId}`,
  });
  await buildScriptPlatform(caller);
});
afterEach(() => caller.stop());

function bodyOf(scriptContent: string, properties: object = {}) {
  const { script } = scriptBodies(caller);
  return { ...script, properties: { ...script.properties, scriptContent, ...properties } };
}

async function ran(scriptContent: string, properties: object = {}): Promise<{ properties: Parsed; log: string }> {
  const answer = await caller.put(scriptPaths.script, bodyOf(scriptContent, properties));
  expect([answer.status, answer.body.error]).toEqual([201, undefined]);
  const ended = await endedScript(caller);
  return { properties: ended.properties, log: await logOf() };
}

async function logOf(): Promise<string> {
  return (await caller.get(`${scriptPaths.script}/logs/default`)).body.properties.log;
}

const containers = () => caller.arm.list("Microsoft.ContainerInstance/containerGroups");

test("A script runs, and its outputs, log and times are in the response", async () => {
  const { properties, log } = await ran('echo "hello $1 and $2"; echo \'{"digest": "sha256:1", "count": 2}\' > "$AZ_SCRIPTS_OUTPUT_PATH"', {
    arguments: 'one "two three"',
  });
  expect(properties).toMatchObject({
    provisioningState: "Succeeded",
    outputs: { digest: "sha256:1", count: 2 },
    status: {
      containerInstanceId: expect.stringMatching(/\/containerGroups\/[a-z0-9]{13}azscripts$/),
      startTime: expect.any(String),
      endTime: expect.any(String),
      expirationTime: expect.any(String),
    },
  });
  expect(properties.status.error).toBeUndefined();
  expect(log).toBe("hello one and two three\n");
  expect(containers()).toEqual([]);
});
