// Proves which roles are named as missing where others grant them, and the command for it. Doesn't prove that Azure's list is complete: a
// role that comes by a group is not in it, which is why this only warns.
import * as pulumi from "@pulumi/pulumi";
import { askForRoles, isGranted, type RoleNeed, roleCommand } from "../../../components/identity/roleRequest";
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
  ["on a neighbour whose name begins alike", { scope: `${registry}2` }, false],
  ["on another group", { scope: "/subscriptions/s/resourceGroups/gg" }, false],
  ["for another identity", { principalId: "q" }, false],
  ["with another role", { roleDefinitionId: `/x/roleDefinitions/${BUILT_IN_ROLES.Contributor}` }, false],
])("A role granted %s counts: %j → %s", (_, changes, counts) => {
  expect(isGranted(need, [assignment(changes)])).toBe(counts);
});

async function warnings(answer: object | number): Promise<string[]> {
  const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
  const azure = await serveAzure({ [`${registry}/providers/Microsoft.Authorization/roleAssignments`]: answer });
  try {
    await record(() => askForRoles("ask", armClient(), [need]).callback({} as pulumi.ResourceHookArgs));
    return warn.mock.calls.map(([message]) => message);
  } finally {
    warn.mockRestore();
    await azure.close();
  }
}

test("What is missing is named with its command, what is there is not, and what can't be read is said to be so.", async () => {
  const command = `az role assignment create --assignee-object-id p --assignee-principal-type ServicePrincipal --role "AcrPull" --scope ${registry}`;
  expect(roleCommand(need)).toBe(command);
  expect(await warnings({ value: [] })).toEqual([
    `The identity p has not been granted AcrPull (roles: external). The owner of roles grants it by:\n  ${command}`,
  ]);
  expect(await warnings({ value: [assignment()] })).toEqual([]);
  const [unread] = await warnings(403);
  expect(unread).toMatch(/^Whether the identity p has AcrPull can't be read \(Azure answered 403/);
});

test("A preview names what is missing where the identity is known, and asks nothing of one that isn't.", async () => {
  const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
  const azure = await serveAzure({});
  try {
    const grants = [need, { ...need, principalId: pulumi.output(pulumi.unknown as unknown as string) }];
    const { result } = await record(
      async () => {
        const hook = askForRoles("ask", armClient(), grants);
        await hook.callback({} as pulumi.ResourceHookArgs);
        return hook.opts?.onDryRun;
      },
      { preview: true },
    );
    expect(result).toBe(true);
    expect(warn.mock.calls.map(([message]) => message)).toEqual([expect.stringMatching(/^The identity p has not been granted AcrPull/)]);
    expect(azure.reads).toHaveLength(1);
  } finally {
    warn.mockRestore();
    await azure.close();
  }
});
