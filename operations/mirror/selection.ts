/** Selects the files of a model repository that are staged: weights as safetensors, and the text files that vLLM and transformers read. */
import { manifestFileName, manifestPathPattern } from "../../planner/weights";
import { some, WeightsError } from "./error";

export const remoteCodes = ["refuse", "omit", "allow"] as const;

/** What is done with the Python files of a repository (`vllm.remoteCode`). */
export type RemoteCode = (typeof remoteCodes)[number];

/** A selected part of the files of a repository. */
export interface Selection<File> {
  /** In the order of their paths. */
  readonly files: readonly File[];
  /** Paths of the Python files that are not staged. Empty except with `omit`. */
  readonly omittedPython: readonly string[];
  /** Paths of weights in pickle formats, which are never staged. */
  readonly omittedPickle: readonly string[];
}

export interface SelectionOptions {
  /** Model ID, for messages. */
  readonly id: string;
  /** Deployments that use the model, for messages. */
  readonly deployments: readonly string[];
  readonly remoteCode: RemoteCode;
  /** Content of `model.safetensors.index.json`. Undefined if the repository has none. */
  readonly index: string | undefined;
}

/** The index of weights that are split into several files. Source: transformers, `SAFE_WEIGHTS_INDEX_NAME`. */
export const indexName = "model.safetensors.index.json";

const singleName = "model.safetensors";

/** Folders with other copies of the weights, in other formats. */
const otherCopies = /^(original|metal|onnx)\//;
const hidden = /(^|\/)\./;

/** Files in the root, or in the folder of a module of sentence-transformers, such as `1_Pooling`. */
const inModule = /^(\d+_[^/]+\/)?[^/]+$/;

const pickle = /\.(bin|pt|pth|ckpt|pkl|h5|msgpack)$/i;
const python = /\.py$/i;
const textFile = /(\.(json|txt|model|jinja|tiktoken)|(^|\/)(LICENSE|NOTICE)[^/]*)$/;

/**
 * Selects the files to stage.
 * @throws WeightsError if the repository has no safetensors, has Python files without a decision about them, or has a path that a list
 * can't contain
 */
export function selectFiles<File extends { readonly path: string }>(files: readonly File[], options: SelectionOptions): Selection<File> {
  const counted = files.filter(({ path }) => !otherCopies.test(path) && !hidden.test(path));
  const paths = new Set(counted.map(({ path }) => path));
  const weights = weightsOf(paths, options);
  const code = [...paths].filter((path) => python.test(path));
  if (code.length > 0 && options.remoteCode === "refuse") throw pythonRefusal(options, code);
  const isStaged = (path: string): boolean => {
    if (weights.has(path)) return true;
    if (!inModule.test(path)) return false;
    if (python.test(path)) return options.remoteCode === "allow";
    // A module of sentence-transformers, such as a dense layer, has weights of its own.
    return textFile.test(path) || (path.includes("/") && path.endsWith(".safetensors"));
  };
  const selected = counted.filter(({ path }) => path !== manifestFileName && isStaged(path));
  const unlisted = selected.map(({ path }) => path).filter((path) => !manifestPathPattern.test(path));
  if (unlisted.length > 0) throw namesRefusal(options, unlisted);
  return {
    files: [...selected].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
    omittedPython: code.filter((path) => !isStaged(path)).sort(),
    omittedPickle: [...paths].filter((path) => pickle.test(path)).sort(),
  };
}

/** The safetensors files of the model: those of the index, or the only one, or all in the root. */
function weightsOf(paths: ReadonlySet<string>, options: SelectionOptions): ReadonlySet<string> {
  const { id, index } = options;
  if (index !== undefined) {
    const shards = shardsOf(id, index);
    const missing = shards.filter((shard) => !paths.has(shard));
    if (missing.length === 0) return new Set(shards);
    throw new WeightsError(
      "index",
      `${id}: ${indexName} names files that the commit doesn't have: ${some(missing)}. Set \`vllm.revision\` to a complete commit.`,
    );
  }
  if (paths.has(singleName)) return new Set([singleName]);
  const inRoot = [...paths].filter((path) => !path.includes("/") && path.endsWith(".safetensors"));
  if (inRoot.length > 0) return new Set(inRoot);
  const pickles = [...paths].filter((path) => pickle.test(path));
  if (pickles.length > 0) {
    throw new WeightsError(
      "pickle",
      `${id} has its weights only in pickle formats (${some(pickles)}), which can run code when they are loaded. Allowed: safetensors. ` +
        "Choose a commit with safetensors, or another model.",
    );
  }
  throw new WeightsError(
    "noSafetensors",
    `${id} has no weights in the format safetensors. Choose a commit with safetensors, or another model.`,
  );
}

function shardsOf(id: string, index: string): string[] {
  const shards = shardsIn(index);
  const isValid = shards.length > 0 && shards.every((shard) => shard.endsWith(".safetensors"));
  if (isValid) return [...new Set(shards)];
  throw new WeightsError(
    "index",
    `${id}: ${indexName} isn't a valid index: its \`weight_map\` doesn't map tensors to safetensors files. Set \`vllm.revision\` to another commit.`,
  );
}

function shardsIn(index: string): string[] {
  try {
    const { weight_map } = JSON.parse(index) as { readonly weight_map?: unknown };
    if (typeof weight_map !== "object" || weight_map === null || Array.isArray(weight_map)) return [];
    const shards = Object.values(weight_map);
    return shards.every((shard) => typeof shard === "string") ? shards : [];
  } catch {
    return [];
  }
}

function pythonRefusal({ id, deployments }: SelectionOptions, code: readonly string[]): WeightsError {
  return new WeightsError(
    "python",
    [
      `${id} has Python files, which vLLM could run in the container: ${some(code)}. Nothing was copied. Set \`vllm.remoteCode\` of ${deployments.join(", ")} to one of these values, and run \`npm run lock\`:`,
      "  omit    stages the model without them; for architectures that vLLM implements itself",
      "  allow   stages them too, after you reviewed them at this commit; the flag trust-remote-code is then allowed",
      "  refuse  (default) stages no model with Python files; choose another model or commit",
    ].join("\n"),
  );
}

function namesRefusal({ id }: SelectionOptions, paths: readonly string[]): WeightsError {
  return new WeightsError(
    "names",
    `${id}: the list of files can't contain these paths: ${some(paths)}. Allowed: letters, digits and . _ + = -, separated by /. ` +
      "Choose a commit without such files.",
  );
}
