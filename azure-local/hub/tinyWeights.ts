import { createHash } from "node:crypto";

/** Shapes by the name of the tensor. */
export type Tensors = Readonly<Record<string, readonly number[]>>;

export interface Shards {
  readonly files: readonly { readonly name: string; readonly bytes: Buffer }[];
  /** The file model.safetensors.index.json. */
  readonly index: { readonly metadata: { readonly total_size: number }; readonly weight_map: Readonly<Record<string, string>> };
}

/** Bytes of a bfloat16. */
const width = 2;

/**
 * Random weights as safetensors files, which depend only on the seed. Source of the format: huggingface/safetensors, README.md.
 * Weights of norms are 1, all others are uniform between -0.05 and 0.05.
 */
export function shardsOf(tensors: Tensors, count: number, seed: string): Shards {
  const names = Object.keys(tensors).sort();
  const perShard = Math.ceil(names.length / count);
  const files = Array.from({ length: count }, (_, shard) => {
    const number = (value: number) => String(value).padStart(5, "0");
    const own = names.slice(shard * perShard, (shard + 1) * perShard);
    return { own, name: `model-${number(shard + 1)}-of-${number(count)}.safetensors`, bytes: safetensors(own, tensors, seed) };
  });
  const total = names.reduce((sum, name) => sum + sizeOf(tensors[name]!), 0);
  return {
    files,
    index: {
      metadata: { total_size: total },
      weight_map: Object.fromEntries(files.flatMap(({ own, name }) => own.map((tensor) => [tensor, name]))),
    },
  };
}

function safetensors(names: readonly string[], tensors: Tensors, seed: string): Buffer {
  let offset = 0;
  const entries = names.map((name) => {
    const begin = offset;
    offset += sizeOf(tensors[name]!);
    return [name, { dtype: "BF16", shape: tensors[name], data_offsets: [begin, offset] }] as const;
  });
  const text = JSON.stringify({ __metadata__: { format: "pt" }, ...Object.fromEntries(entries) });
  const header = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, ...names.map((name) => values(name, tensors[name]!, seed))]);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, one) => product * one, width);
}

function values(name: string, shape: readonly number[], seed: string): Buffer {
  const bytes = Buffer.alloc(sizeOf(shape));
  const isNorm = name.endsWith("norm.weight");
  let state = createHash("sha256").update(`${seed} ${name}`).digest().readUInt32LE();
  for (let position = 0; position < bytes.length; position += width) {
    // A linear congruential generator (Numerical Recipes).
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes.writeUInt16LE(bfloat16(isNorm ? 1 : (state / 2 ** 32 - 0.5) / 10), position);
  }
  return bytes;
}

const converter = new DataView(new ArrayBuffer(4));

/** The upper half of a 32-bit number. */
function bfloat16(value: number): number {
  converter.setFloat32(0, value);
  return converter.getUint16(0);
}
