import { containerLifecycle } from "../containerLifecycle";
import type { Rule } from "../model";
import { DEPLOYMENT } from "../types/onlineEndpointBodies";
import { dependenciesOf } from "./deployments";
import { TROUBLESHOOT } from "./sources";

/** Failures of a container after Azure has started it. The start-up time is an example, so the grade is weak. */
export const containerStartRules: readonly Rule[] = [
  {
    code: "container-survives-start",
    types: [DEPLOYMENT],
    on: ["create", "update"],
    azureCode: "ResourceNotReady",
    status: 400,
    source: `${TROUBLESHOOT} (ResourceNotReady: probes failed); durations from public startup logs`,
    grade: "E",
    failsOperation: true,
    check: (context) => {
      const { startUp, killedAfter } = containerLifecycle(dependenciesOf(context).properties, context.inventory);
      return killedAfter === undefined
        ? undefined
        : `The container of '${context.name}' is restarted repeatedly: it needs ${startUp} s to load its weights, and its liveness probe fails after ${killedAfter} s.`;
    },
  },
];
