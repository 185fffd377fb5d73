// Proves, with a stopped clock, when operations begin and end, and which operations determine the total duration. Does not prove Azure's
// durations: these are documented values, and real ones vary.
import { criticalPath, type Operation } from "../../../azure-local/arm";
import { Caller } from "./client";
import { bodies, grantEndpoint, paths } from "./platform";

type Step = keyof ReturnType<typeof bodies>;

/** The dependencies of each resource in a stack. */
const PLAN: readonly (readonly [step: Step, after: readonly Step[]])[] = [
  ["group", []],
  ["logs", ["group"]],
  ["insights", ["logs"]],
  ["storage", ["group"]],
  ["vault", ["group"]],
  ["registry", ["group"]],
  ["identity", ["group"]],
  ["workspace", ["insights", "storage", "vault", "registry"]],
  ["environment", ["workspace"]],
  ["model", ["workspace"]],
  ["endpoint", ["workspace", "identity"]],
  ["deployment", ["endpoint", "environment", "model"]],
];

/** Writes each resource as soon as its dependencies exist, and advances the clock no further than necessary. */
async function up(caller: Caller): Promise<void> {
  const body = bodies(caller);
  const [begun, done] = [new Set<Step>(), new Set<Step>()];
  while (done.size < PLAN.length) {
    for (const [step, after] of PLAN) {
      if (begun.has(step) || !after.every((one) => done.has(one))) continue;
      if (step === "deployment") await grantEndpoint(caller);
      expect((await caller.put(paths[step as keyof typeof paths], body[step])).status).toBe(201);
      begun.add(step);
    }
    const running = caller.arm.operations().filter(({ status }) => status === "InProgress");
    for (const step of begun)
      if (!running.some(({ resourceId }) => resourceId === caller.id(paths[step as keyof typeof paths]))) done.add(step);
    if (running.length > 0 && ![...PLAN].some(([step, after]) => !begun.has(step) && after.every((one) => done.has(one))))
      caller.clock.advance((Math.min(...running.map(({ endsAt }) => endsAt!)) - caller.clock.now()) / 1000);
  }
}

describe("an up", () => {
  let caller: Caller;
  let begin: number;
  beforeAll(async () => {
    caller = await Caller.start();
    begin = caller.clock.now();
    // The helper `grantEndpoint` advances the clock by hours; here roles take effect immediately.
    caller.outcome = async () => undefined;
    await up(caller);
  });
  afterAll(() => caller.stop());

  const name = (id: string) => id.split("/").pop();

  test("each operation contains its start and end", () => {
    const at = caller.arm
      .operations()
      .map(({ resourceId, startedAt, endsAt }) => [name(resourceId), (startedAt - begin) / 1000, (endsAt! - begin) / 1000]);
    const workspace = 30 + 33 * 60;
    expect(at).toEqual([
      ["logs", 0, 30],
      ["storage01", 0, 25],
      ["vault01", 0, 30],
      ["registry01", 0, 10],
      ["workspace", workspace - 33 * 60, workspace],
      ["chat-dev", workspace, workspace + 90],
      ["main-1", workspace + 90, workspace + 90 + 15 * 60],
    ]);
  });

  test("each step of the longest chain names its dependency, and the steps add up to the whole run", () => {
    const steps = criticalPath(caller.arm.operations());
    expect(
      steps.map(({ operation, waitedFor, idleSeconds, seconds }) => [
        name(operation.resourceId),
        waitedFor && name(waitedFor),
        idleSeconds,
        seconds,
      ]),
    ).toEqual([
      ["logs", undefined, 0, 30],
      ["workspace", "logs", 0, 33 * 60],
      ["chat-dev", "workspace", 0, 90],
      ["main-1", "chat-dev", 0, 15 * 60],
    ]);
    expect(steps.reduce((sum, { seconds, idleSeconds }) => sum + seconds + idleSeconds, 0)).toBe((caller.clock.now() - begin) / 1000);
  });
});

describe("the longest chain", () => {
  const operation = (resourceId: string, startedAt: number, endsAt: number, more: Partial<Operation> = {}): Operation => ({
    id: resourceId,
    kind: "create",
    resourceId,
    apiVersion: "",
    startedAt: startedAt * 1000,
    endsAt: endsAt * 1000,
    status: "Succeeded",
    ...more,
  });
  const chain = (...operations: Operation[]) =>
    criticalPath(operations).map((step) => [step.operation.id, step.waitedFor, step.idleSeconds]);

  test("contains the client's time between two operations", () => {
    expect(chain(operation("a", 0, 10), operation("b", 15, 20))).toEqual([
      ["a", undefined, 0],
      ["b", "a", 5],
    ]);
  });

  test("counts a template through its resources, omits running operations, and includes failed ones", () => {
    const operations = [
      operation("a", 0, 10, { status: "Failed" }),
      operation("template", 10, 40, { kind: "template" }),
      operation("b", 10, 40),
      operation("c", 12, 99, { status: "InProgress" }),
    ];
    expect(chain(...operations)).toEqual([
      ["a", undefined, 0],
      ["b", "a", 0],
    ]);
  });

  test("is empty if nothing ran", () => {
    expect(chain()).toEqual([]);
  });
});
