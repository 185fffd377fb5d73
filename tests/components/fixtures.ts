import * as pulumi from "@pulumi/pulumi";
import type { DeploymentDecision } from "../../planner/decision";
import { SUBSCRIPTION } from "./recorder";

export const group = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;
export const workspaceId = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw`;
export const registryId = `${group}/providers/Microsoft.ContainerRegistry/registries/cr`;
export const storageId = `${group}/providers/Microsoft.Storage/storageAccounts/st`;
export const vaultId = `${group}/providers/Microsoft.KeyVault/vaults/kv`;
export const logsId = `${group}/providers/Microsoft.OperationalInsights/workspaces/log`;

export const workspace = { id: workspaceId, name: "mlw", resourceGroupName: "rg", location: "swedencentral" };

const probe = { period: 10, timeout: 10 };

/** A vLLM deployment with staged weights. */
export const vllmDecision: DeploymentDecision = {
  name: "main-8c1f02ab",
  pattern: "vllm",
  instanceType: "Standard_NC24ads_A100_v4",
  image: { repository: "moor/vllm", digest: `sha256:${"a".repeat(64)}` },
  routes: { port: 8000, liveness: "/health", readiness: "/health", scoring: "/" },
  model: { id: "Qwen/Qwen2.5-7B-Instruct", revision: "c".repeat(40), source: "mirror", path: "models/qwen", staged: true },
  tensorParallelSize: 1,
  flags: ["--served-model-name=chat", "--max-model-len=16384"],
  environmentVariables: { HF_HUB_OFFLINE: "1" },
  probes: {
    liveness: { initialDelay: 600, ...probe, failureThreshold: 6 },
    readiness: { initialDelay: 10, ...probe, failureThreshold: 60 },
  },
  requestSettings: { requestTimeout: 180, maxConcurrentRequestsPerInstance: 64 },
  scaleRule: { scaleOutAbove: 90, scaleInBelow: 38 },
  reasons: [],
};

/** The same, with weights from the Hugging Face Hub. */
export const hubDecision: DeploymentDecision = {
  ...vllmDecision,
  name: "main-00000001",
  model: { id: "Qwen/Qwen2.5-7B-Instruct", revision: "c".repeat(40), source: "hub" },
};

export const scoreDecision: DeploymentDecision = {
  name: "main-5c02e000",
  pattern: "score",
  instanceType: "Standard_DS3_v2",
  image: { repository: "moor/score", digest: `sha256:${"d".repeat(64)}` },
  routes: { port: 5001, liveness: "/", readiness: "/", scoring: "/score" },
  environmentVariables: { WORKER_COUNT: "4" },
  probes: {
    liveness: { initialDelay: 300, ...probe, failureThreshold: 6 },
    readiness: { initialDelay: 10, ...probe, failureThreshold: 30 },
  },
  requestSettings: { requestTimeout: 60, maxConcurrentRequestsPerInstance: 4 },
  scaleRule: { scaleOutAbove: 168, scaleInBelow: 72 },
  reasons: [],
};

/** A resource for dependencies of other resources. */
export class Milestone extends pulumi.CustomResource {
  constructor(name: string) {
    super("test:index:Milestone", name, {});
  }
}
