/** Reads from Azure what is tested: the endpoint, its deployments, and the limits that Azure enforces. */
import type { ArmClient } from "../../azure/arm";
import { defaultRequestSettings } from "../../azure/scoring";
import { deploymentId, liveEndpoint, type TrafficWeights } from "../../components/live";
import type { Served } from "../../components/scoring";
import type { RequestSettings, Routes } from "../../planner/decision";
import type { Pattern } from "../../planner/pattern";
import type { GateCheck } from "../../planner/rollout/gateCheck";
import { patternOfApi } from "../../planner/task";
import { NotTested } from "./notTested";
import type { DeploymentOutput, EndpointOutput } from "./outputs";

/** What a deployment promises. */
export interface Contract {
  /** Concurrent requests on all instances. */
  readonly concurrency: number;
  /** Seconds. */
  readonly requestTimeoutSeconds: number;
  /** Length of an answer that arrives within the timeout. @default - not known, or answers aren't counted in tokens */
  readonly maxTokens?: number;
  /** Maximum seconds for a short answer, from `check.latency`. @default - not limited */
  readonly latencySeconds?: number;
}

/** A deployment that exists in Azure. */
export interface Subject {
  readonly label: string;
  readonly name: string;
  /** Current traffic weight, percent. */
  readonly weight: number;
  /** Provisioning state. */
  readonly state: string;
  readonly served: Served;
  readonly check: GateCheck;
  readonly contract: Contract;
  /** Sentences about differences between Azure and the lock file. */
  readonly notes: readonly string[];
}

export interface EndpointSubjects {
  readonly authMode: string;
  /** Scheme and host of the endpoint. */
  readonly origin: string;
  readonly traffic: TrafficWeights;
  readonly subjects: readonly Subject[];
  /** Deployments of the outputs that don't exist in Azure: name by label. */
  readonly gone: Readonly<Record<string, string>>;
}

/** What the repository says about an endpoint. */
export interface Declared {
  /** Additional checks by label. */
  readonly checks: Readonly<Record<string, GateCheck>>;
  /** Request settings in the lock file, by deployment name. Empty without a lock file. */
  readonly locked: ReadonlyMap<string, RequestSettings>;
}

/**
 * @throws NotTested if the endpoint doesn't exist
 * @throws ArmError if it can't be read
 */
export async function readSubjects(azure: ArmClient, output: EndpointOutput, declared: Declared): Promise<EndpointSubjects> {
  const live = await liveEndpoint(azure, output.id);
  if (live === undefined) {
    throw new NotTested(`The endpoint ${output.name} no longer exists in Azure. Run \`pulumi refresh\`, then \`pulumi up\`.`);
  }
  const read = Object.entries(output.deployments).map(async ([label, deployment]) => ({
    ...{ label, name: deployment.name },
    subject: await readSubject(azure, output.id, label, deployment, live.traffic, declared),
  }));
  const found = await Promise.all(read);
  return {
    ...live,
    subjects: found.flatMap(({ subject }) => subject ?? []),
    gone: Object.fromEntries(found.flatMap(({ label, name, subject }) => (subject === undefined ? [[label, name]] : []))),
  };
}

interface DeploymentBody {
  readonly sku?: { readonly capacity?: number };
  readonly properties: {
    readonly provisioningState: string;
    readonly environmentId?: string;
    readonly requestSettings?: { readonly maxConcurrentRequestsPerInstance?: number };
  };
}

async function readSubject(
  azure: ArmClient,
  endpointId: string,
  label: string,
  { name, task, model = "", adapters = [], maxTokens, requestTimeoutSeconds }: DeploymentOutput,
  traffic: TrafficWeights,
  { checks, locked }: Declared,
): Promise<Subject | undefined> {
  const body = await azure.find<DeploymentBody>(deploymentId(endpointId, name));
  if (body === undefined) return undefined;
  const { provisioningState: state, environmentId, requestSettings } = body.properties;
  const live = requestSettings?.maxConcurrentRequestsPerInstance ?? defaultRequestSettings.maxConcurrentRequestsPerInstance;
  const perInstance = locked.get(name)?.maxConcurrentRequestsPerInstance ?? live;
  const check = checks[label] ?? {};
  const notes =
    perInstance === live
      ? []
      : [
          `${name} accepts ${live} concurrent requests per instance in Azure, and ${perInstance} in the lock file. Run \`npm run drift\` to see all changes.`,
        ];
  return {
    ...{ label, name, weight: traffic[name] ?? 0, state, check, notes },
    served: { api: task, model, adapters, routes: { ...usualRoutes[patternOfApi[task]], ...(await routesOf(azure, environmentId)) } },
    contract: {
      concurrency: perInstance * (body.sku?.capacity ?? 1),
      requestTimeoutSeconds,
      ...(maxTokens === undefined ? {} : { maxTokens }),
      ...(check.latency === undefined ? {} : { latencySeconds: check.latency }),
    },
  };
}

/** Routes if the environment can't be read: those of the images in `docker/`. */
const usualRoutes: Readonly<Record<Pattern, Served["routes"]>> = {
  vllm: { readiness: "/health", scoring: "/" },
  score: { readiness: "/", scoring: "/score" },
};

interface EnvironmentBody {
  readonly properties: {
    readonly inferenceConfig?: {
      readonly readinessRoute?: { readonly path?: string };
      readonly scoringRoute?: { readonly path?: string };
    };
  };
}

async function routesOf(azure: ArmClient, environmentId: string | undefined): Promise<Partial<Pick<Routes, "readiness" | "scoring">>> {
  if (environmentId === undefined || !/^\/subscriptions\//i.test(environmentId)) return {};
  const { readinessRoute, scoringRoute } = (await azure.find<EnvironmentBody>(environmentId))?.properties.inferenceConfig ?? {};
  return {
    ...(readinessRoute?.path === undefined ? {} : { readiness: readinessRoute.path }),
    ...(scoringRoute?.path === undefined ? {} : { scoring: scoringRoute.path }),
  };
}
