import { armIdOf } from "../../base/azure";
import type { TrafficWeights } from "../../live";
import { type CheckFailure, reasonOf, type Unreachable, withoutSecrets } from "../../scoring";
import type { GateSubject } from "./subjects";

export interface ReportArgs {
  /** ARM ID of the endpoint. */
  readonly endpointId: string;
  readonly subject: GateSubject;
  /** Current traffic weights in Azure. */
  readonly live: TrafficWeights;
  readonly failure: CheckFailure;
  /** Key or token of the request. The report must not contain it, even if the container returns it. */
  readonly credential: string;
}

/** Returns the error message for a deployment that failed a check. */
export function gateReport({ endpointId, subject, live, failure, credential }: ReportArgs): string {
  const { names, resourceGroupName } = armIdOf(endpointId);
  const [workspaceName, endpointName] = names;
  const { what, request, response, attempts, seconds } = failure;
  const place = `-g ${resourceGroupName} -w ${workspaceName} -e ${endpointName} -n ${subject.name}`;
  const lines = [
    `${endpointName}: ${subject.name} did not pass the gate (check: ${what}). Traffic was not changed: ${serving(live, subject)}`,
    `  Request to ${subject.name}: ${request}`,
    `  Response after ${attemptsOf({ attempts })} in ${seconds.toFixed(1)} s: ${response}`,
    `  Log: az ml online-deployment get-logs ${place}`,
    "  Fix the deployment and run `pulumi up` again. The run repeats the check, and deletes the deployment if it is no longer in the stack. If its",
    "  state in Azure is Failed, run `npm run recover` first; `pulumi up` then creates it again.",
  ];
  return withoutSecrets(lines.join("\n"), credential);
}

/** Returns the error message for a deployment that is in the state but no longer in Azure. */
export function goneReport(endpointName: string, name: string, live: TrafficWeights): string {
  const traffic = `Traffic was not changed: ${serving(live)}`;
  return `${endpointName}: ${name} no longer exists in Azure. ${traffic} Run \`pulumi refresh\`, then \`pulumi up\` to create ${name} again.`;
}

/** Returns the error message if requests can't be sent and a deployment has traffic. */
export function unreachableReport(endpointName: string, names: readonly string[], live: TrafficWeights, because: Unreachable): string {
  return [
    `${endpointName}: the gate can't send requests to ${names.join(", ")}, because ${reasonOf(because)}. Traffic was not changed: ${serving(live)}`,
    `  Result of ${attemptsOf(because)} in ${because.seconds.toFixed(1)} s. \`gate: auto\` checks only the state in Azure while no deployment has traffic.`,
    "  Run `pulumi up` on a machine in the virtual network of the stack or with a connection to it. Or set `gate: controlPlane` for the endpoint:",
    "  the gate then sends no requests and checks only the state of the deployment in Azure.",
  ].join("\n");
}

/** Returns the warning for a deployment that passed by its state, because requests can't be sent. */
export function stateOnlyWarning(endpointName: string, name: string, because: Unreachable, stack: string): string {
  return (
    `${endpointName}: ${name} passed the gate by its state in Azure only: no request was sent, because ${reasonOf(because)}. ` +
    `Run \`npm run smoke -- -s ${stack}\` inside the network.`
  );
}

function attemptsOf({ attempts }: Pick<Unreachable, "attempts">): string {
  return attempts === 1 ? "1 attempt" : `${attempts} attempts`;
}

function serving(live: TrafficWeights, subject?: Pick<GateSubject, "name" | "inPlace">): string {
  const serving = Object.entries(live).filter(([, weight]) => weight > 0);
  if (serving.length === 0) return "no deployment has traffic yet.";
  const list = `${serving.map(([deployment, weight]) => `${deployment} ${weight}%`).join(", ")}.`;
  const changed = subject?.inPlace && (live[subject.name] ?? 0) > 0;
  return changed ? `${list} The deployment was updated in place (update: inPlace), so callers already receive its responses.` : list;
}
