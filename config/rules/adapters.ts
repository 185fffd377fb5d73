/** Rules for LoRA adapters (`vllm.adapters`), and for the flags that Moor derives from them. */
import * as path from "node:path";
import type { WeightSource } from "../../planner/decision";
import { adapterFlags } from "../../planner/weights";
import { type ConfigError, configError, show } from "../errors";
import type { DeploymentDraft, SettingsDraft } from "./draft";
import { exactlyOne } from "./exactlyOne";

type VllmDraft = NonNullable<DeploymentDraft["vllm"]>;

export function adapterErrors({ "moor:endpoints": endpoints = {} }: SettingsDraft): ConfigError[] {
  return Object.entries(endpoints).flatMap(([key, endpoint]) =>
    Object.entries(endpoint?.deployments ?? {}).flatMap(([label, deployment]) => {
      const vllm = deployment?.vllm;
      const at = `moor:endpoints.${key}.deployments.${label}.vllm`;
      if (vllm === undefined) return [];
      const { adapters } = vllm;
      if (adapters === undefined) return flagErrors(at, vllm);
      return [...useErrors(at, vllm), ...eachErrors(at, vllm), ...flagErrors(at, vllm)];
    }),
  );
}

/** Why the weights of a source can't have adapters, and what to do instead. */
const without: Readonly<Record<Exclude<WeightSource, "mirror">, { readonly because: string; readonly fix: string }>> = {
  hub: {
    because: "vLLM would download the newest commit of each adapter at each start, because it has no setting for an adapter's commit",
    fix: "Set `source: mirror`.",
  },
  workspace: {
    because: "Azure mounts one registered model, and Moor doesn't add files to it",
    fix: "Set `source: mirror`, or register a folder that contains the adapters below `adapters/` or a model into which the adapter is merged.",
  },
  catalogue: {
    because: "Azure mounts the model of the registry, and Moor doesn't add files to it",
    fix: "Set `source: mirror`.",
  },
};

function useErrors(at: string, { source, task }: VllmDraft): ConfigError[] {
  const ofSource = source === undefined || source === "mirror" ? [] : [refusedSource(at, source)];
  if (task === undefined || task === "chat") return ofSource;
  const problem = `LoRA adapters are not used with \`task: ${task}\`: the adapters are served as models of chat completions.`;
  return [...ofSource, configError("MOOR096", `${at}.adapters`, { problem, allowed: "adapters with `task: chat`" })];
}

function refusedSource(at: string, source: keyof typeof without): ConfigError {
  const { because, fix } = without[source];
  const problem = `LoRA adapters are not possible with \`source: ${source}\`: ${because}.`;
  return configError("MOOR096", `${at}.adapters`, { problem, allowed: "adapters with `source: mirror`", fix });
}

function eachErrors(at: string, { adapters = {}, model, servedName = model }: VllmDraft): ConfigError[] {
  return Object.entries(adapters).flatMap(([name, adapter]) => {
    const here = `${at}.adapters.${name}`;
    if (adapter === undefined) return [];
    const { revision, path: folder } = adapter;
    const given = Object.fromEntries(Object.entries(adapter).filter(([, value]) => value !== undefined));
    return [
      ...exactlyOne(here, given, ["model", "path"]),
      ...(name === servedName ? [usedName(here, name)] : []),
      ...(revision !== undefined && folder !== undefined ? [unusedRevision(`${here}.revision`)] : []),
      ...(folder !== undefined && (path.isAbsolute(folder) || folder.includes("\\")) ? [absolutePath(`${here}.path`, folder)] : []),
    ];
  });
}

function usedName(at: string, name: string): ConfigError {
  const problem = `The adapter has the name ${show(name)}, which is the name of the model itself.`;
  return configError("MOOR097", at, { problem, allowed: "a name that differs from `servedName`" });
}

function unusedRevision(at: string): ConfigError {
  const problem = "`revision` has no effect with `path`: the hash of the files identifies the adapter.";
  return configError("MOOR065", at, { problem, allowed: "`revision` with `model`", fix: "Remove `revision`." });
}

function absolutePath(at: string, folder: string): ConfigError {
  const problem = `The path ${show(folder)} is not relative to the folder of the stack file.`;
  return configError("MOOR006", at, { problem, allowed: "a relative path with /, for example ./adapters/support" });
}

/** With registered weights, whose folder can contain adapters, the flags are the only way to serve them. */
const canSetFlags = { mirror: false, hub: true, workspace: true, catalogue: true } as const satisfies Record<WeightSource, boolean>;

function flagErrors(at: string, { source, flags = {}, adapters }: VllmDraft): ConfigError[] {
  if (source === undefined || (canSetFlags[source] && adapters === undefined)) return [];
  return adapterFlags
    .filter((flag) => flags[flag] !== undefined)
    .map((flag) => {
      const problem = `--${flag} can't be set with \`source: ${source}\`: Moor derives it from \`vllm.adapters\`.`;
      return configError("MOOR098", `${at}.flags.${flag}`, { problem, allowed: "no flags of LoRA adapters" });
    });
}
