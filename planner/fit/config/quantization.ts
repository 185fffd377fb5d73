/** Finds the quantization of a checkpoint in `config.json` or `hf_quant_config.json`. */
import type { Quantization } from "../../../facts/models";
import { createProblem, PlanError } from "../../codes";
import type { Part } from "../weights/part";
import { type Scheme, schemeOf } from "../weights/scheme";
import { type Config, number, object } from "./read";

const supported = "fp8, awq, gptq and auto-round with 4 or 8 bits, mxfp4, modelopt, compressed-tensors, quark and torchao";

/** The scheme of a checkpoint; undefined for 16-bit weights. `separate` is the content of `hf_quant_config.json`. */
export function quantizationOf(id: string, config: Config, text: Config, separate?: Config): Scheme | undefined {
  const places = [config.quantization_config, text.quantization_config, config.compression_config];
  const odd = places.find((value) => value !== undefined && value !== null && (typeof value !== "object" || Array.isArray(value)));
  if (odd !== undefined)
    throw new PlanError(createProblem("MOOR120", `The quantization_config of ${id} is ${JSON.stringify(odd)}; it must be an object.`));
  const given = places.find((value) => value !== undefined && value !== null) as Config | undefined;
  const own = given && Object.keys(given).length > 0 ? given : undefined;
  const apart = separate && object(separate, "quantization");
  const found = own ? schemeOf(id, withLists(own, apart), text) : apart && schemeOf(id, { ...apart, quant_method: "modelopt" }, text);
  if ((own || separate) && !found) {
    const named = own?.quant_method ?? apart?.quant_algo ?? null;
    const bits = own && number(own, "bits");
    const detail =
      bits !== undefined ? ` with ${bits} bits` : own?.quant_algo === undefined ? "" : ` with ${JSON.stringify(own.quant_algo)}`;
    throw new PlanError(
      createProblem(
        "MOOR141",
        `The planner doesn't support the quantization ${JSON.stringify(named)}${detail} of ${id}. Supported: ${supported}.`,
      ),
    );
  }
  return found;
}

/** Lists that only `hf_quant_config.json` contains. */
function withLists(own: Config, apart: Config | undefined): Config {
  const lists = ["exclude_modules", "quantized_layers"].filter((name) => own[name] === undefined && apart?.[name] !== undefined);
  return String(own.quant_method ?? "modelopt").startsWith("modelopt") && apart
    ? { ...own, ...Object.fromEntries(lists.map((name) => [name, apart[name]])) }
    : own;
}

/** The quantization of most parameters: of the experts, if there are any. */
export function mainQuantization(parts: readonly Part[], scheme: Scheme | undefined): Quantization | undefined {
  if (!scheme) return undefined;
  const counts = new Map<Quantization | undefined, number>();
  for (const part of parts) {
    const quantization = scheme(part)?.quantization;
    counts.set(quantization, (counts.get(quantization) ?? 0) + part.rows * part.columns * part.copies);
  }
  const quantized = [...counts].filter(([quantization]) => quantization !== undefined);
  return quantized.sort(([, one], [, other]) => other - one)[0]?.[0];
}
