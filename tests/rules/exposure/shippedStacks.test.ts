// Tests the exposure rules and the table of roles on the shipped stacks. Doesn't prove that Azure requires each role: the tests of the local
// Azure do.

// Before Pulumi's runtime, which reads the folder on load.
import "../../components/rootDirectory";

import { BUILT_IN_ROLES } from "../../../facts/roles";
import type { RuleResource } from "../../../rules";
import { roleTable } from "../../../rules/exposure";
import { TENANT } from "../../components/recorder";
import { shippedResources } from "../shipped";
import { checksOf, contract } from "./support";

afterAll(() => jest.restoreAllMocks());

const own = { ...contract, tenantId: TENANT };

/** Codes and names of checks with an outcome, each once. */
async function found(stack: string, outcome: "violated" | "unknown"): Promise<string[]> {
  const checks = checksOf(await shippedResources(stack), own).filter((check) => check.outcome === outcome);
  return [...new Set(checks.map(({ code, resource }) => `${code} ${resource.name}`))].sort();
}

test.each(["prod", "dev"])("%s has only findings that its stack file accepts", async (stack) => {
  expect(await found(stack, "violated")).toEqual(["MOOR445 platform-app-insights", "MOOR445 platform-logs"]);
  expect(await found(stack, "unknown")).toEqual([]);
});

/** `holder role scope` of a role assignment. The logical name tells the holder. */
function rowOf({ name, id, body }: RuleResource): string {
  const guid = String((body.properties as { roleDefinitionId: string }).roleDefinitionId)
    .split("/")
    .at(-1)!;
  const role = Object.entries(BUILT_IN_ROLES).find(([, one]) => one === guid)?.[0] ?? "Score";
  const scope = id!.split("/providers/Microsoft.Authorization/")[0]!;
  const types = scope.split("/providers/")[1]?.split("/") ?? ["Microsoft.Resources", "resourceGroups"];
  const type = types.filter((_, index) => index === 0 || index % 2 === 1).join("/");
  return `${name.startsWith("platform-") ? "workspace" : name.includes("-invoker-") ? "invoker" : "endpoint"} ${role} ${type}`;
}

test("the role assignments of prod are exactly those of the table", async () => {
  const assignments = (await shippedResources("prod")).filter(({ type }) => type.endsWith("/roleAssignments"));
  const expected = roleTable
    .filter(({ when }) => when === "always" || when === "invokers")
    .map(({ holder, role, scope }) => `${holder} ${role} ${scope}`);
  expect([...new Set(assignments.map(rowOf))].sort()).toEqual(expected.sort());
  // One for each identity: two endpoints, of which one has an invoker.
  expect(assignments).toHaveLength(9 + 2 * 2 + 1);
});
