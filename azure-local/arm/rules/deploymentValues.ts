/** Checks of deployment values that the API specification doesn't restrict. */
import type { Rule } from "../model";
import { DEPLOYMENT, deploymentProperties } from "../types/onlineEndpointBodies";

const common = { types: [DEPLOYMENT], on: ["create", "update"], azureCode: "BadArgument", status: 400 } as const;

export const deploymentValueRules: readonly Rule[] = [
  {
    ...common,
    code: "deployment-environment-variables",
    source:
      "POSIX, environment variables: letters, digits and underscores, not starting with a digit; inferred: the service rejects others",
    grade: "I",
    check: ({ body }) => {
      const { environmentVariables } = deploymentProperties({ body }) as { environmentVariables?: Readonly<Record<string, unknown>> };
      const name = Object.keys(environmentVariables ?? {}).find((one) => !/^[A-Za-z_]\w*$/.test(one));
      return name === undefined
        ? undefined
        : `The name of the environment variable '${name}' is invalid: it can contain letters, digits and underscores and can't start with a digit.`;
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
        if (rate < 0 || rate > 1) return `The samplingRate of the collection '${name}' is ${rate}: it must be between 0 and 1.`;
      }
      return undefined;
    },
  },
];
