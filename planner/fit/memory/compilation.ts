/** Memory of the first compilation of a model, which vLLM counts as activation. */

import type { Model } from "../model";
import { atLeast } from "../version";
import type { Batch } from "./batch";

/** Since this version, vLLM's compiler configuration has `combo_kernels` and `benchmark_combo_kernel`. */
const timesKernelsSince = "0.11.1";

/**
 * Bytes of a start with an empty compilation cache. The compiler times its kernels with copies of their inputs, and the kernel of the
 * embedding has the whole table as input. Models with image input look up the embedding outside the compiled part. A later start with the
 * same settings and cache doesn't need this memory: one server had peaks of 1.18 and 0.19 GiB, and its table has 1.16 GiB (vLLM issues 54122
 * and 54383). A container starts with an empty cache, so this is the planned case.
 */
export function compilationBytes(model: Model, batch: Batch): number {
  if (batch.enforceEager || model.vision || model.encoder || !atLeast(batch.vllmVersion, timesKernelsSince)) return 0;
  return (2 * model.vocab * model.hidden) / batch.tensorParallelSize;
}
