/** Doors of properties that can't change at all: the region of every resource, and properties that Azure reads only at creation. */
import { armTypeOf } from "../../azure/resourceTypes";
import { canonicalRegion } from "../../facts/regions";
import { at } from "../resource";
import { isOpaque, type Value } from "../values";
import { type Door, doorCheck, isSameValue, propertyDoor } from "./door";
import { identityDoor } from "./identity";

/** The region, in any form of its name. */
const regionDoor: Door = {
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

/** Properties of a type that Azure reads only at creation. */
interface CreateOnly {
  readonly type: string;
  /** By name, with the value that Azure uses if the body doesn't contain the property; `undefined` if it has no default. */
  readonly properties: Readonly<Record<string, Value>>;
  /** Whether azure-native replaces the resource. Otherwise, Azure rejects the update. */
  readonly isReplaced: boolean;
}

/**
 * Properties that Azure reads only at creation, by type. Other doors have the properties of workspaces and stores. Source:
 * azure-rest-api-specs, x-ms-mutability and defaults (environments, deployments); Azure docs, machine-learning/concept-secure-online-endpoint
 * (2025-11-13) for `egressPublicNetworkAccess`; the service treats the versions of models and code as immutable.
 */
const createOnly: readonly CreateOnly[] = [
  { type: armTypeOf("machinelearningservices:OnlineDeployment"), properties: { instanceType: undefined }, isReplaced: true },
  { type: armTypeOf("machinelearningservices:OnlineDeployment"), properties: { egressPublicNetworkAccess: "Enabled" }, isReplaced: false },
  {
    type: armTypeOf("machinelearningservices:EnvironmentVersion"),
    properties: {
      autoRebuild: "Disabled",
      build: undefined,
      condaFile: undefined,
      image: undefined,
      inferenceConfig: undefined,
      osType: "Linux",
    },
    isReplaced: true,
  },
  {
    type: armTypeOf("machinelearningservices:ModelVersion"),
    properties: { modelUri: undefined, modelType: "custom_model" },
    isReplaced: false,
  },
  { type: armTypeOf("machinelearningservices:CodeVersion"), properties: { codeUri: undefined }, isReplaced: false },
];

function createOnlyDoors(rows: readonly CreateOnly[]): Door[] {
  return rows.flatMap(({ type, properties }) =>
    Object.entries(properties).map(([name, absent]) =>
      propertyDoor({ code: "MOOR524", types: [type], properties: [`properties.${name}`], absent }),
    ),
  );
}

/** The doors of changes in place. */
export const immutableDoors: readonly Door[] = [
  identityDoor({
    code: "MOOR505",
    types: [armTypeOf("machinelearningservices:OnlineEndpoint")],
    absent: "SystemAssigned",
    mayGrow: false,
  }),
  regionDoor,
  ...createOnlyDoors(createOnly),
  propertyDoor({ code: "MOOR524", types: [armTypeOf("storage:StorageAccount")], properties: ["kind"] }),
];

/** The doors of changes because of which azure-native replaces a resource. */
export const replacingDoors: readonly Door[] = [regionDoor, ...createOnlyDoors(createOnly.filter(({ isReplaced }) => isReplaced))];
