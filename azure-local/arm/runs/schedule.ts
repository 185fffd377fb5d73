import { AzureError } from "../azureError";
import type { Engine } from "../engine";
import { at, isObject, type JsonObject } from "../json";
import type { Resource } from "../model";
import { isWithin } from "../path";
import { loadSchemas } from "../schemas";
import { admissionOf } from "./admission";
import type { Run } from "./run";

/** Azure seconds until an agent starts a run. */
const QUEUED_SECONDS = 5;

/** What a run executes, stored with the secrets until it has ended: volumes can contain secrets. */
export interface RunWork {
  /** `encodedTaskContent` of the task or of the request. */
  readonly content?: string;
  /** Why the local Azure can't run it. */
  readonly unsupported?: string;
}

/**
 * `POST registries/<r>/scheduleRun`: starts a task, or a quick run or build without a task.
 * @throws AzureError 400 for an invalid body, 404 for an unknown task
 */
export function scheduleRun(registry: Resource, body: unknown, apiVersion: string, engine: Engine): Run {
  const request = isObject(body) ? body : {};
  loadSchemas().get("microsoft.containerregistry/registries/taskruns")!.part("RunRequest").validate(request, apiVersion);
  const task = request.type === "TaskRunRequest" ? taskOf(request, registry, engine) : undefined;
  const number = (engine.runs.of(registry.id)[0]?.number ?? 0) + 1;
  const runId = `c${(number + FIRST).toString(36)}`;
  const now = engine.now();
  const failure = engine.failure && { refusal: engine.failure.message };
  const run: Run = {
    id: `${registry.id}/runs/${runId}`,
    registryId: registry.id,
    runId,
    number,
    runType: request.type === "DockerBuildRequest" ? "QuickBuild" : "QuickRun",
    ...(task ? { task: task.name } : {}),
    platform: at(task?.body ?? { properties: request }, "properties.platform"),
    createdAt: now,
    startsAt: now + engine.clock.millisecondsFor(QUEUED_SECONDS),
    ...admissionOf(registry, task, engine.inventory),
    ...failure,
  };
  engine.runs.put(run);
  engine.credentials.setSecretsOf(run.id, workOf(task ? at(task.body, "properties.step") : request));
  return run;
}

/** Run IDs are short and count up: ca1, ca2, … */
const FIRST = 360;

function taskOf(request: JsonObject, registry: Resource, engine: Engine): Resource {
  const { taskId, overrideTaskStepProperties } = request as { taskId: string; overrideTaskStepProperties?: JsonObject };
  const id = taskId.startsWith("/") ? taskId : `${registry.id}/tasks/${taskId}`;
  const task = engine.store.get(id);
  if (!task || !isWithin(task.id, `${registry.id}/tasks`))
    throw new AzureError(404, "ResourceNotFound", `The task '${taskId}' was not found in the registry '${registry.name}'.`);
  if (Object.keys(overrideTaskStepProperties ?? {}).length > 0)
    throw new AzureError(
      400,
      "InvalidParameters",
      "The local Azure doesn't support 'overrideTaskStepProperties': change the task instead.",
    );
  return task;
}

function workOf(step: unknown): RunWork {
  const content = at(step, "encodedTaskContent");
  if (typeof content !== "string")
    return { unsupported: "The local Azure runs only EncodedTask steps: it has no source code to build from." };
  const source = [at(step, "contextPath"), at(step, "sourceLocation")].find((one) => one !== undefined && one !== "/dev/null");
  if (source !== undefined) return { unsupported: "The local Azure downloads no source code: the context of a task must be /dev/null." };
  const hasValues = ["values", "encodedValuesContent"].some((name) => at(step, name) !== undefined);
  return hasValues ? { unsupported: "The local Azure doesn't support values of a task: write them to the task file." } : { content };
}
