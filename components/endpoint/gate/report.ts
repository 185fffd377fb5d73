import { armIdOf } from "../../base/azure";
import type { Shares } from "../../live";
import type { Refusal } from "./ask";
import type { GateSubject } from "./subjects";

export interface ReportArgs {
  /** ARM id of the endpoint. */
  readonly endpointId: string;
  readonly subject: GateSubject;
  /** Weights that Azure has. */
  readonly live: Shares;
  readonly refusal: Refusal;
  /** Key or token of the request, which a report must not hold, even if a container sends it back. */
  readonly credential: string;
}

/** Why a deployment gets no traffic, for whoever has to mend it. */
export function gateReport({ endpointId, subject, live, refusal, credential }: ReportArgs): string {
  const { names, resourceGroupName } = armIdOf(endpointId);
  const [workspaceName, endpointName] = names;
  const { what, sent, cameBack, tries, seconds } = refusal;
  const place = `-g ${resourceGroupName} -w ${workspaceName} -e ${endpointName} -n ${subject.name}`;
  const lines = [
    `${endpointName}: the gate refused ${subject.name} (${what}). Traffic was not changed: ${serving(live, subject)}`,
    `  Sent to ${subject.name}: ${sent}`,
    `  Came back after ${tries === 1 ? "one try" : `${tries} tries`} in ${seconds.toFixed(1)} s: ${cameBack}`,
    `  Log: az ml online-deployment get-logs ${place}`,
    "  Mend the deployment and run `pulumi up` again: the gate asks again. A deployment that the stack no longer has is deleted then; one that",
    "  Azure shows as Failed is made anew after `npm run recover`.",
  ];
  return withoutSecrets(lines.join("\n"), credential);
}

/** Why one that the state has gets no traffic: in Azure it isn't there any more. */
export function goneReport(endpointName: string, name: string, live: Shares): string {
  const kept = `Traffic was not changed: ${serving(live, { name })}`;
  return `${endpointName}: ${name} is gone from Azure. ${kept} Run \`pulumi refresh\`, then \`pulumi up\`: it makes ${name} again.`;
}

function serving(live: Shares, { name, inPlace }: Pick<GateSubject, "name" | "inPlace">): string {
  const serving = Object.entries(live).filter(([, weight]) => weight > 0);
  if (serving.length === 0) return "nobody serves yet.";
  const list = `${serving.map(([deployment, weight]) => `${deployment} ${weight} %`).join(", ")} still serve${serving.length === 1 ? "s" : ""}.`;
  const changed = inPlace && (live[name] ?? 0) > 0;
  return changed ? `${list} It was changed in place (update: inPlace), so callers get these answers already.` : list;
}

function withoutSecrets(text: string, credential: string): string {
  const known = credential === "" ? text : text.replaceAll(credential, "[secret]");
  return known.replace(/hf_\w{8,}/g, "[secret]").replace(/Bearer +[\w.~+/-]{8,}=*/gi, "Bearer [secret]");
}
