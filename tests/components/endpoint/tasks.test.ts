// Proves what the endpoint of a deployment for embeddings or reranking consists of, in a preview and in an update. Doesn't prove that the gate
// passes: tests/components/endpoint/gate and the tests of the data plane do.
import * as pulumi from "@pulumi/pulumi";
import { InferenceEndpoint } from "../../../components/endpoint/inferenceEndpoint";
import { endpointOutputs } from "../../../components/outputs";
import { Workspace } from "../../../components/workspace/workspace";
import { mirroredOf } from "../../../config/stagedWeights";
import type { DeploymentDecision } from "../../../planner/decision";
import { modelKey } from "../../../planner/names";
import { poolingTasks } from "../../../planner/task";
import { vllmDecision, workspaceId } from "../fixtures";
import { armRequest, find, record } from "../recorder";

const pooling = ["--served-model-name", "search", "--runner", "pooling"];
const decisionOf = (task: (typeof poolingTasks)[number]): DeploymentDecision => ({
  ...vllmDecision,
  task,
  flags: task === "rerank" ? [...pooling, "--convert", "classify"] : pooling,
  clients: { timeoutSeconds: 40, retryOn: [408, 424, 429] },
});

const cases = poolingTasks.flatMap((task) => [true, false].map((preview) => ({ task, preview })));

test.each(cases)("task $task, preview $preview: the flags reach the container, and clients get no maxTokens", async ({ task, preview }) => {
  const decision = decisionOf(task);
  const recording = await record(
    () => {
      const place = { stack: "prod", suffix: "x7k2p9", resourceGroupName: "rg", location: "swedencentral" };
      const workspace = new Workspace("platform", place);
      const endpoint = new InferenceEndpoint("search", {
        ...{ stack: "prod", endpointName: "search-prod-x7k2p9", resourceGroupName: "rg", workspace, auth: "key" },
        deployments: [{ label: "main", decision, instances: 2, weight: 100, mirror: 0 }],
        modelVersionIds: { [modelKey(mirroredOf(decision)!)]: pulumi.output(`${workspaceId}/models/prod-search/versions/1`) },
      });
      const { openaiBaseUrl, client, deployments } = endpointOutputs(endpoint, "key", workspace);
      return { openaiBaseUrl: openaiBaseUrl !== undefined, client, main: { ...deployments.main, gate: 0, logsCommand: 0 } };
    },
    { preview },
  );
  const { refusals, result } = recording;
  expect(refusals).toEqual([]);
  const { properties } = armRequest(find(recording, "search-main-8c1f02ab-deployment")).body as {
    properties: { environmentVariables: Record<string, string> };
  };
  expect(JSON.parse(properties.environmentVariables.VLLM_ARGS!)).toEqual(decision.flags);
  expect(result).toMatchObject({
    // OpenAI has no API for reranking.
    openaiBaseUrl: task === "embed",
    client: { task, model: "search", timeoutSeconds: 40 },
    main: { task, model: "search", weight: 100, requestTimeoutSeconds: 180 },
  });
  expect(JSON.stringify(result)).not.toContain("maxTokens");
});
