/** How many instances a deployment needs before requests move to it. */
import { labelOf } from "./transition";

/** A deployment that has requests now. */
export interface Serving {
  readonly name: string;
  /** Percent of the endpoint's requests. */
  readonly weight: number;
  readonly instances: number;
  /** Requests that one instance takes at once. */
  readonly concurrency: number;
}

/** A deployment that is to get more requests than it has. */
export interface Gaining {
  readonly name: string;
  /** Percent of the endpoint's requests that it is to have. */
  readonly weight: number;
  /** Requests that one of its instances takes at once. */
  readonly concurrency: number;
  /** Most instances that it may have. */
  readonly max: number;
}

/**
 * As many as take the place of what serves now: a changed recipe takes as many requests at once as the deployment of its label does, and has
 * no fewer instances; whoever gets a larger share than its label has takes that share of all that the endpoint takes.
 */
export function instancesNeeded({ name, weight, concurrency, max }: Gaining, serving: readonly Serving[]): number {
  const own = serving.filter((one) => labelOf(one.name) === labelOf(name));
  const grows = weight > sum(own.map((one) => one.weight));
  const share = grows ? (sum(serving.map(requestsAtOnce)) * weight) / 100 : 0;
  const requests = Math.max(sum(own.map(requestsAtOnce)), share);
  return Math.min(max, Math.max(0, ...own.map(({ instances }) => instances), Math.ceil(requests / concurrency)));
}

function requestsAtOnce({ instances, concurrency }: Serving): number {
  return instances * concurrency;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
