import { AzureError, type ErrorBody } from "./azureError";
import type { Engine } from "./engine";
import { isObject, type JsonObject, merge } from "./json";
import type { ProvisioningState, Resource } from "./model";
import type { Operation } from "./operations";
import { type ArmPath, parsePath, sameId, TEMPLATE_DEPLOYMENT } from "./path";
import { readOutputs, readTemplate, type TemplateResource } from "./templateReader";
import { stamp } from "./timestamp";
import { target, type Writes, type Written } from "./writes";

/** The progress of a resource in a template. */
interface Step {
  readonly id: string;
  readonly dependsOn: readonly string[];
  readonly state: "Waiting" | "Running" | "Succeeded" | "Failed";
  readonly operationId?: string;
  readonly error?: ErrorBody;
}

/**
 * `Microsoft.Resources/deployments`: applies an inline template, one PUT per resource in the order of `dependsOn`. The progress is stored
 * with the deployment, so it continues after a restart.
 */
export class Templates {
  constructor(
    private readonly engine: Engine,
    private readonly writes: Writes,
  ) {
    engine.onEnded = (operation) => this.operationEnded(operation);
    engine.onTemplatePolled = (deployment) => this.polled(deployment);
  }

  put(path: ArmPath, raw: unknown, apiVersion: string): Written {
    const { node, parent } = target(path);
    const running = this.engine.store.get(node.id);
    if (running && isActive(running)) {
      const message = `The deployment with resource id '${running.id}' cannot be saved, because this would overwrite an existing deployment which is still active. Please see https://aka.ms/arm-deploy for usage details.`;
      throw new AzureError(409, "DeploymentActive", message);
    }
    const properties = isObject(raw) && isObject(raw.properties) ? raw.properties : {};
    const resources = readTemplate(properties, parent.id);
    const templateOutputs = readOutputs(properties);
    const written = this.writes.put(path, raw, apiVersion);
    const steps: Step[] = resources.map(({ id, dependsOn }) => ({ id, dependsOn, state: "Waiting" }));
    this.engine.credentials.setSecretsOf(written.resource.id, resources);
    const operation = this.engine.begin(written.resource, "template", undefined, apiVersion);
    const started: Resource = {
      ...written.resource,
      state: "Running",
      outputs: {},
      facts: { steps, operationId: operation.id, startedAt: this.engine.now(), templateOutputs },
    };
    this.engine.put(started);
    this.advance(started.id);
    return { resource: this.engine.store.get(started.id)!, created: written.created, operation };
  }

  /** Starts no further resources. Running operations continue. */
  cancel(resource: Resource): void {
    if (!isActive(resource)) {
      throw new AzureError(
        409,
        "DeploymentCannotBeCancelled",
        `The deployment '${resource.name}' cannot be cancelled because it is not active: it is ${resource.state}.`,
      );
    }
    this.finish(resource, "Canceled");
  }

  /** Polls the running operations of the template, and the operations that start then, until no further one completes. */
  private polled({ id }: Resource): void {
    const runningIn = () => stepsOf(this.engine.store.get(id)!).filter((step) => step.state === "Running");
    for (let before = "", running = runningIn(); idsOf(running) !== before; running = runningIn()) {
      before = idsOf(running);
      for (const { operationId } of running) this.engine.poll(this.engine.operations.get(operationId!));
    }
  }

  private operationEnded(operation: Operation): void {
    for (const deployment of this.engine.store.all(TEMPLATE_DEPLOYMENT)) {
      if (!isActive(deployment)) continue;
      const steps = stepsOf(deployment).map((step) => (step.operationId === operation.id ? ended(step, operation) : step));
      this.save(deployment, steps);
      this.advance(deployment.id);
    }
  }

  /** Starts all resources whose dependencies have succeeded. Ends the deployment if nothing can start and nothing runs. */
  private advance(deploymentId: string): void {
    let deployment = this.engine.store.get(deploymentId)!;
    for (let step = startable(stepsOf(deployment)); step; step = startable(stepsOf(deployment))) {
      const next = this.start(deployment, step);
      deployment = this.save(
        deployment,
        stepsOf(deployment).map((other) => (other === step ? next : other)),
      );
    }
    const steps = stepsOf(deployment);
    if (steps.some((step) => step.state === "Running")) return;
    this.finish(deployment, steps.every((step) => step.state === "Succeeded") ? "Succeeded" : "Failed");
  }

  private start(deployment: Resource, step: Step): Step {
    const resource = (this.engine.credentials.secretsOf<TemplateResource[]>(deployment.id) ?? []).find(({ id }) => sameId(id, step.id))!;
    try {
      const { operation } = this.writes.put(parsePath(resource.id)!, resource.body, resource.apiVersion);
      return operation ? { ...step, state: "Running", operationId: operation.id } : { ...step, state: "Succeeded" };
    } catch (error) {
      if (!(error instanceof AzureError)) throw error;
      return { ...step, state: "Failed", error: { ...error.body, target: resource.id } };
    }
  }

  private finish(deployment: Resource, state: "Succeeded" | "Failed" | "Canceled"): void {
    const steps = stepsOf(deployment);
    const now = this.engine.now();
    const error = state === "Failed" ? deploymentFailed(deployment, steps) : undefined;
    const outputs = merge(deployment.outputs, {
      properties: {
        timestamp: stamp(now),
        duration: `PT${((now - (deployment.facts.startedAt as number)) / 1000).toFixed(1)}S`,
        outputResources: steps.filter((step) => step.state === "Succeeded").map(({ id }) => ({ id })),
        outputs: state === "Succeeded" ? (deployment.facts.templateOutputs as JsonObject | undefined) : undefined,
        error,
      },
    });
    this.engine.put({ ...deployment, state, outputs });
    this.engine.credentials.forget(deployment.id);
    const operation = this.engine.operations.get(deployment.facts.operationId as string);
    if (operation?.status === "InProgress") this.engine.end(operation, state, error);
  }

  private save(deployment: Resource, steps: readonly Step[]): Resource {
    const saved = { ...deployment, facts: { ...deployment.facts, steps } };
    this.engine.put(saved);
    return saved;
  }
}

const ACTIVE: readonly ProvisioningState[] = ["Accepted", "Running"];

function isActive(deployment: Resource): boolean {
  return ACTIVE.includes(deployment.state);
}

function stepsOf(deployment: Resource): readonly Step[] {
  return (deployment.facts.steps as readonly Step[] | undefined) ?? [];
}

/** The items of `GET .../deployments/<name>/operations`. */
export function deploymentOperations(deployment: Resource): JsonObject[] {
  return stepsOf(deployment)
    .filter((step) => step.state !== "Waiting")
    .map((step, index) => ({
      id: `${deployment.id}/operations/${index}`,
      operationId: String(index),
      properties: {
        provisioningOperation: "Create",
        provisioningState: step.state,
        targetResource: { id: step.id },
        ...(step.error ? { statusMessage: { error: step.error } } : {}),
      },
    }));
}

function idsOf(steps: readonly Step[]): string {
  return steps.map(({ operationId }) => operationId).join();
}

function startable(steps: readonly Step[]): Step | undefined {
  const done = (id: string) => steps.some((step) => sameId(step.id, id) && step.state === "Succeeded");
  return steps.find((step) => step.state === "Waiting" && step.dependsOn.every(done));
}

function ended(step: Step, operation: Operation): Step {
  if (operation.status === "Succeeded") return { ...step, state: "Succeeded" };
  const error = operation.failure ?? {
    code: "ResourceDeploymentFailure",
    message: `The operation on '${step.id}' ended with the status ${operation.status}.`,
  };
  return { ...step, state: "Failed", error: { ...error, target: step.id } };
}

function deploymentFailed(deployment: Resource, steps: readonly Step[]): ErrorBody {
  return {
    code: "DeploymentFailed",
    target: deployment.id,
    message:
      "At least one resource deployment operation failed. Please list deployment operations for details. Please see https://aka.ms/arm-deployment-operations for usage details.",
    details: steps.flatMap((step) => (step.error ? [step.error] : [])),
  };
}
