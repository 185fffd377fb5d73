import type { Engine } from "../engine";
import type { Job } from "../jobs";
import type { Resource } from "../model";
import type { Outcome } from "./execution";
import { type ScriptHost, STOPPED } from "./host";
import { CONTAINER_GROUP, containerGroupIdOf, expiryOf, propertiesOf, runOf, SCRIPT } from "./script";

/** Azure seconds until the container runs, and minimum duration of a script. Its commands can take longer. Estimates. */
const PROVISIONING_SECONDS = 45;
const SECONDS = 60;

/** The scripts that were accepted but have not ended. A script that a stopped simulator had started has failed. */
export function scriptJobs(engine: Engine, host: ScriptHost): Job[] {
  return engine.store.all(SCRIPT).flatMap((script) => {
    const run = runOf(script);
    const operation = engine.operations.on(script.id);
    if (run === undefined || run.result !== undefined || operation === undefined || operation.failure !== undefined) return [];
    return [{ id: run.runId, work: () => ran(script.id, run.runId, engine, host) }];
  });
}

/** Deletes the scripts whose retention interval has expired. */
export function removeExpired(engine: Engine): void {
  const now = engine.now();
  const expired = engine.store.all(SCRIPT).filter((script) => (expiryOf(script) ?? Number.POSITIVE_INFINITY) <= now);
  if (expired.length > 0)
    engine.transact(() => {
      for (const { id } of expired) engine.remove(id);
    });
}

async function ran(scriptId: string, runId: string, engine: Engine, host: ScriptHost): Promise<() => void> {
  const script = current(scriptId, runId, engine);
  if (script === undefined) return () => {};
  if (runOf(script)?.createdAt !== undefined) {
    const outcome = host.outcomeOf(runId) ?? { log: "", error: STOPPED };
    return () => finish(scriptId, runId, outcome, engine);
  }
  try {
    engine.transact(() => start(script, runId, engine));
  } catch {
    // The state can't be written. The job starts again with the next request.
    return () => {};
  }
  const outcome = await host.execute(engine.store.get(scriptId)!, runId);
  return () => finish(scriptId, runId, outcome, engine);
}

function current(scriptId: string, runId: string, engine: Engine): Resource | undefined {
  const script = engine.store.get(scriptId);
  const run = script && runOf(script);
  return run?.runId === runId && run.result === undefined ? script : undefined;
}

/** Creates the container of the script. */
function start(script: Resource, runId: string, engine: Engine): void {
  const createdAt = engine.now();
  const startsAt = createdAt + engine.clock.millisecondsFor(PROVISIONING_SECONDS);
  engine.put({ ...script, facts: { ...script.facts, run: { runId, createdAt, startsAt } } });
  const { azCliVersion, azPowerShellVersion, containerSettings } = propertiesOf(script.body);
  const image = azCliVersion
    ? `mcr.microsoft.com/azure-cli:${azCliVersion}`
    : `mcr.microsoft.com/azuredeploymentscripts-powershell:az${azPowerShellVersion}`;
  engine.putChild(containerGroupIdOf(script.id, script.body), CONTAINER_GROUP, {
    location: script.body.location,
    ...(script.body.identity ? { identity: script.body.identity } : {}),
    ...(script.body.tags ? { tags: script.body.tags } : {}),
    properties: {
      osType: "Linux",
      restartPolicy: "Never",
      containers: [{ name: "deployment-script", properties: { image, resources: { requests: { cpu: 1, memoryInGB: 2 } } } }],
      ...(containerSettings?.subnetIds ? { subnetIds: containerSettings.subnetIds } : {}),
    },
  });
}

function finish(scriptId: string, runId: string, { log, error, outputs }: Outcome, engine: Engine): void {
  const script = current(scriptId, runId, engine);
  if (script === undefined) return;
  const run = runOf(script)!;
  engine.credentials.forget(scriptId);
  const finishedAt = Math.max(engine.now(), (run.createdAt ?? engine.now()) + engine.clock.millisecondsFor(SECONDS));
  const result = { succeeded: error === undefined, finishedAt, log, ...(error ? { error } : {}), ...(outputs ? { outputs } : {}) };
  engine.put({ ...script, facts: { ...script.facts, run: { ...run, result } } });
  const operation = engine.operations.on(scriptId);
  if (operation) engine.operations.schedule({ ...operation, failure: error }, SECONDS, engine.now());
}
