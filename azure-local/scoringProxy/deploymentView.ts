import { secondsOf } from "../arm/duration";
import type { ArmDeployment, ArmEnvironmentVersion, ArmProbe } from "./armTypes";
import type { DeploymentView, Probe, Route } from "./directory";
import { type Pattern, patterns } from "./pattern";
import { startUpSeconds } from "./start";
import { readFlags, valuesOf } from "./vllmFlags";

/**
 * Azure's defaults for values that a deployment omits (Azure docs, reference-yaml-deployment-managed-online). Durations in seconds. An
 * unreadable value is treated as omitted; the resource manager validates values.
 */
const defaults = {
  requestTimeout: 5,
  maxConcurrentRequestsPerInstance: 1,
  probe: { initialDelay: 10, period: 10, timeout: 2, failureThreshold: 30 },
};

/** Routes of images for Azure's inference server, which need no inference configuration. */
const inferenceServerRoutes = { scoring: { path: "/score", port: 5001 }, probes: { path: "/", port: 5001 } };

/** How to detect each pattern: vLLM deployments have model names, `score.py` deployments have none. Exactly one applies. */
const isServed: Readonly<Record<Pattern, (models: readonly string[]) => boolean>> = {
  vllm: (models) => models.length > 0,
  score: (models) => models.length === 0,
};

/** Reads from its ARM bodies what the scoring proxy needs of a deployment. */
export function viewDeployment(deployment: ArmDeployment, environment: ArmEnvironmentVersion | undefined): DeploymentView {
  const { properties, systemData } = deployment;
  const environmentVariables = properties.environmentVariables ?? {};
  const config = environment?.properties.inferenceConfig;
  const models = vllmModels(environmentVariables, properties.model ?? undefined);
  const pattern = patterns.find((one) => isServed[one](models))!;
  const scoring = config?.scoringRoute ?? inferenceServerRoutes.scoring;
  return {
    name: deployment.name,
    state: properties.provisioningState,
    updated: systemData?.lastModifiedAt !== systemData?.createdAt,
    instances: deployment.sku?.capacity ?? 1,
    requestTimeout: secondsOf(properties.requestSettings?.requestTimeout) ?? defaults.requestTimeout,
    maxConcurrentRequestsPerInstance:
      properties.requestSettings?.maxConcurrentRequestsPerInstance ?? defaults.maxConcurrentRequestsPerInstance,
    environmentVariables,
    scoring,
    readiness: probe(properties.readinessProbe, config?.readinessRoute),
    liveness: probe(properties.livenessProbe, config?.livenessRoute),
    startUp: startUpSeconds({
      pattern,
      model: environmentVariables.MOOR_MODEL ?? modelName(properties.model),
      fromHub: environmentVariables.MOOR_MODEL !== undefined,
    }),
    createdAt: systemData?.createdAt === undefined ? undefined : Date.parse(systemData.createdAt),
    pattern,
    models,
  };
}

function probe(configured: ArmProbe | null | undefined, route: Route | undefined): Probe {
  return {
    ...(route ?? inferenceServerRoutes.probes),
    initialDelay: secondsOf(configured?.initialDelay) ?? defaults.probe.initialDelay,
    period: secondsOf(configured?.period) ?? defaults.probe.period,
    timeout: secondsOf(configured?.timeout) ?? defaults.probe.timeout,
    failureThreshold: configured?.failureThreshold ?? defaults.probe.failureThreshold,
  };
}

/** The name in the ID of a registered model version. */
function modelName(id: string | null | undefined): string | undefined {
  return id?.match(/\/models\/([^/]+)\/versions\//)?.[1];
}

/**
 * The names under which a vLLM container serves its model and its LoRA adapters, from the environment variables that docker/vllm reads. Other containers have
 * none. `--served-model-name` accepts several names, up to the next flag.
 */
export function vllmModels(variables: Readonly<Record<string, string>>, model: string | undefined): string[] {
  const flags = readFlags(variables.VLLM_ARGS);
  // `--lora-modules` has `<name>=<path>` for each LoRA adapter.
  const adapters = (valuesOf(flags, "--lora-modules") ?? []).map((value) => value.split("=")[0]!);
  return [...baseModels(flags, variables, model), ...adapters];
}

function baseModels(flags: readonly string[], variables: Readonly<Record<string, string>>, model: string | undefined): string[] {
  const served = valuesOf(flags, "--served-model-name");
  if (served) return served;
  const name = variables.MOOR_SERVED_MODEL_NAME ?? variables.MOOR_MODEL;
  if (name) return [name];
  return variables.VLLM_ARGS === undefined ? [] : [modelName(model) ?? "model"];
}
