// Every rule of the simulator: what it refuses, the near twin that passes, and that the rule alone is the reason. Does not prove that
// Azure refuses the same with the same words: each rule names its source and how sure it is.
import { RULES } from "../../../azure-local/arm";
import { Caller } from "./client";
import { buildPlatform } from "./platform";
import { commonRefusals } from "./refusals/common";
import { deploymentRefusals } from "./refusals/deployments";
import { endpointRefusals } from "./refusals/endpoints";
import { monitorRefusals } from "./refusals/monitor";
import { networkRefusals } from "./refusals/network";
import { type Refusal, sceneOf } from "./refusals/refusal";
import { serviceRefusals } from "./refusals/services";
import { OTHER_SUBSCRIPTION, workspaceRefusals } from "./refusals/workspace";

const REFUSALS: readonly Refusal[] = [
  ...commonRefusals,
  ...serviceRefusals,
  ...networkRefusals,
  ...workspaceRefusals,
  ...endpointRefusals,
  ...deploymentRefusals,
  ...monitorRefusals,
];

let platform: Caller;
beforeAll(async () => {
  platform = await Caller.start({ otherSubscriptionIds: [OTHER_SUBSCRIPTION] });
  await buildPlatform(platform);
});
afterAll(() => platform.stop());

function title({ rule, case: which }: Refusal): string {
  return which ? `${rule}: ${which}` : rule;
}

function fork(withoutRules: readonly string[] = []): Promise<Caller> {
  return platform.fork({ otherSubscriptionIds: [OTHER_SUBSCRIPTION], withoutRules });
}

describe("refused, and its twin accepted", () => {
  test.each(REFUSALS.map((refusal) => [title(refusal), refusal] as const))(
    "%s",
    async (_title, { rule: code, answer, given, refused, accepted }) => {
      const rule = RULES.find((one) => one.code === code)!;
      const caller = await fork();
      try {
        const scene = sceneOf(caller);
        await given?.(scene);
        const first = await caller.send(...refused(scene));
        if (rule.failsOperation) {
          expect(first.status).toBe(201);
          const ended = await caller.outcome(first);
          expect([ended.status, ended.error?.code]).toEqual(["Failed", answer]);
        } else {
          expect(`${first.status} ${first.body?.error?.code}`).toBe(answer);
        }
        const second = await caller.send(...accepted(scene));
        expect(second.body?.error).toBeUndefined();
        expect([200, 201, 202]).toContain(second.status);
        if (rule.failsOperation) expect((await caller.outcome(second)).status).toBe("Succeeded");
      } finally {
        await caller.stop();
      }
    },
  );
});

describe("the rule alone is the reason", () => {
  test.each(REFUSALS.map((refusal) => [title(refusal), refusal] as const))("%s", async (_title, { rule: code, given, refused }) => {
    const caller = await fork([code]);
    try {
      const scene = sceneOf(caller);
      await given?.(scene);
      const answer = await caller.send(...refused(scene));
      expect(answer.body?.error).toBeUndefined();
      expect([200, 201, 202]).toContain(answer.status);
      if (RULES.find((one) => one.code === code)!.failsOperation) expect((await caller.outcome(answer)).status).toBe("Succeeded");
    } finally {
      await caller.stop();
    }
  });
});

test("every rule has a row, every row a rule, and every code stands once", () => {
  const codes = RULES.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  expect([...new Set(REFUSALS.map(({ rule }) => rule))].sort()).toEqual([...codes].sort());
});

test("a rule says where it comes from", () => {
  expect(RULES.filter(({ source }) => source.length < 15).map(({ code }) => code)).toEqual([]);
});
