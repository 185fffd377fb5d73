import { type SmokeOptions, smoke } from "../../../operations/smoke";
import { stackAzure } from "../../../operations/stackAzure";
import type { StackPulumi } from "../../../operations/stackPulumi";
import { type FakeAzure, serveAzure } from "../../azure/fakeArm";

const workspace =
  "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/w";
export const endpointId = `${workspace}/onlineEndpoints/chat-1`;
const environmentId = `${workspace}/environments/vllm/versions/1`;

/** The key of the endpoint, which must not be shown anywhere. */
export const plantedKey = "planted-key-0123456789";

export const chatOutput = {
  id: endpointId,
  name: "chat-1",
  auth: "key",
  deployments: { main: { name: "main-1", task: "chat", model: "chat", maxTokens: 1000, requestTimeoutSeconds: 60 } },
};
/** A deployment without answers that are counted in tokens. */
export const poolingOutput = (task: "embed" | "rerank") => ({
  ...chatOutput,
  deployments: { main: { name: "main-1", task, model: "chat", requestTimeoutSeconds: 60 } },
});
export const scoreOutput = { ...chatOutput, deployments: { main: { name: "main-1", task: "score", requestTimeoutSeconds: 60 } } };

/** An endpoint with one deployment of two instances, each with 4 concurrent requests. */
export const azureOfEndpoint = {
  [endpointId]: { properties: { authMode: "Key", scoringUri: "https://chat-1.r.inference.ml.azure.com/", traffic: { "main-1": 100 } } },
  [`${endpointId}/deployments/main-1`]: {
    sku: { capacity: 2 },
    properties: { provisioningState: "Succeeded", environmentId, requestSettings: { maxConcurrentRequestsPerInstance: 4 } },
  },
  [environmentId]: { properties: { inferenceConfig: { readinessRoute: { path: "/health" }, scoringRoute: { path: "/score" } } } },
  [`POST ${endpointId}/listKeys`]: { primaryKey: plantedKey },
};

/** A stack whose outputs are these. */
export function stackWith(endpoints: object | string, environment: NodeJS.ProcessEnv = {}): StackPulumi {
  const run: StackPulumi["run"] = async (args) => {
    if (args.join(" ") !== "stack output --json") throw new Error(`unexpected: pulumi ${args.join(" ")}`);
    if (typeof endpoints === "string") return { code: 255, output: "", errors: endpoints };
    return { code: 0, output: JSON.stringify({ endpoints }), errors: "" };
  };
  return { stack: "prod", local: true, environment, run, must: async (args) => (await run(args)).output };
}

export interface Trial extends Partial<Omit<SmokeOptions, "report">> {
  /** @default - `chatOutput` with the key chat */
  readonly outputs?: object | string;
  /** @default azureOfEndpoint */
  readonly azure?: Readonly<Record<string, object | number>>;
  /** Address of the scoring stub. */
  readonly scoring: string;
  /** Further environment variables of the stack. */
  readonly environment?: NodeJS.ProcessEnv;
}

/** Runs a smoke test against a scoring stub and a fake Azure Resource Manager. Resolves to its outcome and the reported lines. */
export async function trial({ outputs = { chat: chatOutput }, azure = azureOfEndpoint, scoring, environment: more, ...options }: Trial) {
  const arm: FakeAzure = await serveAzure(azure);
  const reported: string[] = [];
  try {
    const environment = { MOOR_ARM_URL: process.env.MOOR_ARM_URL, MOOR_FRONTDOOR_URL: scoring, ...more };
    const stack = stackWith(outputs, environment);
    const outcome = await smoke(stack, stackAzure(stack, {}), {
      declared: { chat: { checks: {}, locked: new Map() } },
      signal: new AbortController().signal,
      report: (line) => reported.push(line),
      ...options,
    });
    return { ...outcome, reported };
  } finally {
    await arm.close();
  }
}
