/** Doors of properties that can't change at all: the region of every resource, and properties that Azure reads only at creation. */
import { armTypeOf, type TypedResourceName } from "../../azure/resourceTypes";
import { canonicalRegion } from "../../facts/regions";
import { at } from "../resource";
import { isOpaque, type Value } from "../values";
import { type Door, doorCheck, isSameValue, propertyDoor } from "./door";
import { identityDoor } from "./identity";

/** The region, in any form of its name. */
export const regionDoor: Door = {
  code: "MOOR522",
  types: "all",
  check({ before, after }) {
    const was: Value = region(at(before, "location"));
    const now: Value = region(at(after, "location"));
    // Child resources have no region, and azure-native adds the region of the stack where the program omits it.
    if (was === undefined || now === undefined || isSameValue(was, now)) return [];
    const outcome = isOpaque(was) || isOpaque(now) ? "unknown" : "violated";
    return [doorCheck("MOOR522", outcome, after, "location", was, now)];
  },
};

function region(location: Value): Value {
  if (location === null) return undefined;
  return typeof location === "string" ? canonicalRegion(location) : location;
}

/**
 * Properties that Azure reads only at creation, by type. Other doors have the properties of workspaces and stores. Source:
 * azure-rest-api-specs, x-ms-mutability (environments, deployments); Azure docs, machine-learning/concept-secure-online-endpoint (2025-11-13)
 * for `egressPublicNetworkAccess`; the service treats the versions of models and code as immutable.
 */
const createOnly = {
  "machinelearningservices:OnlineDeployment": ["instanceType", "egressPublicNetworkAccess"],
  "machinelearningservices:EnvironmentVersion": ["autoRebuild", "build", "condaFile", "image", "inferenceConfig", "osType"],
  "machinelearningservices:ModelVersion": ["modelUri", "modelType"],
  "machinelearningservices:CodeVersion": ["codeUri"],
} as const satisfies { readonly [Name in TypedResourceName]?: readonly string[] };

const names = Object.keys(createOnly) as (keyof typeof createOnly)[];

export const immutableDoors: readonly Door[] = [
  identityDoor({
    code: "MOOR505",
    types: [armTypeOf("machinelearningservices:OnlineEndpoint")],
    absent: "SystemAssigned",
    mayGrow: false,
  }),
  regionDoor,
  ...names.map((name) =>
    propertyDoor({ code: "MOOR524", types: [armTypeOf(name)], properties: createOnly[name].map((property) => `properties.${property}`) }),
  ),
  propertyDoor({ code: "MOOR524", types: [armTypeOf("storage:StorageAccount")], properties: ["kind"] }),
];
