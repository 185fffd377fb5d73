/** Which files of a model repository contain the weights that vLLM reads. */

/** Files that training leaves next to the weights. Source: vLLM, `filter_files_not_needed_for_inference`. */
const trainingFiles = /^(training_args|optimizer|scheduler|scaler)\./;

/**
 * The weight files among the files of a repository. Only files in the folder itself count: subfolders contain other formats, such as
 * `original/` and `metal/`. `consolidated` files are a second copy of the sharded files. Source: vLLM, `DefaultModelLoader`.
 * @param names Paths in the repository.
 * @param shards Names in the index (`weight_map` of `model.safetensors.index.json`). @default - there is no index
 * @returns the safetensors files; without any, the files of PyTorch
 */
export function weightFileNames(names: readonly string[], shards?: ReadonlySet<string>): string[] {
  const own = names.filter((name) => !name.includes("/"));
  const safetensors = own.filter((name) => name.endsWith(".safetensors"));
  const listed = shards === undefined ? [] : safetensors.filter((name) => shards.has(name));
  if (listed.length > 0) return listed;
  const single = safetensors.filter((name) => !name.startsWith("consolidated"));
  if (single.length > 0) return single;
  return safetensors.length > 0 ? safetensors : own.filter((name) => name.endsWith(".bin") && !trainingFiles.test(name));
}
