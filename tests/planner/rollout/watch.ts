/** The invariants of an endpoint after each request to Azure. Pure: the model and the histories of the real engine pass the state of Azure. */
import { labelOf } from "../../../planner/rollout/transition";

export interface SeenDeployment {
  readonly instances: number;
  /** Concurrent requests per instance. */
  readonly concurrency: number;
  readonly state: string;
}

export interface Seen {
  /** Percent by deployment name. */
  readonly traffic: Readonly<Record<string, number>>;
  readonly mirrorTraffic: Readonly<Record<string, number>>;
  readonly deployments: ReadonlyMap<string, SeenDeployment>;
}

/** Traffic weight and capacity of one label. */
interface Part {
  readonly weight: number;
  readonly requests: number;
}

/** States in which a deployment answers. During an in-place update, its instances continue to serve. */
const answering = ["Succeeded", "Updating", "Scaling"];

export class Watch {
  private served = false;
  private before = new Map<string, Part>();
  private allowed: (label: string) => number | undefined = () => 0;

  /**
   * Records the start of a run.
   * @param allowed Maximum capacity of a label in the stack: the capacity is allowed to decrease to it. Undefined for a label that is not in the
   * stack.
   */
  begin(seen: Seen, allowed: (label: string) => number | undefined): void {
    this.before = partsOf(seen);
    this.allowed = allowed;
  }

  /** Returns a sentence for each violated invariant. */
  wrong(seen: Seen): string[] {
    const weights = Object.values(seen.traffic);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const shared = Object.entries({ ...seen.traffic, ...seen.mirrorTraffic }).filter(([, share]) => share > 0);
    const wrong = shared.flatMap(([name]) => {
      const state = seen.deployments.get(name)?.state ?? "not there";
      return answering.includes(state) ? [] : [`${name} has requests and is ${state}`];
    });
    if (sum !== 100 && (this.served || sum !== 0)) wrong.push(`the weights sum to ${sum}`);
    this.served ||= sum === 100;
    for (const [label, part] of partsOf(seen)) {
      const least = this.least(label, part.weight);
      if (part.requests < least) wrong.push(`${label} has a capacity of ${part.requests} requests, and must have ${least}`);
    }
    return wrong;
  }

  /**
   * Returns the minimum capacity of a label: not less than at the start of the run, and with a larger traffic weight not less than that percentage
   * of the endpoint's capacity at that time. It never exceeds the maximum that the stack allows.
   */
  private least(label: string, weight: number): number {
    const before = this.before.get(label) ?? { weight: 0, requests: 0 };
    const total = [...this.before].reduce((sum, [other, { requests }]) => sum + Math.min(requests, this.most(other)), 0);
    const share = weight > before.weight ? (total * weight) / 100 : 0;
    return Math.min(this.most(label), Math.max(before.requests, share));
  }

  private most(label: string): number {
    return this.allowed(label) ?? Number.POSITIVE_INFINITY;
  }
}

/** The labels that serve. */
function partsOf({ traffic, deployments }: Seen): Map<string, Part> {
  const parts = new Map<string, Part>();
  for (const [name, weight] of Object.entries(traffic)) {
    const { instances = 0, concurrency = 0 } = deployments.get(name) ?? {};
    const { weight: sum, requests } = parts.get(labelOf(name)) ?? { weight: 0, requests: 0 };
    if (weight > 0) parts.set(labelOf(name), { weight: sum + weight, requests: requests + instances * concurrency });
  }
  return parts;
}
