// Proves over random histories, against the simulator's own rules, that the planned deployments, shares, numbers of instances and order never
// leave an endpoint without an answer, nor with less room for requests than served before: after every single call (watch.ts says what is
// looked at). modelWorld.ts stands for the engine and the components' hooks; that they do the same is tests/histories' to prove.
import * as fc from "fast-check";
import { Caller } from "../../azure-local/arm/client";
import { bodies, buildPlatform, paths } from "../../azure-local/arm/platform";
import { histories, undisturbed } from "./edits";
import { ModelWorld, type Tally } from "./modelWorld";

jest.setTimeout(900_000);

const sequences = Number(process.env.ROLLOUT_SEQUENCES ?? 200);
/** The same at each run, so that a failure is the change's; `ROLLOUT_SEED=$RANDOM` looks elsewhere. */
const seed = Number(process.env.ROLLOUT_SEED ?? 20_261_126);

const end = fc.record({
  refused: fc.constantFrom(true, false, false, false),
  killedAfter: fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, fc.integer({ min: 0, max: 6 })),
});

test(`${sequences} random histories keep every endpoint served (seed ${seed}).`, async () => {
  const caller = (await Caller.start()).withoutSockets();
  const tally: Tally = { calls: 0, refusedBeforehand: 0, seen: new Map() };
  try {
    await buildPlatform(caller);
    await fc.assert(
      fc.asyncProperty(histories(end, { min: 2, max: 5 }), async (runs) => {
        await clear(caller);
        const world = new ModelWorld(caller, tally);
        await world.edit({ kind: "change", label: "main", recipe: 1 });
        await world.edit({ kind: "change", label: "next", recipe: 2 });
        await world.run(undisturbed);
        for (const [edits, how] of runs) {
          for (const one of edits) await world.edit(one);
          await world.run(how);
        }
      }),
      { numRuns: sequences, seed },
    );
  } catch (error) {
    const { cause, message } = error as Error;
    throw new Error(`${cause ?? ""}\nROLLOUT_SEED=${seed} ROLLOUT_SEQUENCES=${sequences} repeats this. ${message}`);
  } finally {
    await caller.stop();
  }
  const kinds = [...tally.seen].map(([what, count]) => `${count} ${what}`).sort();
  console.log(
    `seed ${seed}: ${sequences} histories, ${tally.calls} calls, ${tally.refusedBeforehand} refused beforehand, ${kinds.join(", ")}`,
  );
  expect(tally.calls).toBeGreaterThan(sequences * 3);
  expect([...tally.seen.keys()].sort()).toEqual(["in place", "killed", "mirror", "refused at the gate"]);
});

/** Nothing of the history before is left; one that failed may have left a call under way. */
async function clear(caller: Caller): Promise<void> {
  const over = () => caller.clock.advance(2 * 3600);
  over();
  await caller.put(paths.endpoint, bodies(caller).endpoint);
  over();
  for (const { id } of caller.arm.list("Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments")) {
    await caller.delete(String(id));
    over();
  }
}
