/** Deployments that write prompts or answers to a log, or send them to a receiver. */
import { type EnabledLogging, enabledLogging } from "../../../planner/risks/logging";
import { labelOf } from "../../../planner/rollout/transition";
import { at } from "../../../rules/resource";
import { isBody } from "../../../rules/values";
import type { StackChange } from "../../change";
import { type DeploymentView, type EndpointView, sameEndpoint } from "../../endpoints";
import { joined, labelIn, noticeText } from "../../words";
import type { Danger } from "./danger";

export function loggingDangers({ endpoints }: StackChange): Danger[] {
  return endpoints.after.flatMap((is) => {
    const was = endpoints.before.find((one) => sameEndpoint(one, is));
    return is.deployments.flatMap((deployment) => dangersOf(is, deployment, was));
  });
}

function dangersOf(endpoint: EndpointView, deployment: DeploymentView, was: EndpointView | undefined): Danger[] {
  const enabled = loggingOf(deployment);
  if (enabled.length === 0) return [];
  const earlier = was?.deployments.filter(({ name }) => labelOf(name) === labelOf(deployment.name)).flatMap(loggingOf) ?? [];
  const added = enabled.filter(({ setting }) => !earlier.some((one) => one.setting === setting));
  const shown = labelIn(endpoint, deployment.name);
  const label = `deployment ${shown} of endpoint ${endpoint.key} logs requests`;
  const isNew = added.length > 0;
  const settings = isNew ? added : enabled;
  const text = noticeText(
    `Endpoint ${endpoint.key}: deployment ${shown} ${isNew ? "will log" : "already logs"} requests: ${settings.map(writesText).join("; ")}.`,
  );
  if (!isNew) return [{ severity: "note", text, label }];
  const rollback = `Remove ${joined(settings.map(({ setting }) => setting))} and apply it again. What is logged in the meantime stays in the logs until their retention ends.`;
  return [{ severity: "danger", text, label, rollback }];
}

function writesText({ setting, target, writes }: EnabledLogging): string {
  const where = target === "log" ? "written to Log Analytics" : "sent to another receiver";
  return `${writes}, ${where} (${setting})`;
}

/** The container of a vLLM deployment reads its arguments from VLLM_ARGS, a JSON list. A score.py has none. */
function loggingOf({ resource }: DeploymentView): EnabledLogging[] {
  const variables = at(resource, "properties.environmentVariables");
  if (!isBody(variables) || !("VLLM_ARGS" in variables)) return [];
  const environmentVariables = Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
  return enabledLogging({ pattern: "vllm", flags: flagsIn(environmentVariables.VLLM_ARGS), environmentVariables });
}

function flagsIn(text: string | undefined): string[] {
  try {
    const flags: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(flags) ? flags.filter((flag) => typeof flag === "string") : [];
  } catch {
    return [];
  }
}
