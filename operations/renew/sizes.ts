/** Renews the numbers of the sizes from a saved answer of `az vm list-skus` or of Azure's Resource SKUs API. */
import * as path from "node:path";
import { canonicalRegion, regions } from "../../facts/regions";
import type { Size } from "../../facts/sizes";
import { readTable, rowChanges, tableText } from "./dataFile";
import { replaceFiles } from "./replaceFiles";
import { asObject, checkDate, readPages } from "./savedAnswer";

export interface RenewSizesOptions {
  /** Folder of the program. */
  readonly root: string;
  /** File with the answer. */
  readonly from: string;
  /** Day on which the answer was saved, `YYYY-MM-DD`. */
  readonly asOf: string;
}

/** The parts of a size that Azure's answer states. */
type Machine = Pick<Size, "vCpu" | "ramGiB" | "tempDiskGiB" | "nvmeGiB" | "gpus">;

interface Sku {
  readonly name: string;
  readonly locations: readonly string[];
  readonly machine: Machine;
}

const source =
  "Azure docs, reference-managed-online-endpoints-vm-sku-list (sizes, quota families, reserves); vCPUs, memory, disks and GPUs: Azure Resource SKUs API";

/**
 * Writes vCPUs, memory, disks and GPUs in facts/size-table.json. Which sizes managed online endpoints support is in Azure's documentation,
 * so no size is added or removed. Writes nothing if nothing changed.
 * @returns what changed, a line each
 * @throws Error with one sentence if the answer can't be used. In this case, nothing is written.
 */
export function renewSizes({ root, from, asOf }: RenewSizesOptions): readonly string[] {
  checkDate(asOf);
  const skus = new Map(skusOf(from).map((sku) => [sku.name, sku]));
  const file = path.join(root, "facts", "size-table.json");
  const before = readTable<Size>(file, "sizes");
  const listed = Object.keys(before.rows).filter((name) => skus.has(name));
  if (listed.length === 0) {
    throw new Error(
      `${from} contains none of the sizes of managed online endpoints. Save the answer without a filter of sizes. Nothing was written.`,
    );
  }
  const rows = Object.fromEntries(Object.entries(before.rows).map(([name, size]) => [name, renewed(size, skus.get(name)?.machine)]));
  const changes = rowChanges(before.rows, rows);
  const name = path.relative(root, file);
  const notes = [...unlistedNote(before.rows, skus), ...regionNote([...skus.values()])];
  if (changes.length === 0) return [...notes, `${name} is up to date: ${listed.length} sizes of the answer have the same numbers.`];
  replaceFiles([{ file, bytes: Buffer.from(tableText({ source, asOf, rows }, "sizes")) }]);
  return [...changes, ...notes, `${name} now contains the numbers of ${listed.length} sizes of the answer.`];
}

/** A size with the machine's numbers. A fractional size keeps its number of GPUs, which Azure counts differently. */
function renewed(size: Size, machine: Machine | undefined): Size {
  if (machine === undefined) return size;
  const { nvmeGiB = size.nvmeGiB, gpus, ...others } = machine;
  return { ...size, ...others, nvmeGiB: nvmeGiB || undefined, ...(size.gpuShare === undefined ? { gpus } : {}) };
}

/** Sizes in use that Azure doesn't list, which can be retired. */
function unlistedNote(rows: Readonly<Record<string, Size>>, skus: ReadonlyMap<string, Sku>): readonly string[] {
  const names = Object.entries(rows).flatMap(([name, { retired }]) => (retired === undefined && !skus.has(name) ? [name] : []));
  if (names.length === 0) return [];
  return [
    `The answer doesn't contain ${names.length} sizes of the table, which can be retired or not available to the subscription: ${names.join(", ")}.`,
  ];
}

/** Regions in which Azure offers a size of the answer and that facts/regions.ts doesn't contain. */
function regionNote(skus: readonly Sku[]): readonly string[] {
  const names = new Set(
    skus.flatMap(({ locations }) => locations.map(canonicalRegion)).filter((region) => !Object.hasOwn(regions, region)),
  );
  return names.size === 0 ? [] : [`facts/regions.ts doesn't contain these regions of the answer: ${[...names].sort().join(", ")}.`];
}

/** The virtual machine sizes of an answer, each once with all its locations. */
function skusOf(from: string): readonly Sku[] {
  const found = new Map<string, Sku>();
  for (const { file, value } of readPages(from)) {
    // The API wraps the list that the Azure CLI prints.
    const list = Array.isArray(value) ? value : asObject(value)?.value;
    if (!Array.isArray(list))
      throw new Error(`${file} is not a list of SKUs: it is neither a list nor an object with a list \`value\`. Nothing was written.`);
    for (const item of list) {
      const sku = skuOf(item, file);
      if (sku === undefined) continue;
      const other = found.get(sku.name);
      found.set(sku.name, other === undefined ? sku : { ...sku, locations: [...other.locations, ...sku.locations] });
    }
  }
  return [...found.values()];
}

function skuOf(value: unknown, file: string): Sku | undefined {
  const item = asObject(value);
  if (item?.resourceType !== "virtualMachines" || typeof item.name !== "string") return undefined;
  const { name } = item;
  const capabilities = new Map(
    (Array.isArray(item.capabilities) ? item.capabilities : []).map((one) => [asObject(one)?.name, asObject(one)?.value] as const),
  );
  const read = (capability: string, fallback?: number) => {
    const text = capabilities.get(capability);
    const amount = text === undefined ? fallback : Number(text);
    if (amount !== undefined && Number.isFinite(amount) && amount >= 0) return amount;
    throw new Error(
      `${file}: the capability ${capability} of ${name} is ${JSON.stringify(text ?? null)}; it must be a number. Nothing was written.`,
    );
  };
  const locations = (Array.isArray(item.locations) ? item.locations : []).filter((one) => typeof one === "string");
  const gibOfMib = (mib: number) => Math.floor(mib / 1024);
  return {
    name,
    locations,
    machine: {
      vCpu: read("vCPUs"),
      ramGiB: read("MemoryGB"),
      tempDiskGiB: gibOfMib(read("MaxResourceVolumeMB", 0)),
      // Azure states it only for some series.
      ...(capabilities.has("NvmeDiskSizeInMiB") ? { nvmeGiB: gibOfMib(read("NvmeDiskSizeInMiB")) } : {}),
      gpus: read("GPUs", 0),
    },
  };
}
