/**
 * The KV cache layout of vLLM: layers are grouped so that all groups have the same number of layers and the same page size, and all groups
 * share one pool of blocks. Capacity is calculated from blocks, not from bytes per token.
 */
import { type CacheLayers, GiB, type Model } from "./model";
import { atLeast } from "./version";

/** The settings that the layout depends on, in addition to the model. */
export interface CacheSettings {
  readonly tensorParallelSize: number;
  /** Value of `--kv-cache-dtype`. */
  readonly kvCacheDtype: string;
  readonly maxNumBatchedTokens: number;
  readonly vllmVersion: string;
  /** Tokens per block. @default 16; 64 with latent attention */
  readonly blockSize?: number;
  /** @default no speculative decoding */
  readonly speculative?: { readonly tokens: number };
}

/** Bits per element, and bytes of scales per head and token, by `--kv-cache-dtype`. */
const kvDtypes: Readonly<Record<string, { readonly bits: number; readonly scaleBytes?: number }>> = {
  auto: { bits: 16 },
  bfloat16: { bits: 16 },
  float16: { bits: 16 },
  fp8: { bits: 8 },
  fp8_e4m3: { bits: 8 },
  fp8_e5m2: { bits: 8 },
  fp8_ds_mla: { bits: 8 },
  fp8_per_token_head: { bits: 8, scaleBytes: 4 },
  int8_per_token_head: { bits: 8, scaleBytes: 4 },
  int4_per_token_head: { bits: 4, scaleBytes: 4 },
  nvfp4: { bits: 4.5 },
};

/** Whether the planner supports this `--kv-cache-dtype`. */
export function isKvCacheDtype(name: string): boolean {
  return Object.hasOwn(kvDtypes, name);
}

/** Bytes per token of DeepSeek's 8-bit latent format: 512 values, their scales, and the rotary part in 16 bits. */
const fp8DsMlaBytes = 656;

/** Default tokens per block. The kernels of latent attention require 64. */
const blockTokens = 16;
const mlaBlockTokens = 64;

/** Pages of state per request: the current page and, for prefix caching, the page that it is aligned to. */
const statePages = 2;

/**
 * Since this version, a request can be in two scheduler steps at the same time, so a window grows by the tokens of both (vLLM pull request
 * 47728, `max_in_flight_tokens`). A log of 0.23 with asynchronous scheduling shows one step.
 */
const twoStepsSince = "0.25.0";

/** One kind of layer: the bytes of a page of one layer, and the values that determine the pages per request. */
interface Spec {
  readonly layers: number;
  readonly pageBytes: number;
  readonly blockTokens: number;
  /** Maximum number of tokens that are kept. @default all */
  readonly keeps?: number;
  /** Additional pages, because a window doesn't have to start at the edge of a block. */
  readonly extraPages: number;
  /** Number of pages if it doesn't depend on the length. */
  readonly fixedPages?: number;
}

/** The cache layout on one GPU. */
export interface CacheLayout {
  /** Bytes of one block of the pool. */
  readonly blockBytes: number;
  readonly specs: readonly Spec[];
  /** Number of groups of each spec. */
  readonly groups: readonly number[];
  /** Tokens of the smallest block. */
  readonly blockTokens: number;
}

/** The layout of a model's cache on each GPU; undefined for a model without a cache. */
export function cacheLayout(model: Model, settings: CacheSettings): CacheLayout | undefined {
  const specs = unifyPages(addUniform(specsOf(model, settings)));
  if (specs.length === 0) return undefined;
  const counts = specs.map((spec) => spec.layers);
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  // vLLM pads the smaller kind if the kinds have nearly the same size. Otherwise, it splits the larger kind into groups of the smaller
  // size.
  const groupSize = most < 1.5 * fewest ? most : fewest;
  return {
    blockBytes: groupSize * specs[0]!.pageBytes,
    specs,
    groups: counts.map((count) => Math.ceil(count / groupSize)),
    blockTokens: Math.min(
      ...specs.filter((spec) => spec.fixedPages === undefined).map((spec) => spec.blockTokens),
      Number.MAX_SAFE_INTEGER,
    ),
  };
}

/** Maximum number of blocks of one request with `length` tokens. */
export function blocksPerRequest(layout: CacheLayout, length: number): number {
  return layout.specs.reduce((sum, spec, i) => {
    const tokens = Math.min(length, spec.keeps ?? length);
    const pages = spec.fixedPages ?? Math.ceil(tokens / spec.blockTokens) + spec.extraPages;
    return sum + layout.groups[i]! * pages;
  }, 0);
}

export interface CacheCapacity {
  /** Concurrent requests of the given length that fit. */
  readonly maxConcurrency: number;
  /** The value that vLLM logs as "GPU KV cache size". */
  readonly kvTokens: number;
  /** GiB of one request of the given length. */
  readonly requestGiB: number;
}

/** The capacity of a cache with `bytes` on each GPU. */
export function cacheCapacity(layout: CacheLayout, bytes: number, maxModelLen: number, vllmVersion: string): CacheCapacity {
  const blocks = Math.max(0, Math.floor(bytes / layout.blockBytes));
  const perRequest = blocksPerRequest(layout, maxModelLen);
  const maxConcurrency = blocks / perRequest;
  const groups = layout.groups.reduce((sum, count) => sum + count, 0);
  const uniform = Math.floor(blocks / groups) * layout.blockTokens;
  // Before 0.21, vLLM logged the blocks divided by the groups. Since then, it logs concurrency × length, which depends on the length.
  const kvTokens = layout.specs.length === 1 || !atLeast(vllmVersion, "0.21.0") ? uniform : Math.floor(maxConcurrency * maxModelLen);
  return { maxConcurrency, kvTokens, requestGiB: (perRequest * layout.blockBytes) / GiB };
}

/**
 * Length in tokens of the longest request of which `concurrency` fit into the cache (`bytesFor`) of a server with that maximum length. At
 * most `limit`; 0 if no token fits.
 */
export function longestRequest(layout: CacheLayout, bytesFor: (length: number) => number, concurrency: number, limit: number): number {
  const fits = (length: number) => blocksPerRequest(layout, length) * concurrency <= Math.floor(bytesFor(length) / layout.blockBytes);
  if (!fits(1)) return 0;
  let [low, high] = [1, limit];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function specsOf(model: Model, settings: CacheSettings): Spec[] {
  const dtype = kvDtypes[settings.kvCacheDtype] ?? kvDtypes.auto!;
  const inFlight = settings.maxNumBatchedTokens * (atLeast(settings.vllmVersion, twoStepsSince) ? 2 : 1);
  const latent = model.cache.filter((layer) => layer.kind === "mla" || layer.kind === "indexer");
  const specs = model.cache
    .filter((layer): layer is AttentionLayers => layer.kind === "full" || layer.kind === "sliding" || layer.kind === "chunked")
    .map((layer) => attentionSpec(layer, dtype, settings, inFlight));
  if (latent.length > 0) specs.push(latentSpec(latent, dtype.bits, settings));
  const state = model.cache.find((layer) => layer.kind === "state");
  return state ? withState(specs, state, settings) : specs;
}

type AttentionLayers = Extract<CacheLayers, { kind: "full" | "sliding" | "chunked" }>;

function attentionSpec(
  layer: AttentionLayers,
  dtype: { bits: number; scaleBytes?: number },
  { tensorParallelSize: tp, blockSize = blockTokens }: CacheSettings,
  inFlight: number,
): Spec {
  // With more GPUs than KV heads, heads are replicated and capacity no longer grows.
  const heads = Math.max(1, Math.floor(layer.kvHeads / tp));
  const tokenBytes = 2 * heads * ((layer.headDim * dtype.bits) / 8 + (dtype.scaleBytes ?? 0));
  const spec = { layers: layer.layers, pageBytes: blockSize * tokenBytes, blockTokens: blockSize };
  if (layer.kind === "sliding") return { ...spec, keeps: layer.window - 1 + inFlight, extraPages: 1 };
  if (layer.kind === "chunked") return { ...spec, keeps: layer.window + inFlight, extraPages: 0 };
  return { ...spec, extraPages: 0 };
}

/** Latent attention with its indexer: one group in which each layer has its own page, so their bytes add up. */
function latentSpec(
  layers: readonly CacheLayers[],
  bits: number,
  { kvCacheDtype: dtype, blockSize = mlaBlockTokens }: CacheSettings,
): Spec {
  const main = layers.find((layer) => layer.kind === "mla");
  const tokenBytes = layers.reduce((sum, layer) => {
    if (layer.kind === "indexer") return sum + layer.width;
    if (layer.kind !== "mla") return sum;
    const sparse = layers.length > 1;
    return sum + (bits === 8 && (sparse || dtype === "fp8_ds_mla") ? fp8DsMlaBytes : (layer.width * bits) / 8);
  }, 0);
  return { layers: main?.layers ?? 0, pageBytes: blockSize * tokenBytes, blockTokens: blockSize, extraPages: 0 };
}

/**
 * A state page is large, so vLLM enlarges the attention blocks until their page is at least as large, and pads the state page to that size.
 */
function withState(specs: Spec[], layer: Extract<CacheLayers, { kind: "state" }>, settings: CacheSettings): Spec[] {
  const { convElements, convBytes, ssmElements, ssmBytes } = layer.state;
  const stateBytes = (convElements * convBytes + ssmElements * ssmBytes) / settings.tensorParallelSize;
  // Each proposed token has its own state until it is verified.
  const fixedPages = statePages + (settings.speculative?.tokens ?? 0);
  const state = { layers: layer.layers, blockTokens: 1, extraPages: 0, fixedPages };
  const largest = specs.reduce<Spec | undefined>((best, spec) => (best && best.pageBytes >= spec.pageBytes ? best : spec), undefined);
  if (!largest) return [{ ...state, pageBytes: stateBytes }];
  const scale = Math.max(1, Math.ceil(stateBytes / largest.pageBytes));
  const enlarged = specs.map((spec) => ({ ...spec, pageBytes: spec.pageBytes * scale, blockTokens: spec.blockTokens * scale }));
  return [...enlarged, { ...state, pageBytes: largest.pageBytes * scale }];
}

/**
 * Layers that all keep every token form one group, even if their pages have different sizes, as those of a draft model: the bytes of their
 * pages add up.
 */
function addUniform(specs: Spec[]): Spec[] {
  const [first] = specs;
  const isPlain = (spec: Spec) => spec.keeps === undefined && spec.fixedPages === undefined && spec.extraPages === 0;
  if (specs.length < 2 || !specs.every((spec) => isPlain(spec) && spec.blockTokens === first!.blockTokens)) return specs;
  return [{ ...first!, layers: 1, pageBytes: specs.reduce((sum, spec) => sum + spec.layers * spec.pageBytes, 0) }];
}

/** Sets all pages to the size of the largest page. A smaller kind then has more tokens per page. */
function unifyPages(specs: Spec[]): Spec[] {
  const largest = Math.max(0, ...specs.map((spec) => spec.pageBytes));
  return specs.map((spec) => ({ ...spec, pageBytes: largest, blockTokens: spec.blockTokens * Math.floor(largest / spec.pageBytes) }));
}
