/** Managed identities: which ones resources use, and who can be one. */
import { sameArmId } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import type { Check } from "../finding";
import { at, type ResourceSet, type RuleResource } from "../resource";
import { checked, type Rule } from "../rule";
import { isOpaque, type Value, valueAt, valueText } from "../values";
import { isOneOf, unknownText } from "./checks";
import { userAssignedIds } from "./principals";
import { ENDPOINT, IDENTITY, WORKSPACE } from "./types";

const IDENTITIES = "identity.userAssignedIdentities";

/** Azure assigns roles to the system-assigned identity of an endpoint, and no program lists them. */
const endpointType: Rule = {
  code: "MOOR472",
  types: [ENDPOINT],
  check(resource) {
    const property = "identity.type";
    const value = at(resource, property);
    const outcome = isOpaque(value) ? "unknown" : isOneOf(value, "UserAssigned") ? "holds" : "violated";
    const problem =
      outcome === "unknown"
        ? unknownText(property, value)
        : `\`${property}\` is ${valueText(value)}, so the endpoint doesn't use only the identity that the stack creates.`;
    return [checked("MOOR472", outcome, resource, property, value, { problem, allowed: "UserAssigned" })];
  },
};

/** Like that of an endpoint. An adopted workspace keeps its identity, whose roles the statement lists. */
const workspaceType: Rule = {
  code: "MOOR472",
  types: [WORKSPACE],
  check: (resource, context) =>
    resource.from === "observed" || at(resource, "identity.type") === undefined ? [] : endpointType.check(resource, context),
};

const assigned: Rule = {
  code: "MOOR472",
  types: [ENDPOINT, WORKSPACE],
  check(resource, { resources }) {
    const map = at(resource, IDENTITIES);
    const primary = at(resource, "properties.primaryUserAssignedIdentity");
    const ids: (readonly [string, Value])[] = isOpaque(map) ? [[IDENTITIES, map]] : userAssignedIds(resource).map((id) => [IDENTITIES, id]);
    const all = primary === undefined || primary === null ? ids : [...ids, ["properties.primaryUserAssignedIdentity", primary] as const];
    return all.map(([property, id]) => identityCheck(resource, property, id, resources));
  },
};

function identityCheck(resource: RuleResource, property: string, id: Value, resources: ResourceSet): Check {
  // An identity that exists and that the program doesn't create is read too, but isn't the stack's.
  const found = typeof id === "string" ? resources.find(id) : undefined;
  const isKnown = found !== undefined && (found.from === "planned" || resource.from === "observed");
  // The identities of an adopted resource aren't always read.
  const outcome = isOpaque(id) || (!isKnown && resource.from === "observed") ? "unknown" : isKnown ? "holds" : "violated";
  const problem = isOpaque(id)
    ? unknownText(property, id)
    : outcome === "unknown"
      ? `The identity ${valueText(id)} wasn't read.`
      : `The resource uses the identity ${valueText(id)}, which isn't in the stack.`;
  return checked("MOOR472", outcome, resource, property, id, { problem, allowed: "a user-assigned identity of the stack" });
}

/** The first API version with the property. */
const SCOPE_VERSION = "2024-11-30";

const isolationScope: Rule = {
  code: "MOOR473",
  types: [IDENTITY],
  check(resource, { resources }) {
    const property = "properties.isolationScope";
    const value = at(resource, property);
    const isAbsent = value === undefined || value === null;
    // A template writes the identity with the property, because azure-native's API version doesn't contain it.
    const isWritten = (one: RuleResource) => one !== resource && sameArmId(one.id, resource.id) && at(one, property) !== undefined;
    if (isAbsent && resources.ofType(IDENTITY).some(isWritten)) return [];
    const isUnstated = isAbsent && (resource.apiVersion ?? "") < SCOPE_VERSION;
    const outcome = isOpaque(value) || isUnstated ? "unknown" : isOneOf(value, "Regional") ? "holds" : "violated";
    const problem = isOpaque(value)
      ? unknownText(property, value)
      : isUnstated
        ? `The API version ${resource.apiVersion ?? "of the resource"} doesn't show \`${property}\`.`
        : `\`${property}\` is ${valueText(value)}, so resources in other regions can use the identity.`;
    return [checked("MOOR473", outcome, resource, property, value, { problem, allowed: "Regional" })];
  },
};

const federated: Rule = {
  code: "MOOR474",
  types: [armTypeOf("managedidentity:FederatedIdentityCredential")],
  check(resource) {
    const property = "properties.issuer";
    const issuer = valueAt(resource.body, property);
    const problem = `Workloads with a token of the issuer ${valueText(issuer)} can act as the identity, with all its roles.`;
    return [checked("MOOR474", "violated", resource, property, issuer, { problem, allowed: "no federated identity credentials" })];
  },
};

export const identityRules: readonly Rule[] = [endpointType, workspaceType, assigned, isolationScope, federated];
