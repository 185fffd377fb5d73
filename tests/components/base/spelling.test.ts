// Proves which changes of a resource are ignored because only the case of an ID differs. Doesn't prove that the engine ignores them: see
// tests/e2e/adoptedNames.test.ts.
import * as pulumi from "@pulumi/pulumi";
import { keepSpelling } from "../../../components/base/spelling";
import { armClient, serveAzure } from "../../azure/fakeArm";
import { record, SUBSCRIPTION } from "../recorder";

const registry = `/subscriptions/${SUBSCRIPTION}/resourceGroups/hub/providers/Microsoft.ContainerRegistry/registries/central`;
const subnet = `/subscriptions/${SUBSCRIPTION}/resourceGroups/hub/providers/Microsoft.Network/virtualNetworks/spoke/subnets/a`;
const adopted = [registry, subnet];
const roleAssignmentName = "11111111-2222-4333-8444-555555555555";
const roleDefinitionId = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/7f951dda`;
const inputs = { scope: registry, roleAssignmentName, roleDefinitionId, principalId: "p" };
const id = `${registry}/providers/Microsoft.Authorization/roleAssignments/${roleAssignmentName}`;
const live = { id, properties: { scope: registry, roleDefinitionId, principalId: "p" } };

async function ignored(props: object, shown: Record<string, object | number>, type = "azure-native:authorization:RoleAssignment") {
  const azure = await serveAzure(shown);
  const args = { custom: true, type, name: "", props, opts: { ignoreChanges: ["tags"] } };
  const { result } = await record(() => keepSpelling(armClient(), adopted)(args)).finally(() => azure.close());
  return ((result as { opts: { ignoreChanges: string[] } } | undefined)?.opts ?? args.opts).ignoreChanges;
}

test.each([
  [false, undefined],
  [undefined, undefined],
  [true, true],
])("`deleteBeforeReplace: %s`, which the SDK passes as `false` if it isn't set, is %s.", async (deleteBeforeReplace, expected) => {
  const azure = await serveAzure({ [id]: live });
  const opts: pulumi.CustomResourceOptions = { deleteBeforeReplace };
  const args = { custom: true, type: "azure-native:authorization:RoleAssignment", name: "", props: inputs, opts };
  const { result } = await record(() => keepSpelling(armClient(), adopted)(args)).finally(() => azure.close());
  expect(result).toMatchObject({ opts: { deleteBeforeReplace: expected } });
});

const upper = (value: string) => value.replace("resourceGroups", "RESOURCEGROUPS");

test("A role assignment that exists at the same scope keeps the case of its scope in the state.", async () => {
  expect(await ignored({ ...inputs, scope: upper(registry) }, { [id]: live })).toEqual(["tags", "scope", "roleDefinitionId"]);
});

test("A resource with another value in Azure changes.", async () => {
  expect(await ignored({ ...inputs, roleDefinitionId: `${roleDefinitionId}0` }, { [id]: live })).toEqual(["tags", "scope"]);
});

test("An assignment at another scope doesn't exist, so the change is not ignored.", async () => {
  expect(await ignored({ ...inputs, scope: `${registry}2` }, { [id]: live })).toEqual(["tags"]);
});

test("A private endpoint keeps the case of its subnet if it is in that subnet.", async () => {
  const endpoint = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/pe`;
  const props = { privateEndpointName: "pe", resourceGroupName: "rg", subnet: { id: upper(subnet) } };
  const shown = { [endpoint]: { properties: { subnet: { id: subnet } } } };
  expect(await ignored(props, shown, "azure-native:network:PrivateEndpoint")).toEqual(["tags", "resourceGroupName", "subnet.id"]);
  const moved = { ...props, subnet: { id: `${subnet}2` } };
  expect(await ignored(moved, shown, "azure-native:network:PrivateEndpoint")).toEqual(["tags", "resourceGroupName"]);
});

test.each([403, 404, 500])("If Azure returns %i, nothing is ignored.", async (status) => {
  expect(await ignored(inputs, { [id]: status })).toEqual(["tags"]);
});

test("There is no request for unknown IDs.", async () => {
  expect(await ignored({ ...inputs, scope: pulumi.unknown }, {})).toEqual(["tags"]);
});

test("There is no request for resources that don't refer to an adopted resource.", async () => {
  const props = { accountName: "st", resourceGroupName: "rg" };
  expect(await ignored(props, {}, "azure-native:storage:StorageAccount")).toEqual(["tags"]);
});
