/** Global services of Azure, which no setting confines to a region. */
import { FRONT_DOOR_TAG, GLOBAL_TYPES, GROUP_SERVICES } from "../../facts/globalServices";
import { allowedText } from "../contract";
import { at } from "../resource";
import { checked, type Rule } from "../rule";
import { isOpaque } from "../values";
import { isGlobalByDesign } from "./location";

/** Resources whose type has no regions, such as private DNS zones. */
export const globalTypesRule: Rule = {
  code: "MOOR430",
  types: Object.keys(GLOBAL_TYPES),
  check(resource, { contract }) {
    const location = at(resource, "location");
    if (!isGlobalByDesign(resource, location)) return [];
    const problem = `The resource is global: Azure can store ${GLOBAL_TYPES[resource.type.toLowerCase()]} in any region.`;
    return [checked("MOOR430", "violated", resource, "location", location, { problem, allowed: allowedText(contract) })];
  },
};

/** Services that every resource group depends on. The name of the service takes the place of a property. */
export const groupServicesRule: Rule = {
  code: "MOOR430",
  types: ["Microsoft.Resources/resourceGroups"],
  check: (resource, { contract }) =>
    GROUP_SERVICES.map(({ name, data }) => {
      const problem = `${name} is a global service. It can store or process ${data} in any region.`;
      return checked("MOOR430", "violated", resource, name, "global", { problem, allowed: allowedText(contract) });
    }),
};

/**
 * The data boundary of a subscription, as observed. Only with the boundary EU, support data stays in the EU. Source: Azure docs,
 * azure-resource-manager/management/manage-data-boundary (2024-10-16).
 */
export const dataBoundaryRule: Rule = {
  code: "MOOR430",
  types: ["Microsoft.Resources/dataBoundaries"],
  check(resource, { contract }) {
    const property = "properties.dataBoundary";
    const boundary = at(resource, property);
    const outcome = boundary === "EU" ? "holds" : "unknown";
    const problem = "The data boundary of the tenant isn't EU, so the regions of support data and of Azure's metadata are not proved.";
    return [checked("MOOR430", outcome, resource, property, boundary, { problem, allowed: allowedText(contract) })];
  },
};

/** The service tag that Azure allows in the managed network of every workspace. */
export const frontDoorRule: Rule = {
  code: "MOOR430",
  types: ["Microsoft.MachineLearningServices/workspaces"],
  check(resource, { contract }) {
    const property = "properties.managedNetwork.isolationMode";
    const mode = at(resource, property);
    if (mode === undefined || mode === null || mode === "Disabled") return [];
    const text = {
      problem: `The managed network always allows the service tag ${FRONT_DOOR_TAG}, which belongs to a global service. Azure downloads images and packages from it.`,
      allowed: allowedText(contract),
    };
    return [checked("MOOR430", isOpaque(mode) ? "unknown" : "violated", resource, property, mode, text)];
  },
};
