/** Rules for the VM size of a deployment. */
import { gpus, leastComputeCapability } from "../../facts/gpus";
import { otherSize } from "../../facts/otherSizes";
import { isInstanceType, type Size, sizeOf, sizes } from "../../facts/sizes";
import type { Pattern } from "../../planner/pattern";
import { type ConfigError, configError, show } from "../errors";
import { nearest } from "../nearest";
import { patternsIn } from "../patternOf";
import type { DeploymentDraft } from "./draft";

const current = (Object.entries(sizes) as [string, Size][]).filter(([, { retired }]) => retired === undefined);
const gpuSizes = current
  .filter(([, { gpu, gpuShare }]) => gpu !== undefined && gpuShare === undefined && gpus[gpu].computeCapability >= leastComputeCapability)
  .map(([name]) => name);

/** The checks of a pattern for "auto" and for a known size. */
interface SizeRules {
  auto(path: string): ConfigError[];
  named(path: string, size: string, row: Size): ConfigError[];
}

const sizeRules: Readonly<Record<Pattern, SizeRules>> = {
  vllm: { auto: () => [], named: forVllm },
  score: { auto: (path) => [undecidable(path)], named: () => [] },
};

export function sizeErrors(path: string, deployment: DeploymentDraft): ConfigError[] {
  const { size } = deployment;
  if (size === undefined) return [];
  const rules = patternsIn(deployment).map((pattern) => sizeRules[pattern]);
  if (size === "auto") return rules.flatMap(({ auto }) => auto(path));
  if (!isInstanceType(size)) return [unknownSize(path, size)];
  const row = sizeOf(size);
  if (row.retired !== undefined) return [retired(path, size, row)];
  return rules.flatMap(({ named }) => named(path, size, row));
}

function undecidable(path: string): ConfigError {
  return configError("MOOR034", path, { problem: '"auto" is not available for score.py.', allowed: "a VM size such as Standard_DS3_v2" });
}

function unknownSize(path: string, given: string): ConfigError {
  const known = current.map(([name]) => name);
  const close = nearest(given, known, 4);
  const allowed = `sizes that managed online endpoints support${close.length > 0 ? `, for example ${close.join(", ")}` : ""}`;
  const other = otherSize(given);
  const problem = other
    ? `${given} (${other.gpus} × ${other.gpu}) exists in Azure, but managed online endpoints don't support it.`
    : `Managed online endpoints don't support the size ${show(given)}.`;
  return configError("MOOR030", path, { problem, allowed });
}

function retired(path: string, size: string, row: Size): ConfigError {
  const problem = `Azure retired ${size} on ${row.retired}.`;
  return configError("MOOR031", path, { problem, allowed: row.gpus > 0 ? gpuSizes.join(", ") : "sizes that Azure still offers" });
}

function forVllm(path: string, size: string, { gpu }: Size): ConfigError[] {
  if (gpu === undefined) return [configError("MOOR032", path, { problem: `${size} has no GPU.`, allowed: gpuSizes.join(", ") })];
  const { computeCapability } = gpus[gpu];
  if (computeCapability >= leastComputeCapability) return [];
  const problem = `The ${gpu} of ${size} has compute capability ${computeCapability.toFixed(1)}.`;
  return [configError("MOOR033", path, { problem, allowed: gpuSizes.join(", ") })];
}
