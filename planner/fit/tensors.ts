/** The tensors of a checkpoint, from the headers of its safetensors files. */
import type { TensorGroup } from "./record";

/** One tensor in a header. */
export interface HeaderTensor {
  readonly dtype: string;
  /** First byte and the byte after the last one, counted from the end of the header. */
  readonly data_offsets: readonly [number, number];
}

/** The header of a safetensors file: tensors by name, without `__metadata__`. */
export type SafetensorsHeader = Readonly<Record<string, HeaderTensor>>;

/** Maximum length of a header, bytes. Source: the safetensors format. */
export const longestHeader = 100_000_000;

/** The header in a parsed JSON text. Undefined if it is none. */
export function headerFrom(value: unknown): SafetensorsHeader | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const tensors = Object.entries(value).filter(([name]) => name !== "__metadata__");
  return tensors.every(([, tensor]) => isTensor(tensor)) ? Object.fromEntries(tensors) : undefined;
}

function isTensor(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { dtype, data_offsets: offsets } = value as { readonly dtype?: unknown; readonly data_offsets?: unknown };
  if (typeof dtype !== "string" || !Array.isArray(offsets) || offsets.length !== 2) return false;
  const [from, to] = offsets as unknown[];
  return isOffset(from) && isOffset(to) && from <= to;
}

function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Bytes of the tensors in a file that has this header. */
export function dataBytes(header: SafetensorsHeader): number {
  return Math.max(0, ...Object.values(header).map(({ data_offsets: [, to] }) => to));
}

/**
 * Groups the tensors by their name and type. In the name of a group, `*` replaces the numbers of layers and experts. The number of a layer
 * that the model doesn't have stays, because such layers are for multi-token prediction.
 * @param layers `num_hidden_layers` of the model. @default - the number of each layer is replaced
 */
export function groupTensors(headers: readonly SafetensorsHeader[], layers = Number.POSITIVE_INFINITY): TensorGroup[] {
  const groups = new Map<string, { name: string; dtype: string; count: number; bytes: number }>();
  for (const header of headers) {
    for (const [tensor, { dtype, data_offsets: offsets }] of Object.entries(header)) {
      const name = groupName(tensor, layers);
      const group = groups.get(`${name} ${dtype}`) ?? { name, dtype, count: 0, bytes: 0 };
      group.count += 1;
      group.bytes += offsets[1] - offsets[0];
      groups.set(`${name} ${dtype}`, group);
    }
  }
  return [...groups.values()].sort((a, b) => compare(a.name, b.name) || compare(a.dtype, b.dtype));
}

/** Parts of names whose layers belong to another tower, which has its own number of layers. */
const otherTower = /vision|visual|audio|encoder/;

function groupName(tensor: string, layers: number): string {
  const isLanguage = !otherTower.test(tensor);
  const parts = tensor.split(".");
  return parts
    .map((part, at) => {
      if (!/^\d+$/.test(part)) return part;
      return isLanguage && parts[at - 1] === "layers" && Number(part) >= layers ? part : "*";
    })
    .join(".");
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
