/**
 * Checks the consistency of a lock file. After a manual edit or a merge of two branches, its requirements can differ from its decisions.
 */
import type { AdapterDecision, DeploymentDecision, ModelDecision, RecordedRequirements } from "../planner/decision";
import { imageText } from "../planner/image";
import { recipeHash } from "../planner/names";
import type { Pattern } from "../planner/pattern";
import { manifestDigest, registryModelUri, workspaceModelText } from "../planner/weights";
import { type ConfigError, configError, show } from "./errors";
import type { Lock, LockEntry } from "./lockSchema";
import { adapterPrefix } from "./requirements";
import { mirroredOf } from "./stagedWeights";

/**
 * Returns all inconsistencies of a lock file.
 * @param file Name of the file, with which each path starts.
 * @param fix Fix for all of the errors.
 */
export function inconsistencies({ endpoints, manifests = {} }: Lock, file: string, fix: string): ConfigError[] {
  const ofEntries = Object.entries(endpoints).flatMap(([key, labels]) =>
    Object.entries(labels).flatMap(([label, entry]) => {
      const path = `${file}.endpoints.${key}.${label}`;
      return [
        ...nameErrors(path, label, entry),
        ...missingLists(path, entry, manifests),
        ...requirementErrors(path, entry),
        ...adapterErrors(path, entry),
      ];
    }),
  );
  return [...ofEntries, ...listErrors(`${file}.manifests`, manifests)].map((found) => ({ ...found, fix }));
}

type Manifests = NonNullable<Lock["manifests"]>;

/** Decisions whose list of staged files is not in the lock file. */
function missingLists(path: string, { current, previous }: LockEntry, manifests: Manifests): ConfigError[] {
  return Object.entries({ current, previous }).flatMap(([slot, decided]) => {
    const manifest = decided && mirroredOf(decided)?.manifest;
    if (manifest === undefined || Object.hasOwn(manifests, manifest)) return [];
    const problem = `The list of staged files ${show(manifest)} is not in the lock file.`;
    return [configError("MOOR053", `${path}.${slot}.model.manifest`, { problem, allowed: "the hash of a list under `manifests`" })];
  });
}

/** Lists that don't match their hash, or that contain a path twice. */
function listErrors(path: string, manifests: Manifests): ConfigError[] {
  return Object.entries(manifests).flatMap(([digest, files]) => {
    const at = `${path}.${digest}`;
    const paths = files.map((file) => file.path);
    const twice = paths.find((one, index) => paths.indexOf(one) !== index);
    const actual = manifestDigest(files);
    if (twice !== undefined) {
      return [
        configError("MOOR053", at, { problem: `The list contains the file ${show(twice)} more than once.`, allowed: "each file once" }),
      ];
    }
    if (actual === digest) return [];
    const problem = `The hash of the list is ${show(actual)}, not ${show(digest)}. One of its files was edited.`;
    return [configError("MOOR053", at, { problem, allowed: "the list with this hash" })];
  });
}

function nameErrors(path: string, label: string, { current, previous }: LockEntry): ConfigError[] {
  const wrong = Object.entries({ current, previous }).flatMap(([slot, decided]) => {
    const name = decided && `${label}-${recipeHash(decided)}`;
    if (decided === undefined || decided.name === name) return [];
    const problem = `The name is ${show(decided.name)}, but the values of the decision result in ${show(name)}. One of them was edited.`;
    return [configError("MOOR053", `${path}.${slot}.name`, { problem, allowed: "the name with the hash of the values" })];
  });
  if (wrong.length > 0 || previous?.name !== current.name) return wrong;
  const problem = `The previous decision has the same name as the current one: ${show(current.name)}.`;
  return [configError("MOOR053", `${path}.previous.name`, { problem, allowed: "a different decision, or no previous decision" })];
}

/**
 * Compares the requirements with the decision that was made from them: the current one or, after a rollback, the previous one. If that one
 * was retired, there is nothing to compare.
 */
function requirementErrors(path: string, { wish, current, previous, rolledBack }: LockEntry): ConfigError[] {
  const decided = rolledBack ? previous : current;
  if (decided === undefined) return [];
  const copied = copies(decided);
  return Object.entries(wish).flatMap(([key, required]) => {
    if (copied[key] === undefined || required === copied[key] || (key === "size" && required === "auto")) return [];
    const problem = `The value under \`wish\` is ${show(required)}, but the decision ${decided.name} was made for ${show(copied[key])}.`;
    return [configError("MOOR053", `${path}.wish.${key}`, { problem, allowed: show(copied[key]) })];
  });
}

/** Compares the LoRA adapters of the requirements with those of the decision that was made from them. */
function adapterErrors(path: string, { wish, current, previous, rolledBack }: LockEntry): ConfigError[] {
  const decided = rolledBack ? previous : current;
  if (decided === undefined) return [];
  const adapters = mirroredOf(decided)?.adapters ?? [];
  const names = new Set([...adapters.map(({ name }) => name), ...wishedAdapters(wish)]);
  return [...names].flatMap((name) => {
    const adapter = adapters.find((one) => one.name === name);
    const required = wish[`${adapterPrefix}${name}`];
    if (adapter !== undefined && isOfAdapter(required, adapter)) return [];
    const made = adapter === undefined ? "without this adapter" : `for ${show(adapter.id ?? "a folder")} at ${adapter.revision}`;
    const problem = `The value under \`wish\` is ${show(required)}, but the decision ${decided.name} was made ${made}.`;
    return [configError("MOOR053", `${path}.wish.${adapterPrefix}${name}`, { problem, allowed: "the adapter of the decision" })];
  });
}

function wishedAdapters(wish: RecordedRequirements): string[] {
  return Object.keys(wish).flatMap((key) => (key.startsWith(adapterPrefix) ? [key.slice(adapterPrefix.length)] : []));
}

/** Whether a requirement is `<model>` or `<model>@<commit>` of an adapter. The requirement of a folder is its path. */
function isOfAdapter(required: RecordedRequirements[string] | undefined, { id, revision }: AdapterDecision): boolean {
  if (typeof required !== "string") return false;
  return id === undefined || required === id || required === `${id}@${revision}`;
}

/** The values that a decision copies from its requirements. Derived values are left out: they differ between versions of Moor. */
function copies(decision: DeploymentDecision): RecordedRequirements {
  const { instanceType, image, requestSettings, pattern } = decision;
  return {
    size: instanceType,
    image: imageText(image),
    ...("inputs" in image ? { "image.inputs": image.inputs } : {}),
    requestTimeout: requestSettings.requestTimeout,
    ...patternCopies[pattern](decision),
  };
}

/** The copied values of the requirements of each pattern. */
const patternCopies: Readonly<Record<Pattern, (decision: DeploymentDecision) => RecordedRequirements>> = {
  vllm: ({ model, requestSettings }) => ({
    "vllm.concurrencyPerInstance": requestSettings.maxConcurrentRequestsPerInstance,
    ...(model && modelCopies(model)),
  }),
  score: ({ registeredModel, requestSettings }) => ({
    "score.concurrencyPerInstance": requestSettings.maxConcurrentRequestsPerInstance,
    ...(registeredModel && { "score.model": workspaceModelText(registeredModel) }),
  }),
};

/** The copied values of the weights. */
function modelCopies(model: ModelDecision): RecordedRequirements {
  const { id, source } = model;
  const own = { "vllm.model": id, "vllm.source": source };
  switch (model.source) {
    case "mirror":
    case "hub":
      return { ...own, "vllm.revision": model.revision };
    case "workspace":
      return { ...own, "vllm.registeredModel": workspaceModelText(model) };
    case "catalogue":
      return { ...own, "vllm.registeredModel": registryModelUri(model) };
  }
}
