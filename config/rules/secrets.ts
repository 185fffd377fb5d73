/** Rules for secrets in plain text, anywhere in a stack file. */

import { secretIn } from "../../facts/secretForms";
import { reservedFlags } from "../../planner/explicitFlags";
import { type ConfigError, configError } from "../errors";
import type { RawStack } from "../settings";
import { walk } from "../walk";
import type { SettingsDraft } from "./draft";

/** Names of settings whose values are secrets. Source: provider configuration of azure-native, and similar names. */
const secretSetting = /(?:secret|password|token|accesskey|apikey)$/i;
const secretFlag = /(?:^|-)(?:token|password|secret|api-key|access-key)$/;

const everyReader = "in plain text, visible to everyone who can read the repository";

/**
 * @param tree Moor's settings as values. Other settings are checked as text. Encrypted settings are not checked.
 * @param known Settings whose secrets other rules report.
 */
export function secretErrors(
  { settings, secretKeys }: RawStack,
  tree: Readonly<Record<string, unknown>>,
  draft: SettingsDraft,
  known: readonly string[],
): ConfigError[] {
  const others = Object.entries(settings).filter(([key]) => !Object.hasOwn(tree, key) && !secretKeys.includes(key) && !known.includes(key));
  return [...byForm({ ...Object.fromEntries(others), ...tree }), ...others.flatMap(([key, value]) => byName(key, value)), ...flags(draft)];
}

function byForm(tree: Readonly<Record<string, unknown>>): ConfigError[] {
  return [...walk(tree)].flatMap(({ key = "", value, path }) => {
    const inKey = secretIn(key);
    const inValue = typeof value === "string" ? secretIn(value) : undefined;
    return [
      ...(inKey === undefined ? [] : [secretError(path(), `The key seems to contain ${inKey}`, inKey)]),
      ...(inValue === undefined ? [] : [secretError(path(), `The value seems to contain ${inValue}`, inValue)]),
    ];
  });
}

function secretError(path: string, problem: string, kind: string): ConfigError {
  const isHubToken = kind === "a Hugging Face token";
  const fix = isHubToken ? undefined : "Revoke it, and remove it from the file and from the Git history.";
  return configError("MOOR060", path, { problem: `${problem}, ${everyReader}.`, allowed: "text without secrets", fix });
}

/** Checks the settings of other providers. Of Moor's settings, other rules check the secrets. */
function byName(key: string, value: string): ConfigError[] {
  if (!secretSetting.test(key) || value === "" || secretIn(value) !== undefined) return [];
  const fix = `Revoke it, remove the line, and run \`pulumi config set --secret ${key}\` with a new value.`;
  const allowed = "an encrypted value (`secure:`)";
  return [configError("MOOR060", key, { problem: `The value of ${key} is a secret that is ${everyReader}.`, allowed, fix })];
}

/** Flags of vLLM are part of the deployment's command line, the preview and Pulumi's state. */
function flags({ "moor:endpoints": endpoints = {} }: SettingsDraft): ConfigError[] {
  return Object.entries(endpoints).flatMap(([key, endpoint]) =>
    Object.entries(endpoint?.deployments ?? {}).flatMap(([label, deployment]) =>
      Object.entries(deployment?.vllm?.flags ?? {}).flatMap(([flag, value]) => {
        if (typeof value !== "string" || !secretFlag.test(flag) || reservedFlags.includes(flag) || secretIn(value) !== undefined) return [];
        const path = `moor:endpoints.${key}.deployments.${label}.vllm.flags.${flag}`;
        const problem = `The value of --${flag} is a secret that is ${everyReader}.`;
        return [configError("MOOR060", path, { problem, allowed: "no value for this flag" })];
      }),
    ),
  );
}
