import { armIdOf } from "../../base/azure";
import type { TrafficWeights } from "../../live";
import { type CheckFailure, withoutSecrets } from "../../scoring";
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
    `  Response after ${attempts === 1 ? "1 attempt" : `${attempts} attempts`} in ${seconds.toFixed(1)} s: ${response}`,
    `  Log: az ml online-deployment get-logs ${place}`,
    "  Fix the deployment and run `pulumi up` again. The run repeats the check, and deletes the deployment if it is no longer in the stack. If its",
    "  state in Azure is Failed, run `npm run recover` first; `pulumi up` then creates it again.",
  ];
  return withoutSecrets(lines.join("\n"), credential);
}

/** Returns the error message for a deployment that is in the state but no longer in Azure. */
export function goneReport(endpointName: string, name: string, live: TrafficWeights): string {
  const traffic = `Traffic was not changed: ${serving(live, { name })}`;
  return `${endpointName}: ${name} no longer exists in Azure. ${traffic} Run \`pulumi refresh\`, then \`pulumi up\` to create ${name} again.`;
}

function serving(live: TrafficWeights, { name, inPlace }: Pick<GateSubject, "name" | "inPlace">): string {
  const serving = Object.entries(live).filter(([, weight]) => weight > 0);
  if (serving.length === 0) return "no deployment has traffic yet.";
  const list = `${serving.map(([deployment, weight]) => `${deployment} ${weight}%`).join(", ")}.`;
  const changed = inPlace && (live[name] ?? 0) > 0;
  return changed ? `${list} The deployment was updated in place (update: inPlace), so callers already receive its responses.` : list;
}
