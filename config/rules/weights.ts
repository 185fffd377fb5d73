/** Rules for the source of the model weights: `source`, `registeredModel` and `remoteCode`. */
import { registriesWithoutWeights } from "../../facts/registries";
import type { WeightSource } from "../../planner/decision";
import { parseRegistryModel, parseWorkspaceModel } from "../../planner/weights";
import { type ConfigError, configError, show } from "../errors";
import { registeredModelForms } from "../registeredModelForms";
import type { DeploymentDraft, SettingsDraft } from "./draft";

type VllmDraft = NonNullable<DeploymentDraft["vllm"]>;

export function weightsErrors({ "moor:endpoints": endpoints = {} }: SettingsDraft): ConfigError[] {
  return Object.entries(endpoints).flatMap(([key, endpoint]) =>
    Object.entries(endpoint?.deployments ?? {}).flatMap(([label, deployment]) => {
      const vllm = deployment?.vllm;
      const path = `moor:endpoints.${key}.deployments.${label}.vllm`;
      return vllm === undefined ? [] : [...registeredModelErrors(path, vllm), ...remoteCodeErrors(path, vllm)];
    }),
  );
}

function registeredModelErrors(path: string, { source, registeredModel }: VllmDraft): ConfigError[] {
  // An invalid source is a separate error.
  if (source === undefined) return [];
  return (registeredModel === undefined ? missing : given)[source](`${path}.registeredModel`, registeredModel ?? "");
}

type Check = (path: string, reference: string) => ConfigError[];

const none = () => [];

/** The checks of a deployment without a registered model. */
const missing: Readonly<Record<WeightSource, Check>> = {
  mirror: none,
  hub: none,
  workspace: (path) => [missingModel(path, "workspace")],
  catalogue: (path) => [missingModel(path, "catalogue")],
};

/** The checks of a registered model. */
const given: Readonly<Record<WeightSource, Check>> = {
  mirror: (path, reference) => [withoutUse(path, reference, "mirror")],
  hub: (path, reference) => [withoutUse(path, reference, "hub")],
  workspace: (path, reference) => {
    if (parseWorkspaceModel(reference) !== undefined) return [];
    return reference.startsWith("azureml://") ? [wrongForm(path, reference, "workspace")] : [invalid(path, reference, "workspace")];
  },
  catalogue: (path, reference) => {
    const model = parseRegistryModel(reference);
    if (model !== undefined) return registryErrors(path, model.registry);
    return reference.startsWith("azureml://registries/")
      ? [invalid(path, reference, "catalogue")]
      : [wrongForm(path, reference, "catalogue")];
  },
};

type RegisteredSource = keyof typeof registeredModelForms;

function missingModel(path: string, source: RegisteredSource): ConfigError {
  const problem = `\`source: ${source}\` requires \`registeredModel\`, the model version that Azure mounts.`;
  return configError("MOOR086", path, { problem, allowed: registeredModelForms[source] });
}

function withoutUse(path: string, reference: string, source: WeightSource): ConfigError {
  const problem = `The registered model ${show(reference)} is not used with \`source: ${source}\`.`;
  const allowed = "no `registeredModel` with `source: mirror` or `source: hub`";
  const other = reference.startsWith("azureml://") ? "catalogue" : "workspace";
  return configError("MOOR087", path, { problem, allowed, fix: `Set \`source: ${other}\`, or remove \`registeredModel\`.` });
}

/** The reference has the form of the other source. */
function wrongForm(path: string, reference: string, source: RegisteredSource): ConfigError {
  const from = { workspace: "a model version of the workspace", catalogue: "a model version of a registry" }[source];
  const problem = `The value ${show(reference)} is not ${from}, which \`source: ${source}\` requires.`;
  return configError("MOOR087", path, { problem, allowed: registeredModelForms[source] });
}

/** The version is missing, is a label such as `latest`, or is not a positive integer. Otherwise, the name is not valid. */
function invalid(path: string, reference: string, source: RegisteredSource): ConfigError {
  const allowed = registeredModelForms[source];
  const { name, version } = split[source](reference);
  if (version !== undefined && /^[1-9]\d{0,9}$/.test(version)) {
    return configError("MOOR006", path, { problem: `The value ${show(reference)} has an invalid format.`, allowed });
  }
  const problem =
    version === undefined
      ? `The model ${show(name)} has no version.`
      : `The version ${show(version)} of the model ${show(name)} is not a positive integer.`;
  return configError("MOOR088", path, { problem, allowed });
}

interface Parts {
  readonly name: string;
  readonly version?: string;
}

/** Splits an invalid reference into the name and the version. */
const split: Readonly<Record<RegisteredSource, (reference: string) => Parts>> = {
  workspace: (reference) => partsOf(/^(?<name>[^:]*)(?::(?<version>.*))?$/s, reference),
  catalogue: (reference) =>
    partsOf(/^azureml:\/\/registries\/[^/]*\/models\/(?<name>[^/]*)(?:\/(?:versions|labels)\/(?<version>.*))?$/s, reference),
};

function partsOf(form: RegExp, reference: string): Parts {
  const { name = reference, version } = form.exec(reference)?.groups ?? {};
  return version === undefined ? { name } : { name, version };
}

function registryErrors(path: string, registry: string): ConfigError[] {
  const found = registriesWithoutWeights.find(({ name }) => name.toLowerCase() === registry.toLowerCase());
  if (found === undefined) return [];
  const problem = `The registry ${show(registry)} has no weights in Azure: ${found.because}.`;
  return [configError("MOOR089", path, { problem, allowed: "a model version of a registry with weights in Azure, for example azureml" })];
}

/** The flag executes Python files of the model repository, whatever the source is. */
function remoteCodeErrors(path: string, { flags = {}, remoteCode = "refuse" }: VllmDraft): ConfigError[] {
  const flag = "trust-remote-code";
  const value = flags[flag];
  if (value === undefined || value === false || remoteCode === "allow") return [];
  const problem = `The flag ${flag} runs Python files of the model in the container, but \`remoteCode\` is ${remoteCode}.`;
  return [configError("MOOR090", `${path}.flags.${flag}`, { problem, allowed: `${flag} only with \`remoteCode: allow\`` })];
}
