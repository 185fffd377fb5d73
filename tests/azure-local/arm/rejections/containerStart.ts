import { paths } from "../platform";
import { but, type RejectedRequest } from "./rejectedRequest";

const model = { MOOR_MODEL: "Qwen/Qwen2.5-32B-Instruct", VLLM_ARGS: "[]" };

export const containerStartRejections: readonly RejectedRequest[] = [
  {
    rule: "container-survives-start",
    case: "Azure's default liveness probe fails after 300 s, and a 32B model from the Hub needs 617 s",
    answer: "ResourceNotReady",
    rejected: ({ body }) => ["PUT", `${paths.endpoint}/deployments/second`, but(body.deployment, "properties/environmentVariables", model)],
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
