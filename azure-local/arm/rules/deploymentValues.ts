/** Values of deployments that the specification leaves open. */
import type { Rule } from "../model";
import { DEPLOYMENT, deploymentProperties } from "../types/onlineEndpointBodies";

const common = { types: [DEPLOYMENT], on: ["create", "update"], azureCode: "BadArgument", status: 400 } as const;

export const deploymentValueRules: readonly Rule[] = [
  {
    ...common,
    code: "deployment-environment-variables",
    source:
      "POSIX, environment variables: letters, digits and underscores, not beginning with a digit; that the service refuses others is inferred",
    grade: "I",
    check: ({ body }) => {
      const { environmentVariables } = deploymentProperties({ body }) as { environmentVariables?: Readonly<Record<string, unknown>> };
      const name = Object.keys(environmentVariables ?? {}).find((one) => !/^[A-Za-z_]\w*$/.test(one));
      return name === undefined
        ? undefined
        : `The environment variable '${name}' is named wrongly: letters, digits and underscores, not beginning with a digit.`;
    },
  },
  {
    ...common,
    code: "deployment-sampling",
    source: "Azure docs, machine-learning/how-to-collect-production-data: samplingRate is a fraction, 0 to 1",
    grade: "D",
    check: ({ body }) => {
      const collections = deploymentProperties({ body }).dataCollector?.collections ?? {};
      for (const [name, value] of Object.entries(collections as Readonly<Record<string, { readonly samplingRate?: number } | undefined>>)) {
        const { samplingRate: rate = 1 } = value ?? {};
        if (rate < 0 || rate > 1) return `The samplingRate of the collection '${name}' is ${rate}: it must be 0 to 1.`;
      }
      return undefined;
    },
  },
];
