// Proves that the tables are complete and consistent. Does not prove that their values are current.
import { gpus, gpusSource } from "../../facts/gpus";
import { modelFacts, models, modelsSource } from "../../facts/models";
import { pricedRegions, pricesSource, usdPerHour } from "../../facts/prices";
import { regionsSource } from "../../facts/regions";
import { registryCopiesSource } from "../../facts/registryCopies";
import { type InstanceType, isInstanceType, type Size, sizes, sizesSource } from "../../facts/sizes";
import { telemetrySource } from "../../facts/telemetry";
import { vaultCopiesSource } from "../../facts/vaultCopies";
import { architectures, reasoningParsers, toolCallParsers, vllmFlag, vllmSource, vllmVersion } from "../../facts/vllm";
import { modelFromTable } from "../../planner/fit/model";
import { parsersOf } from "../../planner/serving/parsers";

const rows = Object.entries(sizes) as [InstanceType, Size][];

const tables = { gpusSource, modelsSource, pricesSource, regionsSource, sizesSource, vllmSource };
const residencyTables = { registryCopiesSource, telemetrySource, vaultCopiesSource };

test.each(Object.entries({ ...tables, ...residencyTables }))("%s states the source and the date of the table", (_, { source, asOf }) => {
  expect(source.length).toBeGreaterThan(20);
  expect(new Date(asOf).toISOString().slice(0, 10)).toBe(asOf);
});

describe("sizes", () => {
  test("85 sizes: 26 with GPUs, of which 6 are retired and 3 have a fraction of a GPU", () => {
    expect(rows).toHaveLength(85);
    const withGpu = rows.filter(([, size]) => size.gpus > 0);
    expect(withGpu).toHaveLength(26);
    expect(withGpu.filter(([, size]) => size.retired)).toHaveLength(6);
    expect(withGpu.filter(([, size]) => size.gpuShare)).toHaveLength(3);
    expect(withGpu.every(([, size]) => size.gpu && size.gpu in gpus)).toBe(true);
  });

  test("all sizes except the large GPU series have a reserve for upgrades", () => {
    const exempt = new Set(rows.filter(([, size]) => !size.upgradeReserve).map(([, size]) => size.family));
    expect([...exempt].sort()).toEqual(["NCADSA100v4", "NCadsH100v5", "NDAMSv4_A100", "NDASv4_A100", "NDSH100v5", "NDSv2"]);
  });

  test("rows from Azure's documentation", () => {
    expect(sizes.Standard_NC96ads_A100_v4).toMatchObject({ vCpu: 96, ramGiB: 880, gpus: 4, gpu: "A100-80GB-PCIe", tempDiskGiB: 256 });
    expect(sizes.Standard_NV6ads_A10_v5).toMatchObject({ vCpu: 6, ramGiB: 55, gpuShare: 1 / 6, upgradeReserve: true });
    expect(sizes.Standard_DS3_v2).toMatchObject({ family: "DSv2", vCpu: 4, ramGiB: 14, gpus: 0 });
    expect(sizes.Standard_F72s_v2).toMatchObject({ vCpu: 72, ramGiB: 144 });
  });

  test("names must match Azure's exactly", () => {
    expect(isInstanceType("Standard_D48a_v4")).toBe(true);
    expect(["standard_d48a_v4", "Standard_ND96isr_H200_v5", "toString"].filter(isInstanceType)).toEqual([]);
  });
});

describe("prices", () => {
  test("972 prices of 26 sizes in 57 regions, none of them zero", () => {
    expect(pricedRegions).toHaveLength(57);
    const prices = rows.flatMap(([name]) => pricedRegions.map((region) => usdPerHour(name, region)).filter((price) => price !== undefined));
    expect(prices).toHaveLength(972);
    expect(prices.every((price) => price > 0)).toBe(true);
    expect(rows.filter(([name]) => pricedRegions.some((region) => usdPerHour(name, region))).length).toBe(26);
  });

  test("a price is looked up in the table, and a missing one is undefined", () => {
    expect(usdPerHour("Standard_NC24ads_A100_v4", "swedencentral")).toBe(4.775);
    expect(usdPerHour("Standard_NC4as_T4_v3", "brazilsouth")).toBe(0.894);
    expect(usdPerHour("Standard_NC6s_v3", "swedencentral")).toBeUndefined();
    expect(usdPerHour("Standard_NC24ads_A100_v4", "nowhere")).toBeUndefined();
  });
});

describe("models", () => {
  const ids = Object.keys(models);

  test("54 models, whose architectures vLLM supports", () => {
    expect(ids).toHaveLength(54);
    expect(ids.filter((id) => !architectures.has(modelFacts(id)!.architecture))).toEqual([]);
    expect(modelFacts("toString")).toBeUndefined();
  });

  test("the layers with a cache are all layers, or fewer if the row specifies it", () => {
    for (const id of ids) {
      const model = modelFromTable(id)!;
      const cached = model.cache.filter(({ kind }) => kind !== "indexer").reduce((sum, { layers }) => sum + layers, 0);
      expect([id, cached <= model.layers]).toEqual([id, true]);
      if (!modelFacts(id)!.attentionLayers) expect([id, cached]).toEqual([id, model.layers]);
    }
  });

  test("vLLM supports the parsers of all families", () => {
    const parsers = ids.map(parsersOf);
    expect(parsers.filter(({ toolCall }) => toolCall && !toolCallParsers.has(toolCall))).toEqual([]);
    expect(parsers.filter(({ reasoning }) => reasoning && !reasoningParsers.has(reasoning))).toEqual([]);
    expect(parsers.filter(({ toolCall }) => toolCall).length).toBe(46);
  });

  test("the weights of a row are about two bytes per parameter unless quantized", () => {
    for (const id of ids.filter((one) => !modelFacts(one)!.quantization)) {
      const ratio = modelFromTable(id)!.weightBytes / (modelFacts(id)!.paramsB * 2e9);
      expect([id, ratio > 0.9 && ratio < 1.1]).toEqual([id, true]);
    }
  });
});

describe("vLLM", () => {
  test("312 flags with their spellings, 51 and 35 parsers, 387 architectures of 0.31.0", () => {
    expect(vllmVersion).toBe("0.31.0");
    expect([toolCallParsers.size, reasoningParsers.size, architectures.size]).toEqual([51, 35, 387]);
    expect(vllmFlag("--gpu-memory-utilization")?.default).toBe(0.92);
    expect(vllmFlag("-tp")).toBe(vllmFlag("--tensor-parallel-size"));
    expect(vllmFlag("--swap-space")).toBeUndefined();
  });
});
