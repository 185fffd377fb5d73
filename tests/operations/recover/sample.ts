/** The state of a small stack, and resources that are missing in it. */
import type { Checkpoint } from "../../../operations/checkpoint";

export const subscription = "11111111-1111-4111-8111-111111111111";
export const groupId = `/subscriptions/${subscription}/resourceGroups/rg`;
export const group = {
  urn: "urn:rg",
  custom: true,
  type: "azure-native:resources:ResourceGroup",
  id: groupId,
  inputs: { resourceGroupName: "rg" },
};
export const identity = (name: string, more: object = {}) => ({
  urn: `urn:${name}`,
  custom: true,
  type: "azure-native:managedidentity:UserAssignedIdentity",
  inputs: { resourceName: name, resourceGroupName: "rg", location: "swedencentral" },
  dependencies: ["urn:rg"],
  ...more,
});
export const checkpoint = (more: object = {}): Checkpoint => ({ version: 3, deployment: { resources: [group], ...more } });
export const steps = (...states: object[]) => states.map((newState) => ({ op: "create", urn: "", newState: newState as never }));
export const urns = (found: readonly { urn: string }[]) => found.map(({ urn }) => urn);
