/** References to registered models: of the workspace (`fraud:3`), or of a registry (`azureml://registries/azureml/models/Phi-4/versions/7`). */
import type { RegisteredModel, RegistryModel } from "../decision";

/** A model version of the workspace. Azure ML accepts letters, digits, `_` and `-`. Source: Azure REST specification, ModelContainers. */
export const workspaceModelPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,254}:[1-9]\d{0,9}$/;

/**
 * A model version of a registry. The names of Microsoft's models also contain `.`. A label such as `latest` is not accepted, because it can
 * refer to another version later. Source: Azure docs, machine-learning/reference-yaml-core-syntax; Azure REST specification, Registries.
 */
export const registryModelPattern =
  /^azureml:\/\/registries\/[A-Za-z0-9][A-Za-z0-9-]{2,32}\/models\/[A-Za-z0-9][\w.-]{0,254}\/versions\/[1-9]\d{0,9}$/;

/** Parses `<name>:<version>`. Undefined if the text has another format. */
export function parseWorkspaceModel(text: string): RegisteredModel | undefined {
  if (!workspaceModelPattern.test(text)) return undefined;
  const split = text.lastIndexOf(":");
  return { name: text.slice(0, split), version: text.slice(split + 1) };
}

/** Parses the URI of a model version of a registry. Undefined if the text has another format. */
export function parseRegistryModel(text: string): RegistryModel | undefined {
  if (!registryModelPattern.test(text)) return undefined;
  const [registry, , name, , version] = text.replace("azureml://registries/", "").split("/") as [string, string, string, string, string];
  return { registry, name, version };
}

/** `<name>:<version>`. */
export function workspaceModelText({ name, version }: RegisteredModel): string {
  return `${name}:${version}`;
}

/** The URI of a model version of a registry. Deployments refer to it. */
export function registryModelUri({ registry, name, version }: RegistryModel): string {
  return `azureml://registries/${registry}/models/${name}/versions/${version}`;
}
