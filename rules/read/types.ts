/** ARM types of azure-native's tokens. */
import { idOfInputs, resourceTypeOf } from "../../azure/resourceTypes";
import { type Body, isBody, type Value } from "../values";
import { otherTypes } from "./otherTypes";

/** The type of a resource whose type can't be known: it is an expression, or its template isn't inline. No rule for a type applies to it. */
export const UNKNOWN_TYPE = "unknown";

export interface ArmType {
  readonly type: string;
  readonly id?: string;
  readonly apiVersion?: string;
  /** Inputs that are not part of the body. */
  readonly parameters: readonly string[];
}

/**
 * The ARM type of a token, and the ID that the inputs describe. A token without a row is its own type, because its ARM type can't be computed.
 * @param name For example `storage:StorageAccount`.
 */
export function armTypeOfToken(name: string, inputs: Body, subscriptionId: string | undefined): ArmType {
  if (name === "resources:Resource") return untyped(inputs, subscriptionId);
  const row = resourceTypeOf(name);
  const idTemplate = row?.idTemplate ?? otherTypes.get(name);
  if (idTemplate === undefined) return { type: `azure-native:${name}`, parameters: ["resourceGroupName"] };
  return {
    type: typeOfTemplate(idTemplate, inputs),
    id: idOf(idTemplate, inputs, subscriptionId),
    apiVersion: row?.apiVersion,
    parameters: [...idTemplate.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter!),
  };
}

function idOf(idTemplate: string, inputs: Body, subscriptionId: string | undefined): string | undefined {
  if (subscriptionId === undefined && idTemplate.includes("{subscriptionId}")) return undefined;
  return idOfInputs({ idTemplate, apiVersion: "" }, inputs, subscriptionId ?? "");
}

/** The type in the template of an ID. Only a resource group has no provider; the type of a DNS record set is an input. */
function typeOfTemplate(idTemplate: string, { recordType }: Body): string {
  if (!idTemplate.includes("/providers/")) return "Microsoft.Resources/resourceGroups";
  const path = idTemplate.slice(idTemplate.lastIndexOf("/providers/") + "/providers/".length);
  return typeOfPath(path.replace("{recordType}", typeof recordType === "string" ? recordType : "{recordType}"));
}

/** The type in `<namespace>/<type>/<name>…`. After `/providers/`, the type of an extension resource begins. */
function typeOfPath(path: string): string {
  const [namespace, ...segments] = path
    .slice(path.toLowerCase().lastIndexOf("/providers/") + 1)
    .replace(/^providers\//i, "")
    .split("/");
  return [namespace, ...segments.filter((_, index) => index % 2 === 0)].join("/");
}

const untypedTemplate =
  "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/{resourceProviderNamespace}/{parentResourcePath}/{resourceType}/{resourceName}";
const untypedParameters = [
  "apiVersion",
  "parentResourcePath",
  "resourceGroupName",
  "resourceId",
  "resourceName",
  "resourceProviderNamespace",
  "resourceType",
];

function untyped(inputs: Body, subscriptionId: string | undefined): ArmType {
  const { resourceProviderNamespace: namespace, parentResourcePath = "", resourceType, apiVersion } = inputs;
  const parent = parentResourcePath ?? "";
  const known = typeof namespace === "string" && typeof resourceType === "string";
  const path = known && typeof parent === "string" ? [namespace, parent, resourceType].map(trimmed).filter(Boolean).join("/") : undefined;
  return {
    type: path === undefined ? guessedType(inputs) : typeOfPath(path),
    id: idOf(untypedTemplate, { ...inputs, parentResourcePath: parent }, subscriptionId),
    apiVersion: typeof apiVersion === "string" ? apiVersion : undefined,
    parameters: untypedParameters,
  };
}

function trimmed(path: string): string {
  return path.replace(/^\/+|\/+$/g, "");
}

/** Assets of a workspace, by a property that only they have. */
const assets: readonly (readonly [property: string, collection: string])[] = [
  ["inferenceConfig", "environments"],
  ["image", "environments"],
  ["modelUri", "models"],
  ["codeUri", "codes"],
  ["dataUri", "data"],
];

/** The name of a new workspace is unknown in a preview, and so is the parent's path. Then the properties of an asset's version tell its type. */
function guessedType({ resourceProviderNamespace: namespace, resourceType, properties }: Body): string {
  if (!isText(namespace, "microsoft.machinelearningservices") || !isText(resourceType, "versions") || !isBody(properties))
    return UNKNOWN_TYPE;
  const found = assets.find(([property]) => Object.hasOwn(properties, property));
  return found === undefined ? UNKNOWN_TYPE : `Microsoft.MachineLearningServices/workspaces/${found[1]}/versions`;
}

function isText(value: Value, wanted: string): boolean {
  return typeof value === "string" && value.toLowerCase() === wanted;
}
