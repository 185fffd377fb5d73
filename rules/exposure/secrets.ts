/** Secrets in plain text. A finding never shows the value. */
import { armTypeOf } from "../../azure/resourceTypes";
import type { Check } from "../finding";
import { at, isOfType, type RuleResource } from "../resource";
import { checked, type Rule } from "../rule";
import { isBody, SECRET, UNKNOWN, type Value } from "../values";
import { ENDPOINT } from "./types";

const CONNECTION = armTypeOf("machinelearningservices:WorkspaceConnection");
const DATASTORE = armTypeOf("machinelearningservices:Datastore");

/** Properties that contain a secret, or an object whose texts are secrets. */
const secrets: readonly { readonly type: string; readonly property: string }[] = [
  { type: armTypeOf("keyvault:Secret"), property: "properties.value" },
  { type: ENDPOINT, property: "properties.keys" },
  { type: CONNECTION, property: "properties.credentials" },
  { type: DATASTORE, property: "properties.credentials.secrets" },
  { type: armTypeOf("resources:AzureCliScript"), property: "properties.storageAccountSettings.storageAccountKey" },
  { type: armTypeOf("containerregistry:Task"), property: "properties.credentials.customRegistries" },
  { type: armTypeOf("containerregistry:TaskRun"), property: "properties.runRequest.credentials.customRegistries" },
  { type: armTypeOf("containerinstance:ContainerGroup"), property: "properties.imageRegistryCredentials" },
];

/** Members of these objects that aren't secret. */
const publicKeys = new Set(["clientid", "tenantid", "resourceid", "username", "server", "secretstype", "identity", "type", "authtype"]);

/** `via: task`: the identity of the task, which is no secret. */
const publicValues = new Set(["[system]"]);

function textsOf(value: Value, property: string): (readonly [property: string, value: Value])[] {
  if (value === undefined || value === null || value === "") return [];
  if (!isBody(value) && !Array.isArray(value)) return [[property, value]];
  return Object.entries<Value>(value).flatMap(([key, one]) => {
    const isPublic = !isBody(one) && publicKeys.has(key.toLowerCase());
    return isPublic ? [] : textsOf(one, `${property}.${key}`);
  });
}

function secretCheck(resource: RuleResource, property: string, value: Value): Check {
  const outcome = value === SECRET ? "holds" : value === UNKNOWN ? "unknown" : "violated";
  const problem =
    outcome === "unknown" ? "Whether the value is a secret is known only during the update." : "The value is in plain text in the state.";
  const shown = outcome === "violated" ? "plain text" : value;
  return checked("MOOR469", outcome, resource, property, shown, { problem, allowed: "a Pulumi secret" });
}

export const secretRules: readonly Rule[] = [
  {
    code: "MOOR469",
    types: [...new Set(secrets.map(({ type }) => type))],
    check: (resource) =>
      secrets
        .filter(({ type }) => isOfType(resource, type))
        .flatMap(({ property }) => textsOf(at(resource, property), property))
        .filter(([, value]) => !(typeof value === "string" && publicValues.has(value)))
        .map(([property, value]) => secretCheck(resource, property, value)),
  },
];
