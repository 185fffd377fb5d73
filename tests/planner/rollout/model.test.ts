// Proves over random histories, against the simulator's own rules, that the planned deployments, shares and order never leave an endpoint
// without an answer: after every single call. The runner below stands for the engine and the components' hooks, and does what they do in their
// order; that they do is tests/components' and tests/e2e's to prove. It does not run the engine.
import * as fc from "fast-check";
import { planRollout, type RolloutWish, sharesOf } from "../../../planner/rollout";
import { transitionRefusal } from "../../../planner/rollout/transition";
import { endpointTraffic, fillUp } from "../../../planner/traffic";
import { Caller, type Parsed } from "../../azure-local/arm/client";
import { bodies, buildPlatform, paths } from "../../azure-local/arm/platform";
import { vllmDecision } from "../../components/fixtures";

jest.setTimeout(900_000);

/** The ordinary suite runs a part; `ROLLOUT_SEQUENCES=2000` runs them all. */
const sequences = Number(process.env.ROLLOUT_SEQUENCES ?? 200);
const seed = Number(process.env.ROLLOUT_SEED ?? Date.now() % 2 ** 31);
const scale = { min: 1, max: 4 };

type Edit =
  | { readonly kind: "change" | "keep" | "rollback" | "remove"; readonly label: string; readonly recipe: number }
  | { readonly kind: "weight"; readonly label: string; readonly weight: number }
  | { readonly kind: "grow"; readonly instances: number };

/** How a run ends: by itself, at the gate, or killed after so many calls. */
interface End {
  readonly refused: boolean;
  readonly killedAfter: number;
}

const label = fc.constantFrom("main", "next", "third");
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("change" as const), label, recipe: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("weight" as const), label, weight: fc.constantFrom(0, 1, 10, 50, 99, 100) }),
  },
  fc.record({ kind: fc.constantFrom("keep" as const, "rollback" as const, "remove" as const), label, recipe: fc.constant(1) }),
  fc.record({ kind: fc.constant("grow" as const), instances: fc.integer({ min: 1, max: 4 }) }),
);
const end = fc.record({
  refused: fc.boolean(),
  killedAfter: fc.oneof({ weight: 2, arbitrary: fc.constant(Number.POSITIVE_INFINITY) }, fc.integer({ min: 0, max: 6 })),
});
const history = fc.array(fc.tuple(fc.array(edit, { minLength: 1, maxLength: 3 }), end), { minLength: 2, maxLength: 5 });

class Killed extends Error {}

/** One endpoint in the simulator, and a stack whose runs change it. */
class World {
  private wishes = new Map<string, RolloutWish>();
  private served = false;
  private callsLeft = Number.POSITIVE_INFINITY;
  calls = 0;
  refusals = 0;

  constructor(private readonly caller: Caller) {}

  apply(change: Edit): void {
    if (change.kind === "grow") return;
    const wish = this.wishes.get(change.label);
    if (change.kind === "change") this.decide(change.label, change.recipe);
    if (change.kind === "change" || wish === undefined) return;
    if (change.kind === "remove") this.wishes.delete(change.label);
    if (change.kind === "keep") this.wishes.set(change.label, { ...wish, keepPrevious: !wish.keepPrevious });
    if (change.kind === "weight") this.wishes.set(change.label, { ...wish, weight: change.weight });
    if (change.kind === "rollback" && wish.previous)
      this.wishes.set(change.label, { ...wish, decision: wish.previous, previous: wish.decision });
  }

  /** As the lock does it: what was decided before is kept as the previous decision. */
  private decide(label: string, recipe: number): void {
    const decision = { ...vllmDecision, name: `${label}-${String(recipe).repeat(8)}` };
    const old = this.wishes.get(label);
    if (old?.decision.name === decision.name) return;
    const first = this.wishes.size === 0 ? 100 : 0;
    const base: RolloutWish = old ?? { label, decision, instances: scale.min, scale, weight: first, mirror: 0 };
    this.wishes.set(label, { ...base, decision, ...(old === undefined ? {} : { previous: old.decision }) });
  }

  /** What autoscale does between runs, to what has requests. */
  async grow(instances: number): Promise<void> {
    for (const [name, weight] of Object.entries(this.endpoint().properties.traffic as Record<string, number>))
      if (weight > 0) await this.scaleTo(name, instances);
  }

  async run({ refused, killedAfter }: End): Promise<void> {
    this.callsLeft = killedAfter;
    try {
      await this.up(refused);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    } finally {
      this.callsLeft = Number.POSITIVE_INFINITY;
    }
  }

  private async up(refused: boolean): Promise<void> {
    const planned = planRollout(fillUp([...this.wishes.values()]));
    const names = planned.map(({ decision }) => decision.name);
    const { traffic } = endpointTraffic(sharesOf(planned));
    const before = this.endpoint().properties.traffic as Record<string, number>;
    // A refused preview sends nothing.
    if (transitionRefusal("chat", before, traffic, names) !== undefined) {
      this.refusals++;
      return;
    }
    for (const one of planned) {
      if (this.deployment(one.decision.name)) continue;
      await this.removeIdle(names);
      const like = one.startsLike === undefined ? 0 : (this.deployment(one.startsLike)?.sku.capacity ?? 0);
      const body = bodies(this.caller).deployment;
      const capacity = Math.max(one.instances, Math.min(like, scale.max));
      await this.must(() => this.caller.made(this.path(one.decision.name), { ...body, sku: { name: "Default", capacity } }));
    }
    const gains = Object.entries(traffic).filter(([name, weight]) => weight > (before[name] ?? 0));
    if (gains.length > 0 && refused) return;
    if (JSON.stringify(Object.entries(traffic).sort()) !== JSON.stringify(Object.entries(before).sort()))
      await this.shift(before, traffic, names);
    await this.removeIdle(names);
  }

  private async shift(before: Record<string, number>, traffic: Record<string, number>, names: string[]): Promise<void> {
    await this.removeIdle(names);
    const sameLabel = (one: string) => Object.keys(before).filter((other) => other !== one && other.slice(0, -9) === one.slice(0, -9));
    const capacity = (name: string) => this.deployment(name)?.sku.capacity ?? 0;
    const needs = new Map(
      Object.keys(traffic)
        .filter((name) => !before[name])
        .map((name) => [name, Math.min(scale.max, Math.max(0, ...sameLabel(name).map(capacity)))]),
    );
    for (const [name, wanted] of needs) if (capacity(name) < wanted) await this.scaleTo(name, wanted);
    const body = bodies(this.caller).endpoint;
    await this.must(() => this.caller.made(paths.endpoint, { ...body, properties: { ...body.properties, traffic } }));
    for (const [name, wanted] of needs) expect(capacity(name)).toBeGreaterThanOrEqual(wanted);
    this.served ||= Object.keys(traffic).length > 0;
    this.look();
  }

  private async removeIdle(names: string[]): Promise<void> {
    const { traffic } = this.endpoint().properties;
    const idle = this.deployments().filter(({ name }) => !names.includes(name) && !traffic[name]);
    for (const { name } of idle) {
      await this.must(async () => {
        const answer = await this.caller.delete(this.path(name));
        if (answer.status >= 300) throw new Error(`DELETE ${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
        await this.caller.outcome(answer);
      });
    }
  }

  private scaleTo(name: string, instances: number): Promise<void> {
    return this.must(async () => {
      const answer = await this.caller.send("PATCH", this.path(name), { sku: { name: "Default", capacity: instances } });
      if (answer.status >= 300) throw new Error(`PATCH ${name}: ${answer.status} ${JSON.stringify(answer.body)}`);
      await this.caller.outcome(answer);
    });
  }

  /** One call, after which everything must hold; a killed run makes none any more. */
  private async must(call: () => Promise<unknown>): Promise<void> {
    if (this.callsLeft-- <= 0) throw new Killed();
    await call();
    this.calls++;
    this.look();
  }

  private look(): void {
    const traffic = this.endpoint().properties.traffic as Record<string, number>;
    const sum = Object.values(traffic).reduce((total, weight) => total + weight, 0);
    expect(sum).toBe(this.served ? 100 : sum === 100 ? 100 : 0);
    for (const [name, weight] of Object.entries(traffic))
      if (weight > 0) expect(this.deployment(name)?.properties.provisioningState).toBe("Succeeded");
  }

  async clear(): Promise<void> {
    this.wishes.clear();
    this.served = false;
    await this.caller.made(paths.endpoint, bodies(this.caller).endpoint);
    await this.removeIdle([]);
  }

  private path(name: string): string {
    return `${paths.endpoint}/deployments/${name}`;
  }
  private endpoint(): Parsed {
    return this.caller.arm.get(this.caller.id(paths.endpoint));
  }
  private deployment(name: string): Parsed {
    return this.caller.arm.get(this.caller.id(this.path(name)));
  }
  private deployments(): Parsed[] {
    return this.caller.arm.list("Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments");
  }
}

test(`${sequences} random histories keep every endpoint served (seed ${seed}).`, async () => {
  const caller = await Caller.start();
  try {
    await buildPlatform(caller);
    const world = new World(caller);
    await world.clear();
    await fc.assert(
      fc.asyncProperty(history, async (runs) => {
        world.apply({ kind: "change", label: "main", recipe: 1 });
        await world.run({ refused: false, killedAfter: Number.POSITIVE_INFINITY });
        for (const [edits, how] of runs) {
          for (const one of edits) world.apply(one);
          for (const one of edits) if (one.kind === "grow") await world.grow(one.instances);
          await world.run(how);
        }
        await world.clear();
      }),
      { numRuns: sequences, seed, endOnFailure: true },
    );
    console.log(`seed ${seed}: ${sequences} histories, ${world.calls} calls, ${world.refusals} runs refused beforehand`);
    expect(world.calls).toBeGreaterThan(sequences * 3);
  } finally {
    await caller.stop();
  }
});
