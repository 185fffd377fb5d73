import { secondsOf } from "../duration";
import type { Rule, RuleContext } from "../model";
import { nameOf } from "../path";
import { instancesOf } from "../quota";
import { sameRegion } from "../region";
import { isActive, isolationOf, propertiesOf } from "../types/managedNetwork";
import { DEPLOYMENT, deploymentProperties, endpointProperties, wasProvisioned } from "../types/onlineEndpointBodies";
import { vmSize } from "../vmSizes";
import { referenceError } from "./common";
import { REGISTRY, WORKSPACE } from "./machineLearning";
import { endpointNameRules, lostEntry, runningOperationError } from "./onlineEndpoints";
import { LIMITS, ROLLOUT, TROUBLESHOOT } from "./sources";

const SIZES = "Azure docs, machine-learning/reference-managed-online-endpoints-vm-sku-list";

/**
 * Forms of a model's ID. The model of a registry is not checked further: registries of Microsoft aren't simulated. Versions are integers.
 * Source: Azure docs, machine-learning/reference-yaml-model and reference-yaml-core-syntax.
 */
const MODEL_IDS = [
  /^(azureml:)?\/subscriptions\//i,
  /^azureml:\/\/registries\/[^/]+\/models\/[^/]+\/(versions\/[1-9]\d*|labels\/[^/]+)$/i,
  /^azureml:\/\/locations\/[^/]+\/workspaces\/[^/]+\/models\/[^/]+\/versions\/[1-9]\d*$/i,
];

/** The resources that a deployment depends on. */
export function dependenciesOf({ parentId, body, inventory }: RuleContext) {
  const endpoint = inventory.get(parentId)!;
  const workspace = inventory.get(endpoint.id.split("/").slice(0, -2).join("/"))!;
  const properties = deploymentProperties({ body });
  const environment = inventory.get(properties.environmentId);
  const image = environment?.body.properties?.image as string | undefined;
  return { endpoint, workspace, properties, environment, image };
}

export const deploymentRules: readonly Rule[] = [
  {
    code: "deployment-busy",
    types: [DEPLOYMENT],
    on: ["create", "update", "delete"],
    azureCode: "Conflict",
    status: 409,
    source: `${TROUBLESHOOT} (conflict, OperationCanceled)`,
    grade: "D",
    check: (context) => runningOperationError(context.parentId, context),
  },
  ...endpointNameRules(DEPLOYMENT, "deployment"),
  {
    code: "deployment-location",
    types: [DEPLOYMENT],
    on: ["create"],
    azureCode: "BadArgument",
    status: 400,
    source: "inferred: a deployment is in the region of its endpoint",
    grade: "I",
    check: (context) => {
      const region = dependenciesOf(context).endpoint.body.location;
      return sameRegion(region, context.body.location)
        ? undefined
        : `The location of the deployment, ${context.body.location}, differs from the location of its endpoint, ${region}.`;
    },
  },
  {
    code: "deployment-compute-type",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source:
      "Azure REST specification, machinelearningservices: the endpoint's 'compute' is the Kubernetes cluster that its deployments run on",
    grade: "I",
    check: ({ body, parentId, inventory }) =>
      deploymentProperties({ body }).endpointComputeType === "Kubernetes" && !inventory.get(parentId)?.body.properties?.compute
        ? "'properties.endpointComputeType' is Kubernetes: it must be Managed, because the endpoint has no 'properties.compute'."
        : undefined,
  },
  {
    code: "deployments-per-endpoint",
    types: [DEPLOYMENT],
    on: ["create"],
    azureCode: "OutOfQuota",
    status: 400,
    source: `${LIMITS}: 20 deployments per endpoint`,
    grade: "D",
    check: ({ parentId, inventory }) => {
      const count = inventory.children(parentId, DEPLOYMENT).length;
      const most = inventory.settings.limits.deploymentsPerEndpoint;
      return count >= most ? `The endpoint '${nameOf(parentId)}' has ${count} deployments: the limit is ${most}.` : undefined;
    },
  },
  {
    code: "deployment-instances",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source: `${LIMITS}: 1 to 50 instances per deployment`,
    grade: "D",
    check: ({ body, inventory }) => {
      const count = instancesOf(body);
      const most = inventory.settings.limits.instancesPerDeployment;
      return count >= 1 && count <= most ? undefined : `'sku.capacity' is ${count}: it must be between 1 and ${most}.`;
    },
  },
  {
    code: "deployment-failed-refuses-update",
    types: [DEPLOYMENT],
    on: ["update"],
    azureCode: "BadArgument",
    status: 400,
    source: "the service's message, quoted in community repositories; inferred from it: a failed update can be retried",
    grade: "E",
    check: ({ name, previous }) =>
      previous!.state === "Failed" && !wasProvisioned(previous!)
        ? `Specified deployment [${name}] failed during initial provisioning and is in an unrecoverable state. Delete and re-create.`
        : undefined,
  },
  {
    code: "deployment-instance-type-fixed",
    types: [DEPLOYMENT],
    on: ["update"],
    azureCode: "BadArgument",
    status: 400,
    source: "Azure REST specification, mfe.json (x-ms-mutability): instanceType",
    grade: "S",
    check: ({ body, previous }) => {
      const [now, before] = [body, previous!.body].map((one) => deploymentProperties({ body: one }).instanceType);
      return now === before
        ? undefined
        : `The instanceType of a deployment can't be changed from ${before} to ${now}: create a new deployment.`;
    },
  },
  {
    code: "deployment-instance-type-known",
    types: [DEPLOYMENT],
    on: ["create"],
    azureCode: "BadArgument",
    status: 400,
    source: `${SIZES}, names and their capitalization; Azure docs, virtual-machines/sizes/gpu-accelerated/ncv3-series: retired on 30 September 2025`,
    grade: "D",
    check: ({ body }) => {
      const { instanceType } = deploymentProperties({ body });
      if (!/^Standard_[A-Za-z0-9_]+$/.test(instanceType))
        return `The instanceType '${instanceType}' is not supported: it must be a size such as Standard_DS3_v2.`;
      if (/^Standard_NC\d+rs?_v[23]$|^Standard_NC\d+s_v[23]$/i.test(instanceType)) return `The instanceType '${instanceType}' is retired.`;
      const size = vmSize(instanceType);
      if (!size) return `The instanceType '${instanceType}' is not supported: managed online endpoints don't support this size.`;
      return size.name === instanceType
        ? undefined
        : `The instanceType '${instanceType}' is not supported: the correct spelling is ${size.name}.`;
    },
  },
  {
    code: "deployment-egress-fixed",
    types: [DEPLOYMENT],
    on: ["update"],
    azureCode: "BadArgument",
    status: 400,
    source: "Azure docs, machine-learning/concept-secure-online-endpoint",
    grade: "D",
    check: ({ body, previous }) => {
      const [now, before] = [body, previous!.body].map((one) => deploymentProperties({ body: one }).egressPublicNetworkAccess ?? "Enabled");
      return now === before ? undefined : `'properties.egressPublicNetworkAccess' can't be changed from ${before} to ${now}.`;
    },
  },
  {
    code: "deployment-egress-with-managed-network",
    types: [DEPLOYMENT],
    on: ["create"],
    azureCode: "BadArgument",
    status: 400,
    source: "Azure docs, machine-learning/concept-secure-online-endpoint: can't be combined with a managed network",
    grade: "I",
    check: (context) => {
      const { workspace, properties } = dependenciesOf(context);
      return properties.egressPublicNetworkAccess === "Disabled" && isolationOf(propertiesOf(workspace))
        ? "'properties.egressPublicNetworkAccess' can't be Disabled in a workspace with a managed network: the outbound rules of the managed network apply."
        : undefined;
    },
  },
  {
    code: "deployment-properties-add-only",
    types: [DEPLOYMENT],
    on: ["update"],
    azureCode: "BadArgument",
    status: 400,
    source: "Azure REST specification, machinelearningservices: properties can be added, but not removed or changed",
    grade: "S",
    check: (context) => {
      const removed = lostEntry(context);
      return removed && `The entry '${removed}' of 'properties.properties' can't be removed or changed.`;
    },
  },
  {
    code: "deployment-references",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "ResourceNotFound",
    status: 404,
    source: `${TROUBLESHOOT} (ResourceNotFound)`,
    grade: "D",
    check: (context) => {
      const { environmentId, model, codeConfiguration } = deploymentProperties(context);
      const references = [
        [environmentId, "environments"],
        [model, "models"],
        [codeConfiguration?.codeId, "codes"],
      ] as const;
      for (const [id, kind] of references) {
        const error =
          id?.startsWith("/subscriptions/") &&
          referenceError(id, [`${WORKSPACE}/${kind}/versions`, `${REGISTRY}/${kind}/versions`], context);
        if (error) return `'${id}', which the deployment '${context.name}' references, ${error}.`;
      }
      return undefined;
    },
  },
  {
    code: "deployment-environment-id",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source: "Azure REST specification, machinelearningservices: environmentId is an ARM ID or an asset ID of a version",
    grade: "S",
    check: ({ body }) => {
      const { environmentId } = deploymentProperties({ body });
      return environmentId === undefined || /^(azureml:)?\/subscriptions\/|^azureml:\/\//i.test(environmentId)
        ? undefined
        : `'properties.environmentId' is '${environmentId}': it must be the ARM ID of an environment version or azureml://registries/<registry>/environments/<name>/versions/<version>.`;
    },
  },
  {
    code: "deployment-model-id",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source:
      "Azure docs, machine-learning/how-to-deploy-models-from-huggingface and how-to-network-isolation-model-catalog: a version, or a label, of a registry; inferred: the service accepts no other forms than these and ARM IDs",
    grade: "I",
    check: ({ body }) => {
      const { model } = deploymentProperties({ body });
      return model === undefined || MODEL_IDS.some((form) => form.test(model))
        ? undefined
        : `'properties.model' is '${model}': it must be the ARM ID of a model version or azureml://registries/<registry>/models/<name>/versions/<version>.`;
    },
  },
  {
    code: "deployment-request-timeout",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source: `${LIMITS}: at most 180 seconds`,
    grade: "D",
    check: ({ body }) => {
      const { requestTimeout: timeout, maxQueueWait: wait } = deploymentProperties({ body }).requestSettings ?? {};
      if (secondsOf(wait) === undefined) return `'properties.requestSettings.maxQueueWait' is '${wait}': it must be an ISO 8601 duration.`;
      const seconds = secondsOf(timeout);
      return seconds !== undefined && seconds > 0 && seconds <= 180
        ? undefined
        : `'properties.requestSettings.requestTimeout' is '${timeout}': it must be an ISO 8601 duration of at most PT180S.`;
    },
  },
  {
    code: "deployment-concurrency",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source: "Azure docs, machine-learning/reference-yaml-deployment-managed-online: at least 1",
    grade: "D",
    check: ({ body }) => {
      const count = deploymentProperties({ body }).requestSettings?.maxConcurrentRequestsPerInstance;
      return count !== undefined && count >= 1
        ? undefined
        : `'properties.requestSettings.maxConcurrentRequestsPerInstance' is ${count}: it must be at least 1.`;
    },
  },
  {
    code: "deployment-probes",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source:
      "Azure docs, machine-learning/reference-yaml-deployment-managed-online: delays, periods and timeouts of at least 1 s, counts of at least 1",
    grade: "D",
    check: ({ body }) => {
      const properties = deploymentProperties({ body });
      for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"] as const) {
        for (const [key, value] of Object.entries(properties[probe] ?? {})) {
          const number = typeof value === "string" ? secondsOf(value) : (value as number);
          if (number === undefined || number < 1)
            return `'properties.${probe}.${key}' is '${value}': it must be at least 1 (durations: 1 second).`;
          if (probe === "livenessProbe" && key === "successThreshold" && number !== 1)
            return `'properties.livenessProbe.successThreshold' is ${number}: it must be 1.`;
        }
      }
      return undefined;
    },
  },
  {
    code: "deployment-collections",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source: "Azure docs, machine-learning/how-to-collect-production-data: at most five collections",
    grade: "D",
    check: ({ body }) => {
      const count = Object.keys(deploymentProperties({ body }).dataCollector?.collections ?? {}).length;
      return count > 5 ? `'properties.dataCollector.collections' has ${count} entries: the limit is 5.` : undefined;
    },
  },
  {
    code: "deployment-scale-type",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source: "Azure docs, machine-learning/reference-yaml-deployment-managed-online: TargetUtilization is for Kubernetes",
    grade: "D",
    check: ({ body }) =>
      deploymentProperties({ body }).scaleSettings?.scaleType === "TargetUtilization"
        ? "'properties.scaleSettings.scaleType' must be Default on a managed deployment."
        : undefined,
  },
  {
    code: "deployment-model-mount-path",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "BadArgument",
    status: 400,
    source: "Azure docs, machine-learning/how-to-deploy-custom-container: an absolute path, with an inference config",
    grade: "D",
    check: (context) => {
      const { properties, environment } = dependenciesOf(context);
      const { modelMountPath } = properties;
      if (modelMountPath === undefined) return undefined;
      if (!modelMountPath.startsWith("/")) return `'properties.modelMountPath' is '${modelMountPath}': it must be an absolute path.`;
      return environment && !environment.body.properties?.inferenceConfig
        ? "'properties.modelMountPath' requires an environment with an inferenceConfig."
        : undefined;
    },
  },
  {
    code: "deployment-needs-active-network",
    types: [DEPLOYMENT],
    on: ["create"],
    azureCode: "WorkspaceManagedNetworkNotReady",
    status: 400,
    source: `${TROUBLESHOOT} (WorkspaceManagedNetworkNotReady)`,
    grade: "D",
    check: (context) => {
      const { workspace } = dependenciesOf(context);
      return isolationOf(propertiesOf(workspace)) && !isActive(workspace)
        ? `The managed network of the workspace '${workspace.name}' is not provisioned. Provision it first (provisionManagedNetwork), then create the deployment.`
        : undefined;
    },
  },
  {
    code: "deployment-with-traffic-stays",
    types: [DEPLOYMENT],
    on: ["delete"],
    azureCode: "BadArgument",
    status: 400,
    source: ROLLOUT,
    grade: "D",
    check: ({ name, parentId, inventory }) => {
      const { traffic = {}, mirrorTraffic = {} } = endpointProperties(inventory.get(parentId)!);
      const weight = [traffic, mirrorTraffic]
        .flatMap((map) => Object.entries(map))
        .find(([key, value]) => key.toLowerCase() === name.toLowerCase() && value > 0);
      return weight && `The deployment '${name}' receives ${weight[1]}% of the traffic and can't be deleted: set its traffic to 0 first.`;
    },
  },
];
