// Compares random sequences of writes with a small model of an endpoint. Does not detect errors that model and simulator share, and does
// not test concurrent callers: requests are sequential.
import fc from "fast-check";
import { Caller } from "./client";
import { bodies, buildPlatform, paths } from "./platform";
import { but } from "./rejections/rejectedRequest";

const SEED = 20_261_123;
/** All of them in `npm run test:histories`. */
const RUNS = process.env.MOOR_HISTORIES === "full" ? 150 : 30;
const NAMES = ["blue", "green", "mirror"] as const;
const FAMILY = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints";
const endpoint = paths.endpoint.replace("chat-dev", "model-dev");
const brokenEnvironment = paths.environment.replace("versions/1", "versions/broken");

type Name = (typeof NAMES)[number];
type Shares = Readonly<Partial<Record<Name, number>>>;

interface ModelDeployment {
  readonly capacity: number;
  readonly failed: boolean;
  /** Whether it was provisioned once. Then a failed update can be retried. */
  readonly hasServed: boolean;
}

/** The expected endpoint, with one deployment at the start. The clock advances only in `Wait`, so operations run until then. */
class Model {
  endpoint?: { traffic: Shares; mirrorTraffic: Shares } = { traffic: {}, mirrorTraffic: {} };
  readonly deployments = new Map<Name, ModelDeployment>([["blue", { capacity: 2, failed: false, hasServed: true }]]);
  /** The effect of the running operation when it ends. */
  running?: () => void;

  isTraffic(traffic: Shares, mirrorTraffic: Shares): boolean {
    const [live, mirrored] = [traffic, mirrorTraffic].map((shares) => Object.entries(shares) as [Name, number][]);
    const positive = mirrored!.filter(([, share]) => share > 0);
    return (
      [...live!, ...mirrored!].every(([name]) => this.deployments.has(name)) &&
      live!.every(([, share]) => share >= 0 && share <= 100) &&
      [0, 100].includes(live!.reduce((sum, [, share]) => sum + share, 0)) &&
      positive.length <= 1 &&
      positive.every(([name, share]) => share <= 50 && !(traffic[name]! > 0))
    );
  }

  takesTraffic(name: Name): boolean {
    return (this.endpoint!.traffic[name] ?? 0) > 0 || (this.endpoint!.mirrorTraffic[name] ?? 0) > 0;
  }
}

/** A request and its expected outcome. */
abstract class Write implements fc.AsyncCommand<Model, Caller> {
  check(): boolean {
    return true;
  }

  async run(model: Model, caller: Caller): Promise<void> {
    const expected = this.expect(model);
    const answer = await this.send(caller);
    if (`${answer.status}` !== expected) throw new Error(`${answer.status} instead of ${expected}: ${JSON.stringify(answer.body)}`);
    if (answer.status < 300 && answer.status !== 204) model.running = this.effect(model);
    await expectInvariants(model, caller);
  }

  protected abstract expect(model: Model): string;
  protected abstract send(caller: Caller): Promise<{ status: number; body: unknown }>;
  /** The immediate effect. The returned function is the effect at the end. */
  protected abstract effect(model: Model): () => void;
}

class PutEndpoint extends Write {
  constructor(
    private readonly traffic: Shares,
    private readonly mirrorTraffic: Shares,
  ) {
    super();
  }

  protected override expect(model: Model): string {
    if (model.running) return "409";
    if (!model.isTraffic(this.traffic, this.mirrorTraffic)) return "400";
    return model.endpoint ? "200" : "201";
  }

  protected override send(caller: Caller) {
    const { traffic, mirrorTraffic } = this;
    const body = bodies(caller).endpoint;
    return caller.put(endpoint, { ...body, properties: { ...body.properties, traffic, mirrorTraffic } });
  }

  protected override effect(model: Model) {
    model.endpoint = { traffic: this.traffic, mirrorTraffic: this.mirrorTraffic };
    return () => {};
  }

  override toString() {
    return `PUT endpoint ${JSON.stringify([this.traffic, this.mirrorTraffic])}`;
  }
}

class DeleteEndpoint extends Write {
  protected override expect(model: Model): string {
    if (!model.endpoint) return "204";
    return model.running ? "409" : "202";
  }

  protected override send(caller: Caller) {
    return caller.delete(endpoint);
  }

  protected override effect(model: Model) {
    return () => {
      model.endpoint = undefined;
      model.deployments.clear();
    };
  }

  override toString() {
    return "DELETE endpoint";
  }
}

class PutDeployment extends Write {
  constructor(
    private readonly name: Name,
    private readonly capacity: number,
    private readonly startFails: boolean,
  ) {
    super();
  }

  protected override expect(model: Model): string {
    if (!model.endpoint) return "404";
    if (model.running) return "409";
    const before = model.deployments.get(this.name);
    if (this.capacity < 1 || this.capacity > 50 || (before?.failed && !before.hasServed)) return "400";
    return before ? "200" : "201";
  }

  protected override send(caller: Caller) {
    const body = but(bodies(caller).deployment, "sku/capacity", this.capacity);
    const environmentId = this.startFails ? caller.id(brokenEnvironment) : body.properties.environmentId;
    return caller.put(`${endpoint}/deployments/${this.name}`, but(body, "properties/environmentId", environmentId));
  }

  protected override effect(model: Model) {
    const { name, capacity, startFails } = this;
    const hasServed = model.deployments.get(name)?.hasServed ?? false;
    model.deployments.set(name, { capacity, failed: false, hasServed });
    return () => void model.deployments.set(name, { capacity, failed: startFails, hasServed: hasServed || !startFails });
  }

  override toString() {
    return `PUT ${this.name} x ${this.capacity}${this.startFails ? " (fails)" : ""}`;
  }
}

class DeleteDeployment extends Write {
  constructor(private readonly name: Name) {
    super();
  }

  protected override expect(model: Model): string {
    if (!model.deployments.has(this.name)) return "204";
    if (model.running) return "409";
    return model.takesTraffic(this.name) ? "400" : "202";
  }

  protected override send(caller: Caller) {
    return caller.delete(`${endpoint}/deployments/${this.name}`);
  }

  protected override effect(model: Model) {
    return () => {
      model.deployments.delete(this.name);
      const without = ({ [this.name]: _, ...others }: Shares): Shares => others;
      const { traffic, mirrorTraffic } = model.endpoint!;
      model.endpoint = { traffic: without(traffic), mirrorTraffic: without(mirrorTraffic) };
    };
  }

  override toString() {
    return `DELETE ${this.name}`;
  }
}

class Wait implements fc.AsyncCommand<Model, Caller> {
  check(): boolean {
    return true;
  }

  async run(model: Model, caller: Caller): Promise<void> {
    caller.clock.advance(3600);
    model.running?.();
    model.running = undefined;
    await expectInvariants(model, caller);
  }

  toString() {
    return "wait";
  }
}

/** Checks invariants of the simulator's state, then compares it with the model. */
async function expectInvariants(model: Model, caller: Caller): Promise<void> {
  const shown = caller.arm.get(caller.id(endpoint)) as { properties: { traffic: Shares; mirrorTraffic: Shares } } | undefined;
  const deployments = caller.arm.list(`${FAMILY}/deployments`).filter(({ id }) => String(id).startsWith(`${caller.id(endpoint)}/`));
  const names = deployments.map(({ name }) => name as Name);
  if (!shown) expect(names).toEqual([]);
  const { traffic = {}, mirrorTraffic = {} } = shown?.properties ?? {};
  const sum = Object.values(traffic).reduce((total, share) => total + share, 0);
  expect([0, 100]).toContain(sum);
  expect(names).toEqual(expect.arrayContaining([...Object.keys(traffic), ...Object.keys(mirrorTraffic)]));
  expect(Object.values(mirrorTraffic).reduce((total, share) => total + share, 0)).toBeLessThanOrEqual(50);
  const running = caller.arm
    .operations()
    .filter(({ status, resourceId }) => status === "InProgress" && resourceId.startsWith(caller.id(endpoint)));
  expect(running).toHaveLength(model.running ? 1 : 0);
  expect(shown && { traffic, mirrorTraffic }).toEqual(model.endpoint);
  expect(new Set(names)).toEqual(new Set(model.deployments.keys()));
  if (model.running) return;
  for (const { name, properties } of deployments as { name: Name; properties: { provisioningState: string } }[]) {
    expect([name, properties.provisioningState]).toEqual([name, model.deployments.get(name)!.failed ? "Failed" : "Succeeded"]);
  }
}

/** Mostly one name and weights with a valid sum; otherwise few sequences would have live traffic. */
const names = fc.constantFrom<Name>("blue", "blue", "blue", "green", "mirror");
const shares: fc.Arbitrary<Shares> = fc.oneof(
  fc.constant({}),
  { weight: 3, arbitrary: names.map((name) => ({ [name]: 100 })) },
  fc.tuple(fc.shuffledSubarray([...NAMES], { minLength: 2, maxLength: 2 }), fc.integer({ min: 0, max: 100 })).map(([[a, b], share]) => ({
    [a!]: share,
    [b!]: 100 - share,
  })),
  fc.dictionary(names, fc.integer({ min: -10, max: 110 }), { maxKeys: 3 }),
);
const mirrors: fc.Arbitrary<Shares> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc.tuple(names, fc.integer({ min: 0, max: 60 })).map(([name, share]) => ({ [name]: share })),
  fc.constant({ blue: 10, green: 10 }),
);
const capacities = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 1, max: 50 }) }, fc.constantFrom(0, 51));

const COMMANDS = [
  fc.tuple(shares, mirrors).map(([live, mirrored]) => new PutEndpoint(live, mirrored)),
  fc.constant({}).map(() => new PutEndpoint({}, {})),
  fc
    .tuple(names, capacities, fc.integer({ min: 0, max: 5 }))
    .map(([name, capacity, luck]) => new PutDeployment(name, capacity, luck === 0)),
  names.map((name) => new DeleteDeployment(name)),
  fc.constant(0).map(() => new Wait()),
  fc.constant(0).map(() => new Wait()),
  fc.integer({ min: 0, max: 4 }).map((luck) => (luck === 0 ? new DeleteEndpoint() : new Wait())),
];

let platform: Caller;
beforeAll(async () => {
  platform = await Caller.start();
  await buildPlatform(platform);
  await platform.made(endpoint, bodies(platform).endpoint);
  await platform.made(`${endpoint}/deployments/blue`, bodies(platform).deployment);
  await platform.made(brokenEnvironment, but(bodies(platform).environment, "properties/image", "unknown.azurecr.io/vllm:1"));
});
afterAll(() => platform.stop());

test(`no sequence of writes breaks an invariant (${RUNS} sequences, seed ${SEED})`, async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.commands(COMMANDS, { maxCommands: 60, size: "max" }), async (commands) => {
      const caller = (await platform.fork()).withoutSockets();
      try {
        await fc.asyncModelRun(() => ({ model: new Model(), real: caller }), commands);
        for (const { method, status } of caller.arm.requests()) seen.set(`${method} ${status}`, (seen.get(`${method} ${status}`) ?? 0) + 1);
      } finally {
        await caller.stop();
      }
    }),
    { seed: SEED, numRuns: RUNS },
  );
  // The sequences cover all responses of the model, each more than once.
  for (const answer of ["PUT 200", "PUT 201", "PUT 400", "PUT 404", "PUT 409", "DELETE 202", "DELETE 204", "DELETE 400", "DELETE 409"])
    expect([answer, seen.get(answer)! > 1]).toEqual([answer, true]);
}, 180_000);
