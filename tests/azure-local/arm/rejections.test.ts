// Tests each rule of the simulator: it rejects a request, accepts a similar one, and is the only reason for the rejection. Doesn't test that
// Azure rejects the same requests with the same messages: each rule has a source and a grade.
import { type ArmOptions, type Grade, RULES, type Rule } from "../../../azure-local/arm";
import { Caller } from "./client";
import { buildPlatform } from "./platform";
import { addressRejections } from "./rejections/addresses";
import { alertRejections } from "./rejections/alerts";
import { assetRejections } from "./rejections/assets";
import { commonRejections } from "./rejections/common";
import { containerStartRejections } from "./rejections/containerStart";
import { contentRejections } from "./rejections/contents";
import { deploymentRejections } from "./rejections/deployments";
import { endpointRejections } from "./rejections/endpoints";
import { enumValueRejections } from "./rejections/enumValues";
import { importRejections } from "./rejections/imports";
import { logRejections } from "./rejections/logs";
import { monitorRejections } from "./rejections/monitor";
import { nameRejections } from "./rejections/names";
import { natGatewayRejections } from "./rejections/natGateways";
import { networkRejections } from "./rejections/network";
import { privateEndpointRejections } from "./rejections/privateEndpoints";
import { quotaRejections } from "./rejections/quota";
import { type RejectedRequest, type Request, type Scene, sceneOf } from "./rejections/rejectedRequest";
import { scriptRejections } from "./rejections/scripts";
import { serviceRejections } from "./rejections/services";
import { storeRejections } from "./rejections/stores";
import { taskRejections } from "./rejections/tasks";
import { TEMPLATE_ERRORS, type TemplateError } from "./rejections/templateErrors";
import { valueRejections } from "./rejections/values";
import { OTHER_SUBSCRIPTION, workspaceRejections } from "./rejections/workspace";
import { workspaceRoleRejections } from "./rejections/workspaceRoles";
import { workspaceStoreRejections } from "./rejections/workspaceStores";

const REJECTIONS: readonly RejectedRequest[] = [
  ...commonRejections,
  ...nameRejections,
  ...serviceRejections,
  ...importRejections,
  ...taskRejections,
  ...storeRejections,
  ...valueRejections,
  ...networkRejections,
  ...addressRejections,
  ...natGatewayRejections,
  ...scriptRejections,
  ...privateEndpointRejections,
  ...workspaceRejections,
  ...workspaceRoleRejections,
  ...workspaceStoreRejections,
  ...assetRejections,
  ...endpointRejections,
  ...deploymentRejections,
  ...monitorRejections,
  ...alertRejections,
  ...logRejections,
  ...contentRejections,
  ...quotaRejections,
  ...containerStartRejections,
  ...enumValueRejections,
];

let platform: Caller;
beforeAll(async () => {
  platform = await Caller.start({ otherSubscriptionIds: [OTHER_SUBSCRIPTION] });
  await buildPlatform(platform);
});
afterAll(() => platform.stop());

function title(row: RejectedRequest | TemplateError): string {
  if (!("rule" in row)) return row.case;
  return row.case ? `${row.rule}: ${row.case}` : row.rule;
}

/** Rows with their titles. */
function table<T extends RejectedRequest | TemplateError>(rows: readonly T[]): [string, T][] {
  return rows.map((row) => [title(row), row]);
}

async function onFork(
  row: Pick<RejectedRequest, "setup" | "options">,
  options: Partial<ArmOptions>,
  act: (scene: Scene) => Promise<void>,
): Promise<void> {
  const caller = (await platform.fork({ otherSubscriptionIds: [OTHER_SUBSCRIPTION], ...row.options, ...options })).withoutSockets();
  try {
    const scene = sceneOf(caller);
    await row.setup?.(scene);
    await act(scene);
  } finally {
    await caller.stop();
  }
}

function ruleOf({ rule }: Pick<RejectedRequest, "rule">): Rule {
  return RULES.find(({ code }) => code === rule)!;
}

async function expectRejected({ caller }: Scene, row: RejectedRequest, request: Request): Promise<void> {
  const answer = await caller.send(...request);
  if (!ruleOf(row).failsOperation) return expect(`${answer.status} ${answer.body?.error?.code}`).toBe(row.answer);
  expect(answer.status).toBe(201);
  const ended = await caller.outcome(answer);
  expect([ended.status, ended.error?.code]).toEqual(["Failed", row.answer]);
}

async function expectAccepted({ caller }: Scene, request: Request, untilCompleted = false): Promise<void> {
  const answer = await caller.send(...request);
  expect(answer.body?.error).toBeUndefined();
  expect([200, 201, 202]).toContain(answer.status);
  if (untilCompleted) expect((await caller.outcome(answer)).status).toBe("Succeeded");
}

describe("the request is rejected, and a similar one is accepted", () => {
  test.each(table(REJECTIONS))("%s", (_title, row) =>
    onFork(row, {}, async (scene) => {
      await expectRejected(scene, row, row.rejected(scene));
      await expectAccepted(scene, row.accepted(scene), ruleOf(row).failsOperation);
    }),
  );
});

describe("the rule is the only reason", () => {
  test.each(table(REJECTIONS))("%s", (_title, row) =>
    onFork(row, { withoutRules: [row.rule] }, (scene) => expectAccepted(scene, row.rejected(scene), ruleOf(row).failsOperation)),
  );
});

describe("without the weak grades, only rules with a strong grade reject", () => {
  const WEAK: readonly Grade[] = ["E", "I", "K"];
  test.each(table(REJECTIONS))("%s", (_title, row) =>
    onFork(row, { withoutGrades: WEAK }, async (scene) => {
      const rule = ruleOf(row);
      if (WEAK.includes(rule.grade)) return expectAccepted(scene, row.rejected(scene), rule.failsOperation);
      return expectRejected(scene, row, row.rejected(scene));
    }),
  );
});

describe.each([
  ["with all rules", {}],
  ["without the weak grades", { withoutGrades: ["E", "I", "K"] as const }],
])("errors of public templates, %s", (_mode, options) => {
  test.each(table(TEMPLATE_ERRORS))("%s", (_title, row) =>
    onFork({}, options, async (scene) => {
      const answer = await scene.caller.send(...row.rejected(scene));
      expect(`${answer.status} ${answer.body?.error?.code}`).toBe(row.answer);
      expect(answer.body.error.message).toContain(row.message);
      await expectAccepted(scene, row.accepted(scene));
    }),
  );
});

test("every rule has a row, every row has a rule, and every code is unique", () => {
  const codes = RULES.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  expect([...new Set(REJECTIONS.map(({ rule }) => rule))].sort()).toEqual([...codes].sort());
});

test("there are more than 150 rows, and more than 80 have a strong grade", () => {
  expect(REJECTIONS.length + TEMPLATE_ERRORS.length).toBeGreaterThan(150);
  const facts = REJECTIONS.filter((row) => ["D", "S", "P"].includes(ruleOf(row).grade));
  expect(facts.length).toBeGreaterThan(80);
});

test("every rule and every template error has a source", () => {
  expect(TEMPLATE_ERRORS.filter(({ source }) => source.length < 15)).toEqual([]);
  expect(RULES.filter(({ source }) => source.length < 15).map(({ code }) => code)).toEqual([]);
});
