// Proves which numbers of a saved answer of `az vm list-skus` reach the table of sizes, that a second run changes nothing, and that an answer that
// can't be used changes nothing. The answers have the form that Microsoft documents. Doesn't prove what Azure states today.
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Size } from "../../../facts/sizes";
import { readTable } from "../../../operations/renew/dataFile";
import { renewSizes } from "../../../operations/renew/sizes";

const t4: Size = { family: "NCASv3_T4", vCpu: 4, ramGiB: 28, tempDiskGiB: 176, gpus: 1, gpu: "T4", upgradeReserve: true };
const a100: Size = { family: "NCADSA100v4", vCpu: 24, ramGiB: 220, tempDiskGiB: 64, gpus: 1, gpu: "A100-80GB-PCIe", upgradeReserve: false };
const a10: Size = {
  family: "NVADSA10v5",
  vCpu: 6,
  ramGiB: 55,
  tempDiskGiB: 180,
  gpus: 1,
  gpu: "A10",
  gpuShare: 1 / 6,
  upgradeReserve: true,
};
const old: Size = {
  family: "NCSv3",
  vCpu: 6,
  ramGiB: 112,
  tempDiskGiB: 736,
  gpus: 1,
  gpu: "V100-16GB",
  upgradeReserve: true,
  retired: "2025-09-30",
};

let root: string;
const table = () => path.join(root, "facts", "size-table.json");
const from = () => path.join(root, "skus.json");
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "moor-sizes-"));
  fs.mkdirSync(path.join(root, "facts"));
  const sizes = { Standard_NC4as_T4_v3: t4, Standard_NC24ads_A100_v4: a100, Standard_NV6ads_A10_v5: a10, Standard_NC6s_v3: old };
  fs.writeFileSync(table(), JSON.stringify({ source: "an older list", asOf: "2025-10-18", sizes }));
});
afterEach(() => fs.rmSync(root, { recursive: true }));

const sku = (name: string, capabilities: Readonly<Record<string, string>>, location = "SwedenCentral") => ({
  ...{ resourceType: "virtualMachines", name, tier: "Standard", family: "standardFamily", locations: [location], restrictions: [] },
  capabilities: Object.entries(capabilities).map(([key, value]) => ({ name: key, value })),
});
const t4Sku = sku("Standard_NC4as_T4_v3", { vCPUs: "4", MemoryGB: "28", MaxResourceVolumeMB: "180224", GPUs: "1" });
const a100Numbers = { vCPUs: "24", MemoryGB: "220", MaxResourceVolumeMB: "65536", GPUs: "1", NvmeDiskSizeInMiB: "915527" };
const a100Sku = sku("Standard_NC24ads_A100_v4", a100Numbers);
const a10Sku = sku("Standard_NV6ads_A10_v5", { vCPUs: "6", MemoryGB: "55", MaxResourceVolumeMB: "184320", GPUs: "0" });
const disk = { resourceType: "disks", name: "Premium_LRS", locations: ["eastus"], capabilities: [] };

const renew = (answer: unknown, asOf = "2026-12-01") => {
  fs.writeFileSync(from(), typeof answer === "string" ? answer : JSON.stringify(answer));
  return renewSizes({ root, from: from(), asOf });
};
const read = () => readTable<Size>(table(), "sizes");

test("renews vCPUs, memory, disks and GPUs, and keeps the rest", () => {
  expect(renew([t4Sku, a100Sku, { ...a10Sku, locations: ["northwales"] }, disk])).toEqual([
    "Changed Standard_NC24ads_A100_v4: nvmeGiB (none) is now 894.",
    "facts/regions.ts doesn't contain these regions of the answer: northwales.",
    "facts/size-table.json now contains the numbers of 3 sizes of the answer.",
  ]);
  const { asOf, source, rows } = read();
  expect(asOf).toBe("2026-12-01");
  expect(source).toMatch(/Azure Resource SKUs API$/);
  expect(rows).toEqual({
    Standard_NC4as_T4_v3: t4,
    Standard_NC24ads_A100_v4: { ...a100, nvmeGiB: 894 },
    Standard_NV6ads_A10_v5: a10,
    Standard_NC6s_v3: old,
  });
});

test("reads the answer of the API, which wraps the list, and a byte order mark", () => {
  renew(`\uFEFF${JSON.stringify({ value: [t4Sku, a100Sku, a10Sku] })}`);
  expect(read().rows.Standard_NC24ads_A100_v4).toEqual({ ...a100, nvmeGiB: 894 });
});

test("a second run changes nothing, also on another day", () => {
  renew([t4Sku, a100Sku, a10Sku]);
  const before = fs.readFileSync(table(), "utf8");
  const upToDate = "facts/size-table.json is up to date: 3 sizes of the answer have the same numbers.";
  expect(renew([t4Sku, a100Sku, a10Sku], "2026-12-24")).toEqual([upToDate]);
  expect(fs.readFileSync(table(), "utf8")).toBe(before);
});

test("names sizes that Azure doesn't list, without the retired ones", () => {
  expect(renew([t4Sku])[0]).toBe(
    "The answer doesn't contain 2 sizes of the table, which can be retired or not available to the subscription: Standard_NC24ads_A100_v4, Standard_NV6ads_A10_v5.",
  );
});

test.each<[what: string, answer: unknown, message: RegExp]>([
  ["it isn't JSON", "ERROR: Please run 'az login'", /is not valid JSON: .* Nothing was written\.$/],
  ["it isn't a list", { error: { code: "ExpiredAuthenticationToken" } }, /is not a list of SKUs: /],
  ["it contains no size of the table", [sku("Standard_X1", { vCPUs: "1", MemoryGB: "1" }), disk], /contains none of the sizes/],
  [
    "a number is missing",
    [sku("Standard_NC4as_T4_v3", { MemoryGB: "28" })],
    /the capability vCPUs of Standard_NC4as_T4_v3 is null; it must be a number\./,
  ],
  ["a number is text", [sku("Standard_NC4as_T4_v3", { vCPUs: "four", MemoryGB: "28" })], /vCPUs of Standard_NC4as_T4_v3 is "four"/],
])("changes nothing if %s", (_, answer, message) => {
  const before = fs.readFileSync(table(), "utf8");
  expect(() => renew(answer)).toThrow(message);
  expect(fs.readFileSync(table(), "utf8")).toBe(before);
});
