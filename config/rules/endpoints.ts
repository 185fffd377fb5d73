/** Rules about endpoints and their deployments. */
import { endpointLimits, regionLimits } from "../../azure/limits";
import { reservedFlags, taskFlags } from "../../planner/explicitFlags";
import { deploymentNameLength, endpointNameLength, namePartPattern } from "../../planner/names";
import { patterns } from "../../planner/pattern";
import { sumOfWeights } from "../../planner/traffic";
import { type ConfigError, configError, show } from "../errors";
import type { DeploymentDraft, EndpointDraft, SettingsDraft } from "./draft";
import { exactlyOne } from "./exactlyOne";
import { sizeErrors } from "./size";

const nameLimit = endpointLimits.nameLength.max;

type Tree = Readonly<Record<string, unknown>>;

export function endpointErrors({ "moor:endpoints": endpoints = {} }: SettingsDraft, tree: Tree, stack: string): ConfigError[] {
  const raw = asMap(tree["moor:endpoints"]);
  const each = Object.entries(endpoints).flatMap(([key, endpoint]) => oneEndpoint(key, endpoint ?? {}, asMap(raw[key]), stack));
  return [...stackName(stack), ...each, ...sharedNames(endpoints), ...regionCount(raw)];
}

function stackName(stack: string): ConfigError[] {
  if (namePartPattern.test(stack)) return [];
  const problem = `The stack name ${show(stack)} is part of the endpoint names but does not have the format that these names require.`;
  const fix = "Rename the stack (`pulumi stack rename`).";
  return [
    configError("MOOR010", "stack", { problem, allowed: "lowercase letters, digits and single hyphens, starting with a letter", fix }),
  ];
}

function oneEndpoint(key: string, endpoint: EndpointDraft, raw: Tree, stack: string): ConfigError[] {
  const path = `moor:endpoints.${key}`;
  const deployments = Object.entries(endpoint.deployments ?? {});
  const rawDeployments = asMap(raw.deployments);
  return [
    ...endpointName(path, key, raw.name === undefined, stack),
    ...(Object.hasOwn(raw, "deployments") ? count(path, deployments.length, typeof raw.deployments) : []),
    ...weights(`${path}.deployments`, deployments),
    ...mirrors(`${path}.deployments`, deployments),
    ...servedNames(`${path}.deployments`, deployments),
    ...deployments.flatMap(([label, deployment]) =>
      oneDeployment(`${path}.deployments.${label}`, label, deployment ?? {}, rawDeployments[label]),
    ),
  ];
}

function endpointName(path: string, key: string, generated: boolean, stack: string): ConfigError[] {
  const length = endpointNameLength(key, stack);
  if (!generated || length <= nameLimit) return [];
  const problem = `The name ${key}-${stack}-<6 characters> has ${length} characters.`;
  const allowed = `at most ${nameLimit} characters, so the key can have at most ${nameLimit - endpointNameLength("", stack)}`;
  return [configError("MOOR011", path, { problem, allowed })];
}

function sharedNames(endpoints: NonNullable<SettingsDraft["moor:endpoints"]>): ConfigError[] {
  const named = Object.entries(endpoints).flatMap(([key, endpoint]) =>
    endpoint?.name === undefined ? [] : [{ key, name: endpoint.name }],
  );
  const firsts = new Map<string, string>();
  return named.flatMap(({ key, name }) => {
    const first = firsts.get(name);
    if (first === undefined) {
      firsts.set(name, key);
      return [];
    }
    const problem = `The name ${show(name)} is already used by the endpoint ${show(first)}.`;
    return [configError("MOOR012", `moor:endpoints.${key}.name`, { problem, allowed: "a name that is unique in the region" })];
  });
}

/** Limits per subscription and region. Other stacks count too, but are unknown here. */
export function regionCount(rawEndpoints: unknown): ConfigError[] {
  const endpoints = Object.values(asMap(rawEndpoints));
  const has = {
    endpoints: endpoints.length,
    deployments: endpoints.reduce<number>((sum, endpoint) => sum + Object.keys(asMap(asMap(endpoint).deployments)).length, 0),
  };
  return (["endpoints", "deployments"] as const).flatMap((what) => {
    if (has[what] <= regionLimits[what]) return [];
    const allowed = `at most ${regionLimits[what]} ${what} per subscription and region`;
    return [configError("MOOR027", "moor:endpoints", { problem: `The stack has ${has[what]} ${what}.`, allowed })];
  });
}

function count(path: string, deployments: number, type: string): ConfigError[] {
  if (type !== "object") return [];
  if (deployments === 0) {
    return [
      configError("MOOR020", `${path}.deployments`, { problem: "The endpoint has no deployment.", allowed: "at least one deployment" }),
    ];
  }
  if (deployments <= endpointLimits.deployments) return [];
  const allowed = `at most ${endpointLimits.deployments} deployments per endpoint`;
  return [configError("MOOR024", `${path}.deployments`, { problem: `The endpoint has ${deployments} deployments.`, allowed })];
}

type Labelled = readonly (readonly [string, DeploymentDraft | undefined])[];

function weights(path: string, deployments: Labelled): ConfigError[] {
  const stated = deployments.flatMap(([label, deployment]) =>
    deployment?.weight === undefined ? [] : [{ label, weight: deployment.weight }],
  );
  const sum = sumOfWeights(stated);
  // If a weight is invalid, the sum is unknown. Too many deployments are a separate error.
  if (stated.length < deployments.length || deployments.length > endpointLimits.deployments || sum === 100 || sum === 0) return [];
  const list = stated.map(({ label, weight }) => `${label} ${weight}`).join(", ");
  const fix = `Change the weights so that they sum to 100: ${Math.abs(100 - sum)} ${sum < 100 ? "percentage points are missing" : "percentage points must be removed"}.`;
  return [
    configError("MOOR021", path, { problem: `The weights sum to ${sum} (${list}).`, allowed: "a sum of 100, or 0 for no traffic", fix }),
  ];
}

function mirrors(path: string, deployments: Labelled): ConfigError[] {
  const mirrored = deployments.filter(([, deployment]) => (deployment?.mirror ?? 0) > 0);
  const labels = mirrored.map(([label]) => label).join(", ");
  const several = configError("MOOR022", path, {
    problem: `Requests are mirrored to ${labels}.`,
    allowed: "mirrored traffic to at most one deployment",
  });
  const live = mirrored.flatMap(([label, deployment]) => {
    const problem = `The deployment has both weight ${deployment?.weight} and mirror ${deployment?.mirror}.`;
    return (deployment?.weight ?? 0) > 0
      ? [configError("MOOR023", `${path}.${label}.mirror`, { problem, allowed: "either `weight` or `mirror`, not both" })]
      : [];
  });
  return mirrored.length > 1 ? [several, ...live] : live;
}

/** A client sends the model name with each request and can't select a deployment, so all deployments must accept the same name. */
function servedNames(path: string, deployments: Labelled): ConfigError[] {
  const sharing = deployments.flatMap(([label, deployment]) => {
    const { weight = 0, mirror = 0, vllm } = deployment ?? {};
    const name = vllm?.servedName ?? vllm?.model;
    const names = [name, ...Object.keys(vllm?.adapters ?? {}).sort()].map((one) => show(one)).join(" and ");
    return weight + mirror > 0 && name !== undefined ? [{ label, names }] : [];
  });
  if (new Set(sharing.map(({ names }) => names)).size < 2) return [];
  const list = sharing.map(({ label, names }) => `${label} as ${names}`).join(", ");
  const problem = `The deployments serve different model names (${list}). A request for one of these names fails on the other deployments.`;
  return [
    configError("MOOR026", path, {
      problem,
      allowed: "the same `servedName` and names of adapters for all deployments with `weight` or `mirror`",
    }),
  ];
}

function oneDeployment(path: string, label: string, deployment: DeploymentDraft, raw: unknown): ConfigError[] {
  return [
    ...deploymentName(path, label),
    ...exactlyOne(path, raw, patterns),
    ...exactlyOne(path, raw, ["instances", "scale"]),
    ...sizeErrors(`${path}.size`, deployment),
    ...scaleBounds(`${path}.scale`, deployment),
    ...owned(`${path}.vllm.flags`, deployment),
  ];
}

function deploymentName(path: string, label: string): ConfigError[] {
  const length = deploymentNameLength(label);
  if (length <= nameLimit) return [];
  const allowed = `at most ${nameLimit} characters, so the label can have at most ${nameLimit - deploymentNameLength("")}`;
  const fix = "Shorten the label.";
  return [configError("MOOR011", path, { problem: `The name ${label}-<8 digits> has ${length} characters.`, allowed, fix })];
}

function scaleBounds(path: string, { scale }: DeploymentDraft): ConfigError[] {
  const { min, max } = scale ?? {};
  if (min === undefined || max === undefined || min <= max) return [];
  return [
    configError("MOOR025", path, {
      problem: `The minimum ${min} is greater than the maximum ${max}.`,
      allowed: "`min` less than or equal to `max`",
    }),
  ];
}

function owned(path: string, { vllm }: DeploymentDraft): ConfigError[] {
  const flags = Object.keys(vllm?.flags ?? {}).filter((flag) => reservedFlags.includes(flag));
  return flags.map((flag) => {
    const fix = taskFlags.includes(flag) ? "Remove the flag, and set `vllm.task`." : undefined;
    const breaks = fix === undefined ? "the model path, the probes or the authentication" : "the task, which `vllm.task` sets";
    const problem = `Moor sets --${flag}. Another value would break ${breaks}.`;
    return configError("MOOR035", `${path}.${flag}`, { problem, allowed: `flags other than ${reservedFlags.join(", ")}`, fix });
  });
}

function asMap(value: unknown): Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Tree) : {};
}
