// Every rule of the simulator: what it refuses, the near twin that passes, and that the rule alone is the reason. Does not prove that
// Azure refuses the same with the same words: each rule names its source and how sure it is.
import { type ArmOptions, type Grade, RULES, type Rule } from "../../../azure-local/arm";
import { Caller } from "./client";
import { buildPlatform } from "./platform";
import { addressRefusals } from "./refusals/addresses";
import { alertRefusals } from "./refusals/alerts";
import { assetRefusals } from "./refusals/assets";
import { commonRefusals } from "./refusals/common";
import { containerStartRefusals } from "./refusals/containerStart";
import { contentRefusals } from "./refusals/contents";
import { deploymentRefusals } from "./refusals/deployments";
import { endpointRefusals } from "./refusals/endpoints";
import { logRefusals } from "./refusals/logs";
import { MISTAKES, type Mistake } from "./refusals/mistakes";
import { monitorRefusals } from "./refusals/monitor";
import { nameRefusals } from "./refusals/names";
import { networkRefusals } from "./refusals/network";
import { privateEndpointRefusals } from "./refusals/privateEndpoints";
import { quotaRefusals } from "./refusals/quota";
import { type Refusal, type Request, type Scene, sceneOf } from "./refusals/refusal";
import { serviceRefusals } from "./refusals/services";
import { storeRefusals } from "./refusals/stores";
import { valueRefusals } from "./refusals/values";
import { wordRefusals } from "./refusals/words";
import { OTHER_SUBSCRIPTION, workspaceRefusals } from "./refusals/workspace";
import { workspaceStoreRefusals } from "./refusals/workspaceStores";

const REFUSALS: readonly Refusal[] = [
  ...commonRefusals,
  ...nameRefusals,
  ...serviceRefusals,
  ...storeRefusals,
  ...valueRefusals,
  ...networkRefusals,
  ...addressRefusals,
  ...privateEndpointRefusals,
  ...workspaceRefusals,
  ...workspaceStoreRefusals,
  ...assetRefusals,
  ...endpointRefusals,
  ...deploymentRefusals,
  ...monitorRefusals,
  ...alertRefusals,
  ...logRefusals,
  ...contentRefusals,
  ...quotaRefusals,
  ...containerStartRefusals,
  ...wordRefusals,
];

let platform: Caller;
beforeAll(async () => {
  platform = await Caller.start({ otherSubscriptionIds: [OTHER_SUBSCRIPTION] });
  await buildPlatform(platform);
});
afterAll(() => platform.stop());

function title(row: Refusal | Mistake): string {
  if (!("rule" in row)) return row.case;
  return row.case ? `${row.rule}: ${row.case}` : row.rule;
}

/** A row with its rule; a mistake that the schema refuses has none. */
function table<T extends Refusal | Mistake>(rows: readonly T[]): [string, T][] {
  return rows.map((row) => [title(row), row]);
}

async function onFork(
  row: Pick<Refusal, "given" | "options">,
  options: Partial<ArmOptions>,
  act: (scene: Scene) => Promise<void>,
): Promise<void> {
  const caller = await platform.fork({ otherSubscriptionIds: [OTHER_SUBSCRIPTION], ...row.options, ...options });
  try {
    const scene = sceneOf(caller);
    await row.given?.(scene);
    await act(scene);
  } finally {
    await caller.stop();
  }
}

function ruleOf({ rule }: Pick<Refusal, "rule">): Rule {
  return RULES.find(({ code }) => code === rule)!;
}

async function expectRefused({ caller }: Scene, row: Refusal, request: Request): Promise<void> {
  const answer = await caller.send(...request);
  if (!ruleOf(row).failsOperation) return expect(`${answer.status} ${answer.body?.error?.code}`).toBe(row.answer);
  expect(answer.status).toBe(201);
  const ended = await caller.outcome(answer);
  expect([ended.status, ended.error?.code]).toEqual(["Failed", row.answer]);
}

async function expectAccepted({ caller }: Scene, request: Request, untilItsEnd = false): Promise<void> {
  const answer = await caller.send(...request);
  expect(answer.body?.error).toBeUndefined();
  expect([200, 201, 202]).toContain(answer.status);
  if (untilItsEnd) expect((await caller.outcome(answer)).status).toBe("Succeeded");
}

describe("refused, and its twin accepted", () => {
  test.each(table(REFUSALS))("%s", (_title, row) =>
    onFork(row, {}, async (scene) => {
      await expectRefused(scene, row, row.refused(scene));
      await expectAccepted(scene, row.accepted(scene), ruleOf(row).failsOperation);
    }),
  );
});

describe("the rule alone is the reason", () => {
  test.each(table(REFUSALS))("%s", (_title, row) =>
    onFork(row, { withoutRules: [row.rule] }, (scene) => expectAccepted(scene, row.refused(scene), ruleOf(row).failsOperation)),
  );
});

describe("with the weak grades off a fact still refuses, and nothing else does", () => {
  const WEAK: readonly Grade[] = ["E", "I", "K"];
  test.each(table(REFUSALS))("%s", (_title, row) =>
    onFork(row, { withoutGrades: WEAK }, async (scene) => {
      const rule = ruleOf(row);
      if (WEAK.includes(rule.grade)) return expectAccepted(scene, row.refused(scene), rule.failsOperation);
      return expectRefused(scene, row, row.refused(scene));
    }),
  );
});

describe.each([
  ["with all rules", {}],
  ["with the weak grades off", { withoutGrades: ["E", "I", "K"] as const }],
])("mistakes of public templates, %s", (_mode, options) => {
  test.each(table(MISTAKES))("%s", (_title, row) =>
    onFork({}, options, async (scene) => {
      const answer = await scene.caller.send(...row.refused(scene));
      expect(`${answer.status} ${answer.body?.error?.code}`).toBe(row.answer);
      expect(answer.body.error.message).toContain(row.says);
      await expectAccepted(scene, row.accepted(scene));
    }),
  );
});

test("every rule has a row, every row a rule, and every code stands once", () => {
  const codes = RULES.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  expect([...new Set(REFUSALS.map(({ rule }) => rule))].sort()).toEqual([...codes].sort());
});

test("the corpus holds more than eighty requests, and facts are most of it", () => {
  expect(REFUSALS.length + MISTAKES.length).toBeGreaterThan(150);
  const facts = REFUSALS.filter((row) => ["D", "S", "P"].includes(ruleOf(row).grade));
  expect(facts.length).toBeGreaterThan(80);
});

test("a rule and a mistake say where they come from", () => {
  expect(MISTAKES.filter(({ source }) => source.length < 15)).toEqual([]);
  expect(RULES.filter(({ source }) => source.length < 15).map(({ code }) => code)).toEqual([]);
});
