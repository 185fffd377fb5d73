// Proves which changes of a resource are ignored because only the spelling of an id differs. Doesn't prove that the engine ignores them: see
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

const upper = (value: string) => value.replace("resourceGroups", "RESOURCEGROUPS");

test("A role assignment that Azure has at the same scope keeps the spelling of its scope in the state.", async () => {
  expect(await ignored({ ...inputs, scope: upper(registry) }, { [id]: live })).toEqual(["tags", "scope", "roleDefinitionId"]);
});

test("What Azure has with another value changes.", async () => {
  expect(await ignored({ ...inputs, roleDefinitionId: `${roleDefinitionId}0` }, { [id]: live })).toEqual(["tags", "scope"]);
});

test("At another scope there is no such assignment, and the change is one.", async () => {
  expect(await ignored({ ...inputs, scope: `${registry}2` }, { [id]: live })).toEqual(["tags"]);
});

test("A private endpoint keeps the spelling of its subnet where that is the subnet that it is in.", async () => {
  const endpoint = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/pe`;
  const props = { privateEndpointName: "pe", resourceGroupName: "rg", subnet: { id: upper(subnet) } };
  const shown = { [endpoint]: { properties: { subnet: { id: subnet } } } };
  expect(await ignored(props, shown, "azure-native:network:PrivateEndpoint")).toEqual(["tags", "resourceGroupName", "subnet.id"]);
  const moved = { ...props, subnet: { id: `${subnet}2` } };
  expect(await ignored(moved, shown, "azure-native:network:PrivateEndpoint")).toEqual(["tags", "resourceGroupName"]);
});

test.each([403, 404, 500])("Where Azure answers %i, nothing is ignored.", async (status) => {
  expect(await ignored(inputs, { [id]: status })).toEqual(["tags"]);
});

test("What isn't known yet is not looked for.", async () => {
  expect(await ignored({ ...inputs, scope: pulumi.unknown }, {})).toEqual(["tags"]);
});

test("A resource that refers to nothing adopted is not looked at.", async () => {
  const props = { accountName: "st", resourceGroupName: "rg" };
  expect(await ignored(props, {}, "azure-native:storage:StorageAccount")).toEqual(["tags"]);
});
