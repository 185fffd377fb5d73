import type { Rule } from "../model";
import { sameId } from "../path";
import { coresFor, coresInUse, deploymentsIn, instancesOf, limitOf } from "../quota";
import { regionName } from "../region";
import { DEPLOYMENT, deploymentProperties } from "../types/onlineEndpointBodies";
import { vmSize } from "../vmSizes";
import { LIMITS } from "./sources";

export const quotaRules: readonly Rule[] = [
  {
    code: "deployment-limit",
    types: [DEPLOYMENT],
    on: ["create"],
    azureCode: "OutOfQuota",
    status: 400,
    source: `${LIMITS}: 500 deployments per subscription and region`,
    grade: "D",
    check: ({ id, body, inventory }) => {
      const region = regionName(body.location);
      const count = deploymentsIn(id.split("/")[2]!, region, inventory).length;
      const most = inventory.settings.limits.deployments;
      return count >= most ? `The subscription has ${count} deployments in ${region}: the limit is ${most}.` : undefined;
    },
  },
  {
    code: "quota-family-cores",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "OutOfQuota",
    status: 400,
    source: `${LIMITS}: cores by family and region, 20% more instances except for exempt sizes; how-to-troubleshoot-online-endpoints (OutOfQuota)`,
    grade: "D",
    failsOperation: true,
    check: ({ id, body, inventory }) => {
      const size = vmSize(deploymentProperties({ body }).instanceType);
      const region = regionName(body.location);
      const limit = size && limitOf(inventory.settings.coreLimits, region, size.family);
      if (limit === undefined) return undefined;
      const others = deploymentsIn(id.split("/")[2]!, region, inventory).filter((other) => !sameId(other.id, id));
      const [held, needed] = [coresInUse(size!.family, others), coresFor(size!, instancesOf(body))];
      return held + needed > limit
        ? `Not enough quota available for ${size!.name} in ${region}. Current usage/limit: ${held}/${limit}. Cores needed: ${needed}.`
        : undefined;
    },
  },
];
