/**
 * The KV cache as vLLM lays it out: pages of blocks, layers grouped so that all groups have the same number of layers and the same page,
 * one pool of blocks for all. Capacity follows from blocks, never from bytes per token.
 */
import { type CacheLayers, GiB, type Model } from "./model";
import { atLeast } from "./version";

/** What the layout depends on besides the model. */
export interface CacheSettings {
  readonly tensorParallelSize: number;
  /** Value of `--kv-cache-dtype`. */
  readonly kvCacheDtype: string;
  readonly maxNumBatchedTokens: number;
  readonly vllmVersion: string;
}

/** Bits of one element, and bytes of scales for each head and token, by `--kv-cache-dtype`. */
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

/** Whether the planner knows how wide this `--kv-cache-dtype` is. */
export function isKvCacheDtype(name: string): boolean {
  return Object.hasOwn(kvDtypes, name);
}

/** Bytes a token of DeepSeek's own 8-bit latent format: 512 values, their scales, and the rotary part in 16 bit. */
const fp8DsMlaBytes = 656;

/** Tokens of a block where nothing forces another number; latent attention's kernels want 64. */
const blockTokens = 16;
const mlaBlockTokens = 64;

/** Pages of state that a request holds: the current one and, for prefix caching, the one it is aligned to. */
const statePages = 2;

/** One kind of layer: bytes of a page of one layer, and the pages that a request of a length needs. */
interface Spec {
  readonly layers: number;
  readonly pageBytes: number;
  readonly blockTokens: number;
  /** Longest run of tokens that is kept; undefined: all of them. */
  readonly keeps?: number;
  /** Pages beyond the tokens' own: a window need not start at a block's edge. */
  readonly extraPages: number;
  /** Pages whatever the length. */
  readonly fixedPages?: number;
}

/** The layout for one GPU. */
export interface CacheLayout {
  /** Bytes of one block of the pool. */
  readonly blockBytes: number;
  readonly specs: readonly Spec[];
  /** Groups of each spec. */
  readonly groups: readonly number[];
  /** Tokens of the smallest block. */
  readonly blockTokens: number;
}

/** The layout of a model's cache on each GPU. A model without any cache has no layout. */
export function cacheLayout(model: Model, settings: CacheSettings): CacheLayout | undefined {
  const specs = unifyPages(specsOf(model, settings));
  if (specs.length === 0) return undefined;
  const counts = specs.map((spec) => spec.layers);
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
  // vLLM pads the smaller kind when the kinds are nearly equal, and otherwise splits the larger into groups of the smaller's size.
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

/** Blocks that one request of `length` tokens takes at most. */
export function blocksPerRequest(layout: CacheLayout, length: number): number {
  return layout.specs.reduce((sum, spec, i) => {
    const tokens = Math.min(length, spec.keeps ?? length);
    const pages = spec.fixedPages ?? Math.ceil(tokens / spec.blockTokens) + spec.extraPages;
    return sum + layout.groups[i]! * pages;
  }, 0);
}

export interface CacheCapacity {
  /** Requests of the asked length that fit at once. */
  readonly maxConcurrency: number;
  /** What vLLM logs as "GPU KV cache size". */
  readonly kvTokens: number;
  /** GiB that one request of the asked length takes. */
  readonly requestGiB: number;
}

/** What `bytes` of cache on each GPU hold. */
export function cacheCapacity(layout: CacheLayout, bytes: number, maxModelLen: number, vllmVersion: string): CacheCapacity {
  const blocks = Math.max(0, Math.floor(bytes / layout.blockBytes));
  const perRequest = blocksPerRequest(layout, maxModelLen);
  const maxConcurrency = blocks / perRequest;
  const groups = layout.groups.reduce((sum, count) => sum + count, 0);
  const uniform = Math.floor(blocks / groups) * layout.blockTokens;
  // Before 0.21 the log divided blocks evenly among groups; since then it is concurrency times length, so it depends on the length.
  const kvTokens = layout.specs.length === 1 || !atLeast(vllmVersion, "0.21.0") ? uniform : Math.floor(maxConcurrency * maxModelLen);
  return { maxConcurrency, kvTokens, requestGiB: (perRequest * layout.blockBytes) / GiB };
}

/**
 * Longest request, in tokens, of which `concurrency` fit into the bytes that a server of that length leaves; at most `limit`, 0 if not even
 * one token fits.
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
  // A request may be in two scheduler steps at once, so a window grows by what is in flight.
  const inFlight = settings.maxNumBatchedTokens * (atLeast(settings.vllmVersion, "0.21.0") ? 2 : 1);
  const latent = model.cache.filter((layer) => layer.kind === "mla" || layer.kind === "indexer");
  const specs = model.cache
    .filter((layer): layer is AttentionLayers => layer.kind === "full" || layer.kind === "sliding" || layer.kind === "chunked")
    .map((layer) => attentionSpec(layer, dtype, settings.tensorParallelSize, inFlight));
  if (latent.length > 0) specs.push(latentSpec(latent, dtype.bits, settings.kvCacheDtype));
  const state = model.cache.find((layer) => layer.kind === "state");
  return state ? withState(specs, state, settings.tensorParallelSize) : specs;
}

type AttentionLayers = Extract<CacheLayers, { kind: "full" | "sliding" | "chunked" }>;

function attentionSpec(layer: AttentionLayers, dtype: { bits: number; scaleBytes?: number }, tp: number, inFlight: number): Spec {
  // Above as many GPUs as KV heads, each head is copied: capacity stops growing.
  const heads = Math.max(1, Math.floor(layer.kvHeads / tp));
  const tokenBytes = 2 * heads * ((layer.headDim * dtype.bits) / 8 + (dtype.scaleBytes ?? 0));
  const spec = { layers: layer.layers, pageBytes: blockTokens * tokenBytes, blockTokens };
  if (layer.kind === "sliding") return { ...spec, keeps: layer.window - 1 + inFlight, extraPages: 1 };
  if (layer.kind === "chunked") return { ...spec, keeps: layer.window + inFlight, extraPages: 0 };
  return { ...spec, extraPages: 0 };
}

/** Latent attention with its indexer: one group, each layer with its own page, so their bytes add up. */
function latentSpec(layers: readonly CacheLayers[], bits: number, dtype: string): Spec {
  const main = layers.find((layer) => layer.kind === "mla");
  const tokenBytes = layers.reduce((sum, layer) => {
    if (layer.kind === "indexer") return sum + layer.width;
    if (layer.kind !== "mla") return sum;
    const sparse = layers.length > 1;
    return sum + (bits === 8 && (sparse || dtype === "fp8_ds_mla") ? fp8DsMlaBytes : (layer.width * bits) / 8);
  }, 0);
  return { layers: main?.layers ?? 0, pageBytes: mlaBlockTokens * tokenBytes, blockTokens: mlaBlockTokens, extraPages: 0 };
}

/** A state page is large, so attention's block is enlarged until its page is as large, and the state's page padded to that. */
function withState(specs: Spec[], layer: Extract<CacheLayers, { kind: "state" }>, tp: number): Spec[] {
  const { convElements, convBytes, ssmElements, ssmBytes } = layer.state;
  const stateBytes = (convElements * convBytes + ssmElements * ssmBytes) / tp;
  const state = { layers: layer.layers, blockTokens: 1, extraPages: 0, fixedPages: statePages };
  const largest = specs.reduce<Spec | undefined>((best, spec) => (best && best.pageBytes >= spec.pageBytes ? best : spec), undefined);
  if (!largest) return [{ ...state, pageBytes: stateBytes }];
  const scale = Math.max(1, Math.ceil(stateBytes / largest.pageBytes));
  const enlarged = specs.map((spec) => ({ ...spec, pageBytes: spec.pageBytes * scale, blockTokens: spec.blockTokens * scale }));
  return [...enlarged, { ...state, pageBytes: largest.pageBytes * scale }];
}

/** All pages get the largest page's size: a smaller kind takes more tokens to a page. */
function unifyPages(specs: Spec[]): Spec[] {
  const largest = Math.max(0, ...specs.map((spec) => spec.pageBytes));
  return specs.map((spec) => ({ ...spec, pageBytes: largest, blockTokens: spec.blockTokens * Math.floor(largest / spec.pageBytes) }));
}
