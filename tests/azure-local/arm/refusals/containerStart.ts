import { paths } from "../platform";
import { but, type Refusal } from "./refusal";

const model = { MOOR_MODEL: "Qwen/Qwen2.5-32B-Instruct", VLLM_ARGS: "[]" };

export const containerStartRefusals: readonly Refusal[] = [
  {
    rule: "container-survives-start",
    case: "Azure's default liveness probe waits 300 s, and a 32B model from the hub needs 617",
    answer: "ResourceNotReady",
    refused: ({ body }) => ["PUT", `${paths.endpoint}/deployments/second`, but(body.deployment, "properties/environmentVariables", model)],
    accepted: ({ body }) => [
      "PUT",
      `${paths.endpoint}/deployments/third`,
      but(but(body.deployment, "properties/environmentVariables", model), "properties/livenessProbe", {
        initialDelay: "PT10M",
        failureThreshold: 5,
      }),
    ],
  },
];
