/** Other checkpoints of the same model, with quantized weights, that need a cheaper size. */
import { models } from "../../facts/models";
import { type Model, modelFromTable } from "../fit/model";
import { type FitInput, type FitResult, fit as fitModel } from "./fit";

/** A quantized checkpoint of the model and the size that it needs for the same load. */
export interface CheaperCheckpoint {
  /** Hugging Face ID. */
  readonly id: string;
  readonly quantization: string;
  readonly size: string;
  readonly usdPerHour: number;
  /** Price divided by the price of the requested checkpoint. Null if the requested checkpoint fits no size. */
  readonly priceRatio: number | null;
}

/** Largest ratio of prices at which another checkpoint is named. Quantization can change answers, so a small saving is not worth it. */
const mostPriceRatio = 0.6;

/** The cheapest of other checkpoints of the model, if its price is at most `mostPriceRatio` of the price of the requested checkpoint. */
export function cheaperCheckpoint(input: FitInput, result: FitResult, others: readonly Model[]): CheaperCheckpoint | undefined {
  if (input.gpu !== undefined || input.quantization !== undefined) return undefined;
  const most = result.fits === true ? mostPriceRatio * (result.usdPerHour ?? 0) : Number.POSITIVE_INFINITY;
  // A checkpoint that can process fewer requests at the same time is no replacement.
  const concurrency = input.concurrency ?? result.requestSettings?.maxConcurrentRequestsPerInstance;
  const offers = others.flatMap((model): CheaperCheckpoint[] => {
    const { maxModelLen = 0 } = input;
    if (model.quantization === undefined || model.maxModelLen < maxModelLen) return [];
    const { fits, size, usdPerHour } = fitModel({ ...input, concurrency, model, instanceType: undefined, checkpointGiB: undefined });
    if (fits !== true || size === null || usdPerHour === null || usdPerHour > most) return [];
    const priceRatio = result.fits === true && result.usdPerHour !== null ? usdPerHour / result.usdPerHour : null;
    return [{ id: model.id, quantization: model.quantization, size, usdPerHour, priceRatio }];
  });
  return offers.sort((a, b) => a.usdPerHour - b.usdPerHour || (a.id < b.id ? -1 : 1))[0];
}

/** Quantized checkpoints of a model in the table: the same dimensions, and a name that starts with the name of the model. */
export function checkpointsInTable({ id, ...model }: Model): Model[] {
  if (model.quantization !== undefined) return [];
  const name = nameOf(id);
  const others = Object.keys(models).filter((other) => other !== id && nameOf(other).startsWith(`${name}-`));
  return others.flatMap((other) => {
    const found = modelFromTable(other)!;
    const isSame = (["architecture", "layers", "hidden", "heads", "vocab"] as const).every((key) => found[key] === model[key]);
    return isSame && found.quantization !== undefined ? [found] : [];
  });
}

/** The name without the organization, in lowercase. */
function nameOf(id: string): string {
  return id.slice(id.indexOf("/") + 1).toLowerCase();
}
