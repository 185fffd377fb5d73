/** Roles that principals inherit from a subscription or a management group. Only Azure shows them. */
import { matchesAction, SCORE_ACTION } from "../../../facts/roles";
import type { Check } from "../../finding";
import { at, type ResourceSet, type RuleResource } from "../../resource";
import { checked } from "../../rule";
import { valueText } from "../../values";
import { actionsOf, builtInRole, definitionOf, roleIdOf } from "./assignment";

/**
 * Built-in roles that are only for data, keys or calls, so that no administration of a subscription requires them. Broad roles such as Owner
 * include them too, but who has those is decided above the stack.
 * Source: Azure docs, role-based-access-control/built-in-roles (2025).
 */
const dataRoles: Readonly<Record<string, string>> = {
  "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": "Storage Blob Data Reader",
  "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
  "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
  "69566ab7-960f-475b-8e7c-b3118f30c6bd": "Storage File Data Privileged Contributor",
  "17d1049b-9a84-46fb-8f53-869881c3d3ab": "Storage Account Contributor",
  "81a9662b-bebf-436f-a333-f67b29880f12": "Storage Account Key Operator Service Role",
  "00482a5a-887f-4fb3-b363-3b7fe8e74483": "Key Vault Administrator",
  "b86a8fe4-44ce-4948-aee5-eccb2c155cd7": "Key Vault Secrets Officer",
  "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
  "f6c7c914-8db3-469d-8ca1-694a8f32e121": "AzureML Data Scientist",
  "ea01e6af-a1c1-4350-9563-ad00f8c72ec5": "Azure Machine Learning Workspace Connection Secrets Reader",
  "73c42c96-874c-492b-b04d-ab87d138a893": "Log Analytics Reader",
  "92aaf0da-9dab-42b6-94a3-d43ce8d16293": "Log Analytics Contributor",
};

/** Actions that read data or keys, or call endpoints. */
const dataActions = [
  SCORE_ACTION,
  "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/listKeys/action",
  "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/token/action",
  "Microsoft.Storage/storageAccounts/listKeys/action",
];

function givesData(definition: RuleResource): boolean {
  const actions = actionsOf(definition, "actions").filter((one) => typeof one === "string");
  return (
    actions.some((pattern) => dataActions.some((action) => matchesAction(pattern, action))) ||
    actionsOf(definition, "dataActions").length > 0
  );
}

/** Violated for roles that are only for data, keys or calls. Any other role is listed as not proved: its holders are decided above the stack. */
export function inheritedCheck(assignment: RuleResource, scope: string, resources: ResourceSet): Check {
  const property = "properties.roleDefinitionId";
  const id = roleIdOf(assignment) ?? "";
  const definition = definitionOf(id, resources);
  const isForData = Object.hasOwn(dataRoles, id) || (definition !== undefined && givesData(definition));
  const role = dataRoles[id] ?? builtInRole(id) ?? (id === "" ? "a role" : id);
  const principal = valueText(at(assignment, "properties.principalId"));
  const problem = isForData
    ? `${principal} inherits the role ${role} from ${scope}. The role can read data or keys, or call endpoints.`
    : `${principal} inherits the role ${role} from ${scope}. The assignment is managed outside the stack, so it is not proved, and it needs no entry in \`moor:accept\`.`;
  const allowed = "no roles for data, keys or calls above the resource group";
  return checked("MOOR482", isForData ? "violated" : "unknown", assignment, property, at(assignment, property), { problem, allowed });
}
