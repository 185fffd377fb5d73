/** The number of instances that a deployment requires before traffic moves to it. */
import { labelOf } from "./transition";

/** A deployment that currently receives requests. */
export interface ServingDeployment {
  readonly name: string;
  /** Percent of the endpoint's requests. */
  readonly weight: number;
  readonly instances: number;
  /** Concurrent requests per instance. */
  readonly concurrency: number;
}

/** A deployment whose traffic weight increases. */
export interface GainingDeployment {
  readonly name: string;
  /** New weight, percent of the endpoint's requests. */
  readonly weight: number;
  /** Concurrent requests per instance. */
  readonly concurrency: number;
  /** Maximum number of instances. */
  readonly max: number;
}

/**
 * The number of instances with which a deployment can take over its traffic, at most `max`. A changed recipe must have the capacity of the
 * current deployments of its label, and at least as many instances. If the weight is higher than the label's current weight, the capacity
 * must also cover that percentage of the endpoint's current capacity.
 */
export function requiredInstances({ name, weight, concurrency, max }: GainingDeployment, serving: readonly ServingDeployment[]): number {
  const own = serving.filter((one) => labelOf(one.name) === labelOf(name));
  const grows = weight > sum(own.map((one) => one.weight));
  const ofEndpoint = grows ? (sum(serving.map(capacityOf)) * weight) / 100 : 0;
  const requests = Math.max(sum(own.map(capacityOf)), ofEndpoint);
  return Math.min(max, Math.max(0, ...own.map(({ instances }) => instances), Math.ceil(requests / concurrency)));
}

function capacityOf({ instances, concurrency }: ServingDeployment): number {
  return instances * concurrency;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
