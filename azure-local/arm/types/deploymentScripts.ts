import { randomUUID } from "node:crypto";
import { AzureError } from "../azureError";
import type { JsonObject } from "../json";
import { type Effects, type Resource, type ResourceType, UNTIL_WORK_ENDS } from "../model";
import {
  CONTAINER_GROUP,
  changesWork,
  containerGroupIdOf,
  expiryOf,
  propertiesOf,
  runOf,
  SCRIPT,
  stateOf,
  workStamp,
} from "../scripts/script";
import { stamp } from "../timestamp";

/** Source: Azure docs, azure-resource-manager/bicep/deployment-script-develop, "Clean up deployment script resources". */
function cleanUp(script: Resource, succeeded: boolean, effects: Effects): void {
  const { cleanupPreference = "Always" } = propertiesOf(script.body);
  if (cleanupPreference === "Always" || (cleanupPreference === "OnSuccess" && succeeded))
    effects.remove(containerGroupIdOf(script.id, script.body));
}

/** `status` and `outputs`. Source: Azure docs, deployment-script-bicep, example of the REST API. */
function resultView(script: Resource, now: number): JsonObject {
  const { startsAt, result } = runOf(script) ?? {};
  const ended = result !== undefined && now >= result.finishedAt ? result : undefined;
  const expiry = ended && expiryOf(script);
  const started = startsAt !== undefined && now >= startsAt;
  const status = {
    containerInstanceId: containerGroupIdOf(script.id, script.body),
    ...(started ? { startTime: stamp(startsAt) } : {}),
    ...(ended ? { endTime: stamp(ended.finishedAt) } : {}),
    ...(expiry === undefined ? {} : { expirationTime: stamp(expiry) }),
    ...(ended?.error ? { error: ended.error } : {}),
  };
  return { properties: { status, ...(ended?.outputs ? { outputs: ended.outputs } : {}) } };
}

export const deploymentScriptTypes: readonly ResourceType[] = [
  {
    type: SCRIPT,
    // Source: Azure REST specification, deploymentScripts 2023-08-01: a DELETE is completed with the response.
    seconds: ({ event, previous, body }) => (event !== "delete" && changesWork(previous, body) ? UNTIL_WORK_ENDS : 0),
    writing: () => "Creating",
    defaults: () => ({ properties: { cleanupPreference: "Always", timeout: "P1D" } }),
    written: (script, request, effects) => {
      if (!changesWork(script, request)) return;
      const facts = { ...script.facts, work: workStamp(request, randomUUID()), run: { runId: randomUUID() } };
      effects.put({ ...script, facts });
      const secure = (propertiesOf(request).environmentVariables ?? []).filter(({ secureValue }) => secureValue !== undefined);
      effects.credentials.setSecretsOf(script.id, Object.fromEntries(secure.map(({ name, secureValue }) => [name, secureValue])));
    },
    state: (script, inventory) => stateOf(script, inventory.now()),
    derived: (script, inventory) => resultView(script, inventory.now()),
    finished: (script, _operation, effects) => cleanUp(script, true, effects),
    failed: (script, { failure }, effects) => {
      const run = runOf(script);
      if (run && run.result === undefined) {
        const result = { succeeded: false, finishedAt: effects.inventory.now(), error: failure, log: "" };
        effects.put({ ...script, facts: { ...script.facts, run: { ...run, result } } });
        effects.credentials.forget(script.id);
      }
      cleanUp(script, false, effects);
    },
    deleted: (script, effects) => effects.remove(containerGroupIdOf(script.id, script.body)),
  },
  {
    type: CONTAINER_GROUP,
    // Also for updates. A deployment script creates its container group without this.
    written: () => {
      throw new AzureError(
        400,
        "ContainerGroupNotSupported",
        "The local Azure runs no container groups except those of deployment scripts. Create a Microsoft.Resources/deploymentScripts resource instead.",
      );
    },
    derived: (group) => ({ properties: { instanceView: { state: group.state === "Succeeded" ? "Running" : group.state } } }),
  },
];
