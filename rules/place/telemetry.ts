/** Settings of deployments with which their containers send data out, or load models from outside. */
import { armTypeOf } from "../../azure/resourceTypes";
import { isHubHost } from "../../facts/hub";
import { addressVariables, offlineSwitches, serviceKeys, usageSwitches } from "../../facts/telemetry";
import { enabledLogging } from "../../planner/risks/logging";
import type { FindingCode } from "../codes";
import type { Check } from "../finding";
import { at, type RuleResource } from "../resource";
import { checked, type Rule, type RuleContext } from "../rule";
import { isBody, isOpaque, type Value, valueText } from "../values";
import { flowCheck } from "./flows";
import { hostOf, judgeHost, urlsIn } from "./host";
import { type Judgement, opaque } from "./judgement";

const PROPERTY = "properties.environmentVariables";

/** Environment variables, and the flags of vLLM that are one of them. */
export const telemetryRule: Rule = {
  code: "MOOR421",
  types: [armTypeOf("machinelearningservices:OnlineDeployment"), "Microsoft.MachineLearningServices/workspaces/batchEndpoints/deployments"],
  check(resource, context) {
    const variables = at(resource, PROPERTY);
    if (variables === undefined || variables === null) return [];
    if (!isBody(variables)) {
      const outcome = isOpaque(variables) ? "unknown" : "violated";
      const text = {
        problem: `Its environment variables are ${isOpaque(variables) ? valueText(variables) : "not a map"}.`,
        allowed: ALLOWED,
      };
      return [checked("MOOR421", outcome, resource, PROPERTY, isOpaque(variables) ? variables : "not a map", text)];
    }
    return [
      ...Object.entries(variables).flatMap(([name, value]) => variableChecks(resource, name, value, context)),
      ...(Object.keys(variables).some((name) => name.startsWith("VLLM_")) ? serverChecks(resource, variables) : []),
    ];
  },
};

const ALLOWED = "addresses of the stack's resources";

function variableChecks(resource: RuleResource, name: string, value: Value, context: RuleContext): Check[] {
  const property = `${PROPERTY}.${name}`;
  const isAddress = addressVariables.has(name.toUpperCase());
  const code = codeOf(name, value);
  const check = (shown: Value, judgement: Judgement) =>
    flowCheck({ code, flow: "The container exchanges data with" }, resource, property, shown, judgement, context);
  const unreadable = opaque(value);
  if (unreadable !== undefined) return [check(value, unreadable)];
  if (typeof value !== "string" || value === "") return [];
  if (serviceKeys.has(name.toUpperCase())) {
    const text = { problem: `The container sends data to the internet service that ${name} configures.`, allowed: "not set" };
    return [checked("MOOR421", "violated", resource, property, "set", text)];
  }
  const urls = urlsIn(value);
  if (urls.length > 0) return urls.map((url) => check(url, judgeHost(url, context)));
  return isAddress || isHost(name, value) ? [check(hostOf(value) ?? "set", judgeHost(value, context))] : [];
}

/** A host without a scheme: with a port, or in a variable whose name says that it is an address. */
function isHost(name: string, value: string): boolean {
  const host = /^(?:[a-z0-9-]+\.)+[a-z]{2,}(:\d{1,5})?$/i.exec(value.trim());
  return host !== null && (host[1] !== undefined || /_(HOST|ENDPOINT|SERVER|SITE|URL|URI|ADDRESS)$/i.test(name));
}

/** Weights come from the Hub, or from another host that replaces it. Other variables send data. */
function codeOf(name: string, value: Value): FindingCode {
  if (name.toUpperCase() !== "HF_ENDPOINT") return "MOOR421";
  const host = typeof value === "string" ? hostOf(value) : undefined;
  return host !== undefined && isHubHost(host) ? "MOOR425" : "MOOR417";
}

/** Switches and flags of vLLM. */
function serverChecks(resource: RuleResource, variables: Readonly<Record<string, Value>>): Check[] {
  return [
    switchCheck("MOOR421", resource, variables, usageSwitches, /^1$/, "vLLM sends usage statistics to stats.vllm.ai"),
    switchCheck(
      "MOOR425",
      resource,
      variables,
      offlineSwitches,
      /^(1|on|yes|true)$/i,
      "vLLM can load models from the Hugging Face Hub at each start",
    ),
    ...flagChecks(resource, variables),
  ];
}

/** A group of switches, of which one must be on, and none may be off. */
function switchCheck(
  code: FindingCode,
  resource: RuleResource,
  variables: Readonly<Record<string, Value>>,
  names: readonly string[],
  onValues: RegExp,
  consequence: string,
): Check {
  const isOn = (value: Value) => typeof value === "string" && onValues.test(value);
  const set = names.filter((name) => Object.hasOwn(variables, name));
  const off = set.find((name) => !isOpaque(variables[name]) && !isOn(variables[name]));
  const on = set.find((name) => isOn(variables[name]));
  const name = off ?? on ?? set[0] ?? names[0]!;
  const value = variables[name];
  const outcome = off !== undefined ? "violated" : on !== undefined ? "holds" : set.length > 0 ? "unknown" : "violated";
  return checked(code, outcome, resource, `${PROPERTY}.${name}`, value, {
    problem: `${name} is ${valueText(value)}: ${consequence}.`,
    allowed: "1",
  });
}

/** Flags with which vLLM sends data to a receiver. */
function flagChecks(resource: RuleResource, variables: Readonly<Record<string, Value>>): Check[] {
  const property = `${PROPERTY}.VLLM_ARGS`;
  const args = variables.VLLM_ARGS;
  if (args === undefined || args === null || isOpaque(args)) return [];
  const texts = Object.fromEntries(Object.entries(variables).filter((one): one is [string, string] => typeof one[1] === "string"));
  const receivers = enabledLogging({ pattern: "vllm", flags: flagsOf(args), environmentVariables: texts }).filter(
    ({ target }) => target === "receiver",
  );
  return receivers.map(({ setting, writes }) =>
    checked("MOOR421", "violated", resource, property, setting, {
      problem: `${setting} sends ${writes} to a receiver.`,
      allowed: "no receiver",
    }),
  );
}

/** The flags in the variable, a JSON list. Text of another form is split at spaces. */
function flagsOf(args: Value): readonly string[] {
  if (typeof args !== "string") return [];
  try {
    const parsed: unknown = JSON.parse(args);
    return Array.isArray(parsed) ? parsed.filter((one): one is string => typeof one === "string") : args.split(/\s+/);
  } catch {
    return args.split(/\s+/);
  }
}
