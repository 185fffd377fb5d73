import { paths } from "../platform";
import { but, type Refusal } from "./refusal";

const second = paths.deployment.replace("main-1", "main-2");
const third = paths.deployment.replace("main-1", "main-3");

export const quotaRefusals: readonly Refusal[] = [
  {
    rule: "deployment-limit",
    answer: "400 OutOfQuota",
    options: { limits: { deployments: 1 } },
    refused: ({ body }) => ["PUT", second, body.deployment],
    accepted: ({ body }) => ["PUT", paths.deployment, body.deployment],
  },
  {
    rule: "quota-family-cores",
    answer: "OutOfQuota",
    options: { quota: { swedencentral: { NCADSA100v4: 48 + 71 } } },
    refused: ({ body }) => ["PUT", second, but(body.deployment, "sku/capacity", 3)],
    accepted: ({ body }) => ["PUT", third, but(body.deployment, "properties/instanceType", "Standard_NC40ads_H100_v5")],
  },
  {
    rule: "quota-family-cores",
    case: "20 % more on a size that is not exempt",
    answer: "OutOfQuota",
    options: { quota: { "Sweden Central": { ncasv3_t4: 7 } } },
    refused: ({ body }) => ["PUT", second, but(but(body.deployment, "properties/instanceType", "Standard_NC4as_T4_v3"), "sku/capacity", 1)],
    accepted: ({ body }) => ["PUT", third, but(body.deployment, "sku/capacity", 50)],
  },
];
