import { paths } from "../platform";
import { but, type RejectedRequest } from "./rejectedRequest";

const second = paths.deployment.replace("main-1", "main-2");
const third = paths.deployment.replace("main-1", "main-3");

export const quotaRejections: readonly RejectedRequest[] = [
  {
    rule: "deployment-limit",
    answer: "400 OutOfQuota",
    options: { limits: { deployments: 1 } },
    rejected: ({ body }) => ["PUT", second, body.deployment],
    accepted: ({ body }) => ["PUT", paths.deployment, body.deployment],
  },
  {
    rule: "quota-family-cores",
    answer: "OutOfQuota",
    options: { quota: { swedencentral: { NCADSA100v4: 48 + 71 } } },
    rejected: ({ body }) => ["PUT", second, but(body.deployment, "sku/capacity", 3)],
    accepted: ({ body }) => ["PUT", third, but(body.deployment, "properties/instanceType", "Standard_NC40ads_H100_v5")],
  },
  {
    rule: "quota-family-cores",
    case: "20% more on a size that is not exempt",
    answer: "OutOfQuota",
    options: { quota: { "Sweden Central": { ncasv3_t4: 7 } } },
    rejected: ({ body }) => [
      "PUT",
      second,
      but(but(body.deployment, "properties/instanceType", "Standard_NC4as_T4_v3"), "sku/capacity", 1),
    ],
    accepted: ({ body }) => ["PUT", third, but(body.deployment, "sku/capacity", 50)],
  },
];
