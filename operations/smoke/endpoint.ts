/** Runs the checks of one endpoint. */
import type { ArmClient } from "../../azure/arm";
import { credentialFor, knownAuthModes, type Send, type SenderArgs, scoringAddress, sender } from "../../components/scoring";
import type { StackPulumi } from "../stackPulumi";
import { type Asking, type CheckResult, checksOfSubject, runAll, type TargetResult } from "./checks";
import type { EndpointResult } from "./document";
import { NotTested } from "./notTested";
import type { EndpointOutput } from "./outputs";
import { requireReached } from "./reach";
import { renewing } from "./renewing";
import type { EndpointSubjects, Subject } from "./subjects";

export interface EndpointToTest {
  /** Key in the stack file. */
  readonly key: string;
  readonly output: EndpointOutput;
  readonly found: EndpointSubjects;
  /** Label of the only deployment to test. @default - all deployments, and the endpoint through its traffic weights */
  readonly deployment?: string;
  /** ID of this run. */
  readonly run: string;
  /** Ends the test. */
  readonly signal: AbortSignal;
}

export interface TestedEndpoint {
  readonly result: EndpointResult;
  /** Returns a function that sends requests to a deployment, or by the traffic weights. */
  readonly sendTo: (deployment?: string) => Send;
}

/** Seconds by which the timeout of a request exceeds Azure's, so that Azure's 408 arrives. */
const reserveSeconds = 10;

/** The timeout of a request to one of several deployments. */
export function timeoutOf(subjects: readonly Subject[]): Pick<Asking, "timeoutSeconds"> {
  return { timeoutSeconds: Math.max(...subjects.map(({ contract }) => contract.requestTimeoutSeconds)) + reserveSeconds };
}

/** Sentence about a score.py without a sample request. */
export function noSample(key: string, label: string): string {
  return (
    `No request was sent to ${key}/${label}, only its state in Azure was checked. To test it, set check.request of ` +
    `moor:endpoints.${key}.deployments.${label} to the body of a sample request.`
  );
}

function noDeployments(key: string): string {
  return `The endpoint ${key} has no deployments yet. \`pulumi preview\` says what is missing, such as staged weights.`;
}

/** The result of an endpoint without deployments. */
export function withoutDeployments(pulumi: StackPulumi, { key, output: { name, auth }, found }: EndpointToTest): EndpointResult {
  const url = scoringAddress(name, found.origin, pulumi.environment).baseUrl;
  const checks = [{ check: "exists", passed: false, problem: noDeployments(key) }];
  return { key, name, url, auth, targets: [{ target: "traffic", checks }], notes: [] };
}

/** The deployments to test. @throws NotTested if there is none */
export function chosenSubjects({ key, output, found, deployment }: EndpointToTest): Pick<EndpointSubjects, "subjects" | "gone"> {
  const labels = Object.keys(output.deployments);
  if (labels.length === 0) throw new NotTested(noDeployments(key));
  if (deployment === undefined) return found;
  if (!labels.includes(deployment)) {
    throw new NotTested(`--deployment is "${deployment}". Deployments of the endpoint ${key}: ${labels.join(", ")}.`);
  }
  return {
    subjects: found.subjects.filter(({ label }) => label === deployment),
    gone: Object.fromEntries(Object.entries(found.gone).filter(([label]) => label === deployment)),
  };
}

/** @throws NotTested if the endpoint can't be reached */
export async function testEndpoint(pulumi: StackPulumi, azure: ArmClient, endpoint: EndpointToTest): Promise<TestedEndpoint> {
  const { key, output, found, run, deployment, signal } = endpoint;
  const { subjects, gone } = chosenSubjects(endpoint);
  const renewed = renewing(() => credentialOf(azure, endpoint));
  const credential = await renewed();
  const address = scoringAddress(output.name, found.origin, pulumi.environment);
  const sendTo = (name?: string) => sender(senderArgs({ ...address, credential: renewed }, name));
  let [number, isReached] = [0, false];
  const asking = (asked: readonly Subject[], name?: string): Asking => ({
    ...{ send: sendTo(name), credential, ...timeoutOf(asked) },
    nextId: () => `moor-smoke-${run}-check-${++number}`,
    onAttempt: async (attempt) => {
      if (signal.aborted) throw new NotTested("Interrupted before the checks were complete. Nothing was measured.");
      if (!isReached) await requireReached(attempt, { key, authMode: found.authMode, address: { ...address, credential: renewed } });
      isReached ||= attempt.answer !== undefined;
    },
  });
  const targets: TargetResult[] = Object.entries(gone).map(([label, name]) => missing(label, name));
  for (const subject of subjects) {
    const { label, name, weight, state } = subject;
    const checks = checksOfSubject(subject);
    const results = checks.length === 0 ? [stateCheck(state)] : await runAll(checks, asking([subject], name));
    targets.push({ target: "deployment", label, name, weight, checks: results });
  }
  if (deployment === undefined) targets.push(...(await throughTraffic(found, asking)));
  const { name, auth } = output;
  const untested = subjects.filter((subject) => checksOfSubject(subject).length === 0).map(({ label }) => noSample(key, label));
  const notes = [...subjects.flatMap((subject) => subject.notes), ...untested];
  return { sendTo, result: { key, name, auth, url: address.baseUrl, targets, notes } };
}

/** @throws NotTested if the authentication mode is unknown */
async function credentialOf(azure: ArmClient, { output: { id, name }, found: { authMode } }: EndpointToTest): Promise<string> {
  const credential = await credentialFor(authMode, azure, id);
  if (credential !== undefined) return credential;
  throw new NotTested(`${name} has authMode ${authMode}, which smoke doesn't support. Allowed: ${knownAuthModes}.`);
}

function senderArgs(address: Omit<SenderArgs, "deployment">, deployment: string | undefined): SenderArgs {
  return deployment === undefined ? address : { ...address, deployment };
}

/** Sends the requests of the deployment with the highest weight without naming a deployment. */
async function throughTraffic(
  { subjects, traffic }: EndpointSubjects,
  asking: (asked: readonly Subject[]) => Asking,
): Promise<TargetResult[]> {
  if (!Object.values(traffic).some((weight) => weight > 0)) {
    const problem =
      "No deployment has a traffic weight above 0, so clients receive 404. Set `weight` in the stack file and run `pulumi up`.";
    return [{ target: "traffic", checks: [{ check: "traffic", passed: false, problem }] }];
  }
  const serving = servingOf(subjects);
  const checks = serving[0] === undefined ? [] : checksOfSubject(serving[0]).filter(({ what }) => what !== "latency");
  return checks.length === 0 ? [] : [{ target: "traffic", checks: await runAll(checks, asking(serving)) }];
}

/** The deployments with traffic, highest weight first. */
export function servingOf(subjects: readonly Subject[]): Subject[] {
  return subjects.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
}

function missing(label: string, name: string): TargetResult {
  const problem = `The deployment ${name} no longer exists in Azure. Run \`pulumi refresh\`, then \`pulumi up\`.`;
  return { target: "deployment", label, name, weight: 0, checks: [{ check: "exists", passed: false, problem }] };
}

/** In the state Succeeded, the readiness probe has succeeded. */
function stateCheck(state: string): CheckResult {
  if (state === "Succeeded") return { check: "state", passed: true };
  return { check: "state", passed: false, problem: `The provisioning state in Azure is ${state}.` };
}
