// Proves the warnings of missing roles with `roles: external`, with their commands. Doesn't prove that Azure's list is complete: it doesn't
// contain roles that an identity has through a group, which is why this only warns.
import * as pulumi from "@pulumi/pulumi";
import { isGranted, type RoleNeed, roleCommand, warnOfMissingRoles } from "../../../components/identity/roleRequest";
import { BUILT_IN_ROLES } from "../../../facts/roles";
import { armClient, serveAzure } from "../../azure/fakeArm";
import { record } from "../recorder";

const registry = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/cr";
const need: RoleNeed = { principalId: "p", role: "AcrPull", scope: registry };
const assignment = (changes: object = {}) => ({
  properties: { principalId: "p", roleDefinitionId: `/x/roleDefinitions/${BUILT_IN_ROLES.AcrPull}`, scope: registry, ...changes },
});

test.each<[string, object, boolean]>([
  ["on the scope itself", {}, true],
  ["in another case", { scope: registry.toUpperCase() }, true],
  ["on the group", { scope: "/subscriptions/s/resourceGroups/g" }, true],
  ["on everything", { scope: "/" }, true],
  ["on a resource whose name starts with the same characters", { scope: `${registry}2` }, false],
  ["on another group", { scope: "/subscriptions/s/resourceGroups/gg" }, false],
  ["for another identity", { principalId: "q" }, false],
  ["with another role", { roleDefinitionId: `/x/roleDefinitions/${BUILT_IN_ROLES.Contributor}` }, false],
])("A role assignment %s is accepted: %j → %s", (_, changes, counts) => {
  expect(isGranted(need, [assignment(changes)])).toBe(counts);
});

async function warnings(answer: object | number): Promise<string[]> {
  const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
  const azure = await serveAzure({ [`${registry}/providers/Microsoft.Authorization/roleAssignments`]: answer });
  try {
    await record(() => warnOfMissingRoles("ask", armClient(), [need]).callback({} as pulumi.ResourceHookArgs));
    return warn.mock.calls.map(([message]) => message);
  } finally {
    warn.mockRestore();
    await azure.close();
  }
}

test("A missing role is reported with its command, an existing one is not, and a failed check is reported.", async () => {
  const command = `az role assignment create --assignee-object-id p --assignee-principal-type ServicePrincipal --role "AcrPull" --scope ${registry}`;
  expect(roleCommand(need)).toBe(command);
  expect(await warnings({ value: [] })).toEqual([
    `The identity p doesn't have the role AcrPull (roles: external). The owner of the scope can grant it with:\n  ${command}`,
  ]);
  expect(await warnings({ value: [assignment()] })).toEqual([]);
  const [unread] = await warnings(403);
  expect(unread).toMatch(/^Can't check whether the identity p has the role AcrPull \(Azure answered 403/);
});

test("A preview reports missing roles of a known identity, and sends no request for an unknown one.", async () => {
  const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
  const azure = await serveAzure({});
  try {
    const grants = [need, { ...need, principalId: pulumi.output(pulumi.unknown as unknown as string) }];
    const { result } = await record(
      async () => {
        const hook = warnOfMissingRoles("ask", armClient(), grants);
        await hook.callback({} as pulumi.ResourceHookArgs);
        return hook.opts?.onDryRun;
      },
      { preview: true },
    );
    expect(result).toBe(true);
    expect(warn.mock.calls.map(([message]) => message)).toEqual([expect.stringMatching(/^The identity p doesn't have the role AcrPull/)]);
    expect(azure.reads).toHaveLength(1);
  } finally {
    warn.mockRestore();
    await azure.close();
  }
});
