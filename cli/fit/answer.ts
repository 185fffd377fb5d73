/** Formats the lines that people act on: price of tokens, limit, runner-up, cheaper sizes and a cheaper checkpoint. */
import { endpointLimits } from "../../azure/limits";
import { type Answer, type Limit, mostRequests, type Offer, type TimePart } from "../../planner/size/answer";
import type { CheaperCheckpoint } from "../../planner/size/checkpoints";

export function answerLines(
  { best, runnerUp, cheapestPerToken, nextCheaper }: Answer,
  checkpoint: CheaperCheckpoint | undefined,
): string[] {
  return [
    `price: ${priceText(best)}, if all planned requests run at the same time`,
    `limit: ${limitText(best.limit)}`,
    ...(runnerUp === null ? [] : [`runner-up: ${offerText(runnerUp)}`]),
    ...(cheapestPerToken === null ? [] : [`lowest price per token: ${offerText(cheapestPerToken)}`]),
    ...(checkpoint === undefined ? [] : [checkpointText(checkpoint)]),
    ...(nextCheaper === null ? [] : [`next cheaper size: ${nextCheaper.size} doesn't fit. ${nextCheaper.code}: ${nextCheaper.reason}`]),
  ];
}

function offerText(offer: Offer): string {
  return `${offer.size}, ${usd(offer.usdPerHour)} USD per hour, ${priceText(offer)}`;
}

export function checkpointText({ id, quantization, size, usdPerHour, priceRatio }: CheaperCheckpoint): string {
  const price = `${size} at ${usd(usdPerHour)} USD per hour`;
  const compared = priceRatio === null ? "" : `, ${Math.round(100 * priceRatio)}% of the price`;
  return `cheaper checkpoint: ${id} (${quantization}) fits ${price}${compared}; compare its answers before you use it`;
}

function priceText({ tokenPrice: { all, answers } }: Offer): string {
  const whole = `${usd(all)} USD per million tokens`;
  return answers === undefined ? whole : `${whole} (${usd(answers)} per million tokens of answers)`;
}

const timeTexts: Readonly<Record<TimePart, string>> = {
  bandwidth: "generating tokens, which is limited by the bandwidth of GPU memory",
  compute: "processing prompts, which is limited by arithmetic throughput",
};

function limitText({ by, memoryRequests, timeoutRequests, time, timeShare }: Limit): string {
  const memory =
    memoryRequests === null
      ? "the model has no KV cache"
      : `the KV cache has capacity for ${by === "memory" ? requests(count(memoryRequests)) : count(memoryRequests)}`;
  const allowed = timeoutRequests >= mostRequests ? `${count(mostRequests)} or more` : count(timeoutRequests);
  const timeout = `Azure's maximum timeout of ${endpointLimits.requestTimeoutSeconds} s allows ${by === "memory" ? allowed : requests(allowed)}`;
  const first = by === "memory" ? `${memory}; ${timeout}` : `${timeout}; ${memory}`;
  return `${by}: ${first}. ${Math.round(100 * timeShare)}% of the time of an answer is ${timeTexts[time]}`;
}

function usd(value: number): string {
  return value.toFixed(value < 0.1 ? 4 : 2);
}

function requests(text: string): string {
  return text === "1" ? "1 concurrent request" : `${text} concurrent requests`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
