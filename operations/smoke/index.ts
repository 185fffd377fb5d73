/** Tests the endpoints of a deployed stack with real requests, optionally under load. */
import { randomBytes } from "node:crypto";
import type { ArmClient } from "../../azure/arm";
import type { StackPulumi } from "../stackPulumi";
import { type EndpointResult, type SmokeDocument, schemaVersion } from "./document";
import { type EndpointToTest, type TestedEndpoint, testEndpoint, withoutDeployments } from "./endpoint";
import type { Sample } from "./load";
import { NotTested } from "./notTested";
import { readOutputs, selectEndpoints } from "./outputs";
import { type Declared, readSubjects } from "./subjects";
import { type LoadOptions, planLoad, type Reporting, testUnderLoad } from "./underLoad";

export { documentText, type NotTestedDocument, type SmokeDocument, schemaVersion } from "./document";
export { NotTested } from "./notTested";
export { plot } from "./plot";
export { smokeReport } from "./report";
export type { Declared } from "./subjects";
export type { LoadOptions } from "./underLoad";

export interface SmokeOptions extends Reporting {
  /** Key of the endpoint. @default - all endpoints */
  readonly endpoint?: string;
  /** Label of the deployment. @default - all deployments, and the endpoint through its traffic weights */
  readonly deployment?: string;
  /** @default - no load */
  readonly load?: LoadOptions;
  /** What the repository says about the endpoints, by key. */
  readonly declared: Readonly<Record<string, Declared>>;
  /** Ends the test. A load that has started is evaluated. */
  readonly signal: AbortSignal;
}

export interface SmokeOutcome {
  readonly document: SmokeDocument;
  /** The requests of the load. Empty without a load. */
  readonly samples: readonly Sample[];
}

/**
 * @throws NotTested if an endpoint isn't deployed or can't be reached, or if an option is wrong
 * @throws ArmError if Azure can't be read
 */
export async function smoke(pulumi: StackPulumi, azure: ArmClient, options: SmokeOptions): Promise<SmokeOutcome> {
  const run = randomBytes(4).toString("hex");
  const time = new Date().toISOString();
  const endpoints = await endpointsToTest(pulumi, azure, options, run);
  const planned = options.load && planLoad(endpoints[0]!, options.load);
  const results: EndpointResult[] = [];
  let sendTo: TestedEndpoint["sendTo"] | undefined;
  const isDeployed = ({ output }: EndpointToTest) => Object.keys(output.deployments).length > 0;
  for (const endpoint of endpoints) {
    if (!isDeployed(endpoint) && endpoints.some(isDeployed)) {
      results.push(withoutDeployments(pulumi, endpoint));
      continue;
    }
    const tested = await testEndpoint(pulumi, azure, endpoint);
    results.push(tested.result);
    sendTo ??= tested.sendTo;
  }
  const checks = results.flatMap(({ targets }) => targets.flatMap((target) => target.checks));
  const checksPassed = checks.every(({ passed }) => passed);
  if (options.load && !checksPassed) options.report("The load is not sent, because a check failed.");
  const loaded = planned && sendTo && checksPassed ? await testUnderLoad(planned, sendTo, options) : undefined;
  const document: SmokeDocument = {
    ...{ schemaVersion, stack: pulumi.stack, time, run },
    passed: checksPassed && (loaded?.result.verdict.passed ?? true),
    endpoints: results,
    ...(loaded === undefined ? {} : { load: loaded.result }),
  };
  return { document, samples: loaded?.samples ?? [] };
}

/** The endpoints to test. At least one; with a load or a label, exactly one. */
async function endpointsToTest(
  pulumi: StackPulumi,
  azure: ArmClient,
  { endpoint, deployment, load, declared, signal }: SmokeOptions,
  run: string,
): Promise<EndpointToTest[]> {
  const selected = selectEndpoints(pulumi, await readOutputs(pulumi), endpoint, Object.keys(declared));
  const keys = Object.keys(selected);
  if (keys.length > 1 && (load !== undefined || deployment !== undefined)) {
    throw new NotTested(
      `${load === undefined ? "--deployment" : "--load"} needs one endpoint. Set --endpoint to one of: ${keys.join(", ")}.`,
    );
  }
  const read = Object.entries(selected).map(async ([key, output]) => {
    const found = await readSubjects(azure, output, declared[key] ?? { checks: {}, locked: new Map() });
    return { key, output, found, run, signal, ...(deployment === undefined ? {} : { deployment }) };
  });
  return Promise.all(read);
}
