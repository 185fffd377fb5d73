/** One endpoint in the simulator, and a stack whose runs change it: stands for the engine and the components' hooks, in their order. */
import { type DesiredDeployment, type PlannedDeployment, planRollout, trafficOf } from "../../../planner/rollout";
import { requiredInstances, type ServingDeployment } from "../../../planner/rollout/capacity";
import { transitionProblem } from "../../../planner/rollout/transition";
import { endpointTraffic, scaleWeights } from "../../../planner/traffic";
import { commitOf } from "../../../planner/weights";
import type { Caller, Parsed } from "../../azure-local/arm/client";
import { bodies, paths } from "../../azure-local/arm/platform";
import { vllmDecision } from "../../components/fixtures";
import { concurrencies, type Edit, type End } from "./edits";
import { type Seen, type SeenDeployment, Watch } from "./watch";
import { afterEdit, allowedRequests, type Wish, type Wishes } from "./wishes";

class Killed extends Error {}

/** What runs came to, over all histories. */
export interface Tally {
  calls: number;
  refusedBeforehand: number;
  /** Runs by what they did besides: `inPlace`, `mirror`, … */
  readonly seen: Map<string, number>;
}

export class ModelWorld {
  private wishes: Wishes = new Map();
  private tag = "1";
  private readonly watch = new Watch();
  private callsLeft = Number.POSITIVE_INFINITY;

  constructor(
    private readonly caller: Caller,
    private readonly tally: Tally,
  ) {}

  /** What happens between two runs. */
  async edit(edit: Edit): Promise<void> {
    this.wishes = afterEdit(this.wishes, edit);
    if (edit.kind === "tag") this.tag = String(edit.value);
    if (edit.kind !== "grow") return;
    // Autoscale takes instances away too, and that is no run's doing.
    this.watch.begin(this.seen(), () => 0);
    for (const { decision, autoscaled } of this.planned())
      if (autoscaled && this.deployment(decision.name)) await this.scaleTo(decision.name, edit.instances);
  }

  async run({ refused, killedAfter = Number.POSITIVE_INFINITY }: End): Promise<void> {
    this.callsLeft = killedAfter;
    this.watch.begin(this.seen(), (label) => {
      const wish = this.wishes.get(label as "main");
      return wish && allowedRequests(wish);
    });
    try {
      await this.up(refused);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      this.count("killed");
    } finally {
      this.callsLeft = Number.POSITIVE_INFINITY;
    }
  }

  private planned(): PlannedDeployment[] {
    const wishes = [...this.wishes].map(([label, wish]) => rolloutWish(label, wish));
    return planRollout(scaleWeights(wishes).map((wish) => ({ ...wish, mirror: wish.weight > 0 ? 0 : wish.mirror })));
  }

  private async up(refused: boolean): Promise<void> {
    const planned = this.planned();
    const names = planned.map(({ decision }) => decision.name);
    const { traffic, mirrorTraffic } = endpointTraffic(trafficOf(planned));
    const before = this.seen();
    // A refused preview sends nothing.
    if (transitionProblem("chat", before.traffic, traffic, names) !== undefined) {
      this.tally.refusedBeforehand++;
      return;
    }
    for (const one of planned) await this.make(one, names);
    const gains = Object.entries(traffic).filter(([name, weight]) => weight > (before.traffic[name] ?? 0));
    if (gains.length > 0 && refused) return this.count("refused at the gate");
    if (!same(traffic, before.traffic) || !same(mirrorTraffic, before.mirrorTraffic)) {
      await this.removeIdle(names);
      await this.matchCapacity(planned, traffic);
      const body = bodies(this.caller).endpoint;
      await this.call("PUT", paths.endpoint, { ...body, properties: { ...body.properties, traffic, mirrorTraffic } });
      if (Object.keys(mirrorTraffic).length > 0) this.count("mirror");
    }
    await this.removeIdle(names);
  }

  /** Created in addition to the others, or updated in place if it exists. */
  private async make(planned: PlannedDeployment, names: readonly string[]): Promise<void> {
    const { decision, instances, scale, startsLike } = planned;
    const { name } = decision;
    const live = this.deployment(name);
    if (!live) await this.removeIdle(names);
    const like = live ?? (startsLike === undefined ? undefined : this.deployment(startsLike));
    const needed = like && scale ? requiredInstances({ ...gaining(planned), weight: 100 }, [{ ...serving(like), name, weight: 100 }]) : 0;
    const body = this.body(planned, Math.max(instances, needed));
    if (live?.tags?.tag === this.tag && live.tags.recipe === body.tags.recipe && (scale || live.sku.capacity === instances)) return;
    if (live && live.tags.recipe !== body.tags.recipe) this.count("in place");
    await this.call("PUT", this.path(name), body);
  }

  private body(planned: PlannedDeployment, capacity: number) {
    const { properties, ...body } = bodies(this.caller).deployment;
    const maxConcurrentRequestsPerInstance = gaining(planned).concurrency;
    return {
      ...body,
      sku: { name: "Default", capacity },
      tags: { tag: this.tag, recipe: String(planned.decision.model && commitOf(planned.decision.model)) },
      properties: { ...properties, requestSettings: { ...properties.requestSettings, maxConcurrentRequestsPerInstance } },
    };
  }

  private async matchCapacity(planned: readonly PlannedDeployment[], traffic: Readonly<Record<string, number>>): Promise<void> {
    const before = this.seen();
    const now = Object.entries(before.traffic).map(([name, weight]) => ({ ...serving(this.deployment(name)), name, weight }));
    for (const one of planned.filter(({ scale }) => scale !== undefined)) {
      const { name } = one.decision;
      const weight = traffic[name] ?? 0;
      if (weight <= (before.traffic[name] ?? 0)) continue;
      const wanted = requiredInstances({ ...gaining(one), weight }, now);
      if (this.deployment(name).sku.capacity < wanted) await this.scaleTo(name, wanted);
    }
  }

  private async removeIdle(names: readonly string[]): Promise<void> {
    const { traffic, mirrorTraffic, deployments } = this.seen();
    for (const name of deployments.keys())
      if (!names.includes(name) && !traffic[name] && !mirrorTraffic[name]) await this.call("DELETE", this.path(name));
  }

  private scaleTo(name: string, instances: number): Promise<void> {
    return this.call("PATCH", this.path(name), { sku: { name: "Default", capacity: instances } });
  }

  /** One call; everything must hold when it is answered, and when it is over. A killed run makes none any more. */
  private async call(method: string, path: string, body?: unknown): Promise<void> {
    if (this.callsLeft-- <= 0) throw new Killed();
    const answer = await this.caller.send(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    this.tally.calls++;
    this.look(`${method} ${path} is accepted`);
    this.caller.clock.advance(2 * 3600);
    const failed = this.look(`${method} ${path} is over`).find(([, { state }]) => state === "Failed");
    if (failed) throw new Error(`${method} ${path} left ${failed[0]} Failed`);
  }

  private look(after: string): [name: string, SeenDeployment][] {
    const seen = this.seen();
    const wrong = this.watch.wrong(seen);
    if (wrong.length > 0) throw new Error(`After ${after}: ${wrong.join("; ")}.`);
    return [...seen.deployments];
  }

  private seen(): Seen {
    const { traffic, mirrorTraffic } = this.caller.arm.get(this.caller.id(paths.endpoint))!.properties as Parsed;
    const type = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments";
    const list = this.caller.arm.list(type) as Parsed[];
    return { traffic, mirrorTraffic, deployments: new Map(list.map((one) => [one.name, { ...serving(one), state: stateOf(one) }])) };
  }

  private deployment(name: string): Parsed {
    return this.caller.arm.get(this.caller.id(this.path(name)));
  }

  private path(name: string): string {
    return `${paths.endpoint}/deployments/${name}`;
  }

  private count(what: string): void {
    this.tally.seen.set(what, (this.tally.seen.get(what) ?? 0) + 1);
  }
}

function rolloutWish(label: string, { recipe, previous, inPlace, instances, max, ...rest }: Wish): DesiredDeployment {
  return {
    ...rest,
    label,
    instances,
    decision: decisionOf(label, recipe),
    update: inPlace ? "inPlace" : "newDeployment",
    ...(previous === undefined ? {} : { previous: decisionOf(label, previous) }),
    ...(max === undefined ? {} : { scale: { min: instances, max } }),
  };
}

function decisionOf(label: string, recipe: number) {
  return {
    ...vllmDecision,
    name: `${label}-${String(recipe).repeat(8)}`,
    model: { ...vllmDecision.model!, revision: String(recipe) },
    requestSettings: { ...vllmDecision.requestSettings, maxConcurrentRequestsPerInstance: concurrencies[recipe - 1]! },
  };
}

function gaining({ decision, scale, instances }: PlannedDeployment) {
  const { name, requestSettings } = decision;
  return { name, concurrency: requestSettings.maxConcurrentRequestsPerInstance, max: scale?.max ?? instances };
}

function serving({ sku, properties }: Parsed): Pick<ServingDeployment, "instances" | "concurrency"> {
  return { instances: sku.capacity, concurrency: properties.requestSettings.maxConcurrentRequestsPerInstance };
}

function stateOf({ properties }: Parsed): string {
  return properties.provisioningState;
}

function same(one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>): boolean {
  return JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());
}
