/** What must hold of an endpoint after every single call. Pure: it is told what Azure has, by the model and by the real engine's histories. */
import { labelOf } from "../../../planner/rollout/transition";

export interface SeenDeployment {
  readonly instances: number;
  /** Requests at once and instance. */
  readonly concurrency: number;
  readonly state: string;
}

export interface Seen {
  /** Percent by deployment name. */
  readonly traffic: Readonly<Record<string, number>>;
  readonly mirrorTraffic: Readonly<Record<string, number>>;
  readonly deployments: ReadonlyMap<string, SeenDeployment>;
}

/** A share and the requests at once that stand behind it, of one label. */
interface Part {
  readonly weight: number;
  readonly requests: number;
}

/** States of a deployment that answers: while it changes in place, its instances go on. */
const answering = ["Succeeded", "Updating", "Scaling"];

export class Watch {
  private served = false;
  private before = new Map<string, Part>();
  private allowed: (label: string) => number | undefined = () => 0;

  /**
   * Says that a run begins.
   * @param allowed Most requests at once that a label may take as the stack wants it now: what serves may fall to that. Undefined for one
   * that the stack doesn't have.
   */
  begin(seen: Seen, allowed: (label: string) => number | undefined): void {
    this.before = partsOf(seen);
    this.allowed = allowed;
  }

  /** Everything that doesn't hold, in sentences. */
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
      if (part.requests < least) wrong.push(`${label} takes ${part.requests} requests at once, and must take ${least}`);
    }
    return wrong;
  }

  /**
   * What a label takes at once while it serves: no less than when the run began, and with a larger share no less than that share of what the
   * endpoint took then; or, where that is less, what the stack allows it.
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
