/**
 * The answer that people act on: the cheapest size with its price per million tokens and its limit, the runner-up, the size with the lowest
 * price per token, and the reason why the next cheaper size doesn't fit.
 */
import type { Model } from "../fit/model";
import type { Contract } from "../serving/contract";
import { type Candidate, withinTimeout } from "./candidate";
import { type Compared, compare, type FitInput, type FitResult, type Rejected } from "./fit";

/** List prices of tokens if all planned requests run at the same time and fill the context. Lower utilization is more expensive. */
export interface TokenPrice {
  /** USD per million tokens, prompts and answers together. */
  readonly all: number;
  /** USD per million tokens of the answers, which bear the whole price. Absent if the model generates no tokens. */
  readonly answers?: number;
}

/** What limits the concurrent requests of an instance first, and what most of an answer's time is spent on. */
export interface Limit {
  /** `memory`: the KV cache. `timeout`: Azure's maximum request timeout. */
  readonly by: "memory" | "timeout";
  /** Requests for which the KV cache has capacity. Null for a model without a KV cache. */
  readonly memoryRequests: number | null;
  /** Requests whose answers arrive within Azure's maximum timeout, up to `mostRequests`. */
  readonly timeoutRequests: number;
  /** `bandwidth`: generating tokens, which reads weights and KV cache from GPU memory. `compute`: processing prompts. */
  readonly time: TimePart;
  /** Part of the answer's time that `time` takes, 0 to 1. */
  readonly timeShare: number;
}

export type TimePart = "bandwidth" | "compute";

/** A size that fits, with its prices. */
export interface Offer {
  readonly size: string;
  readonly usdPerHour: number;
  readonly tokenPrice: TokenPrice;
  readonly limit: Limit;
}

export interface Answer {
  readonly best: Offer;
  /** The next more expensive size. Null if no other size fits, or one size was specified. */
  readonly runnerUp: Offer | null;
  /** The size with the lowest price per token. Null if it is the best one or the runner-up. */
  readonly cheapestPerToken: Offer | null;
  /** The next cheaper size, which doesn't fit. Null if there is none. */
  readonly nextCheaper: Rejected | null;
}

/** Upper bound of the requests that are tried. */
export const mostRequests = 4096;

/** The answer for a result; undefined if no Azure size fits or the size has no price. */
export function answerOf(input: FitInput & { readonly model: Model }, result: FitResult): Answer | undefined {
  if (result.fits !== true || result.size === null) return undefined;
  const { tried } = compare({ ...input, instanceType: undefined });
  const best = tried.find(({ candidate }) => candidate.machine.instanceType === result.size && !candidate.problem);
  if (best === undefined) return undefined;
  const alone = input.instanceType !== undefined;
  const fitting = tried
    .filter(({ candidate }) => !candidate.problem && !(alone && candidate !== best.candidate))
    .map((one) => offerOf(input, one));
  const [first, second] = fitting as [Offer, Offer | undefined];
  const cheapest = fitting.reduce((lowest, offer) => (offer.tokenPrice.all < lowest.tokenPrice.all ? offer : lowest));
  const below = tried.filter(({ candidate, usdPerHour }) => candidate.problem && usdPerHour < best.usdPerHour).at(-1)?.candidate;
  return {
    best: first,
    runnerUp: second ?? null,
    cheapestPerToken: cheapest === first || cheapest === second ? null : cheapest,
    nextCheaper:
      below === undefined ? null : { size: below.machine.instanceType!, code: below.problem!.code, reason: below.problem!.message },
  };
}

function offerOf(input: FitInput & { readonly model: Model }, { candidate, usdPerHour }: Compared): Offer {
  const contract = candidate.contract!;
  return {
    size: candidate.machine.instanceType!,
    usdPerHour,
    tokenPrice: tokenPrice(usdPerHour, contract, candidate.estimate!.settings.maxModelLen),
    limit: limitOf(input, candidate, contract),
  };
}

/** The price of the tokens that the planned requests process until all of them are answered. */
function tokenPrice(usdPerHour: number, { basis, speed }: Contract, maxModelLen: number): TokenPrice {
  const usd = (usdPerHour / 3600) * speed.answerSeconds;
  const per = (tokens: number) => (usd / (basis.concurrency * tokens)) * 1e6;
  return { all: per(maxModelLen), ...(basis.outputTokens > 0 ? { answers: per(basis.outputTokens) } : {}) };
}

function limitOf(input: FitInput & { readonly model: Model }, { machine, estimate }: Candidate, contract: Contract): Limit {
  const memoryRequests = input.model.encoder !== true ? Math.floor(estimate!.safeConcurrency) : null;
  const timeoutRequests = withinTimeout(input.model, machine, estimate!, input, mostRequests);
  const { firstTokenSeconds, perTokenSeconds, answerSeconds } = contract.speed;
  const computeShare = (firstTokenSeconds - perTokenSeconds) / answerSeconds;
  const time = computeShare > 0.5 ? "compute" : "bandwidth";
  return {
    by: memoryRequests !== null && memoryRequests <= timeoutRequests ? "memory" : "timeout",
    ...{ memoryRequests, timeoutRequests, time, timeShare: time === "compute" ? computeShare : 1 - computeShare },
  };
}
