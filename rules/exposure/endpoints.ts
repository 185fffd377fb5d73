/** How callers authenticate at an endpoint. */
import { sameArmId } from "../../azure/armId";
import { at, type RuleResource } from "../resource";
import { checked, propertyRule, type Rule, type RuleContext } from "../rule";
import { isOpaque, type Value, valueText } from "../values";
import { unknownText } from "./checks";
import { isScoreAssignment, roleIdOf, scopeOf } from "./roles/assignment";
import { DEPLOYMENT, ENDPOINT, ROLE_ASSIGNMENT } from "./types";

/** From the weakest to the strongest. A key is a documented choice (`auth: key`) that doesn't expire. */
const modes = ["key", "amltoken", "aadtoken"];
const PROPERTY = "properties.authMode";

function strength(value: Value): number {
  return typeof value === "string" ? modes.indexOf(value.toLowerCase()) : -1;
}

/** Why the mode of an endpoint is too weak. Undefined if it isn't. */
function weakness(endpoint: RuleResource, { contract, resources }: RuleContext): string | undefined {
  const mode = strength(at(endpoint, PROPERTY));
  if (mode < 0) return "it isn't an authentication mode of Azure";
  const declared = contract.authModes?.[endpoint.name.split("/", 1)[0]!];
  if (strength(declared) > mode) return `it is weaker than ${declared}, the mode of the stack file`;
  const { id } = endpoint;
  if (id === undefined) return undefined;
  // The typed resource and the template that writes the traffic both contain the body of the endpoint.
  const others = resources.ofType(ENDPOINT).filter((other) => other !== endpoint && sameArmId(other.id, id));
  const stronger = others.find((other) => strength(at(other, PROPERTY)) > mode);
  if (stronger !== undefined) return `it is weaker than in ${stronger.name}, which writes the same endpoint`;
  const isAssigned = resources.ofType(ROLE_ASSIGNMENT).some((one) => sameArmId(scopeOf(one), id) && isScoreAssignment(one, resources));
  return isAssigned && mode < modes.indexOf("aadtoken") ? "callers with a key or token bypass the roles of its invokers" : undefined;
}

/** Whether an invoker of this endpoint, or another body of it, can be among the resources whose IDs aren't known. */
function canHaveInvokers(endpoint: RuleResource, { contract, resources }: RuleContext): boolean {
  const mode = strength(at(endpoint, PROPERTY));
  if (mode < 0 || mode === modes.indexOf("aadtoken")) return false;
  // The stack file allows invokers only with Microsoft Entra ID.
  if (contract.authModes?.[endpoint.name.split("/", 1)[0]!] === "Key") return false;
  const assignments = resources.ofType(ROLE_ASSIGNMENT).filter((one) => roleIdOf(one) === undefined || isScoreAssignment(one, resources));
  return assignments.some((one) => endpoint.id === undefined || scopeOf(one) === undefined);
}

const authentication: Rule = {
  code: "MOOR467",
  types: [ENDPOINT],
  check(resource, context) {
    const value = at(resource, PROPERTY);
    const reason = isOpaque(value) ? undefined : weakness(resource, context);
    const isUnknown = isOpaque(value) || (reason === undefined && canHaveInvokers(resource, context));
    const outcome = isUnknown ? "unknown" : reason === undefined ? "holds" : "violated";
    const problem = isOpaque(value)
      ? unknownText(PROPERTY, value)
      : `\`${PROPERTY}\` is ${valueText(value)}: ${reason ?? "which endpoint each invoker can call isn't known"}.`;
    return [checked("MOOR467", outcome, resource, PROPERTY, value, { problem, allowed: "the authentication mode of the stack file" })];
  },
};

export const endpointRules: readonly Rule[] = [
  authentication,
  propertyRule({
    code: "MOOR470",
    types: [ENDPOINT],
    property: "properties.compute",
    allowed: [undefined],
    consequence: "the endpoint runs on a Kubernetes cluster instead of the managed network",
    remedy: "Remove `compute`.",
  }),
  propertyRule({
    code: "MOOR470",
    types: [ENDPOINT, DEPLOYMENT],
    property: "kind",
    allowed: ["Managed", undefined],
    consequence: "it runs on a Kubernetes cluster instead of the managed network",
    remedy: "Set `kind` to `Managed`.",
  }),
  propertyRule({
    code: "MOOR470",
    types: [DEPLOYMENT],
    property: "properties.endpointComputeType",
    allowed: ["Managed"],
    consequence: "the deployment doesn't run in the workspace's managed network",
    remedy: "Set `endpointComputeType` to `Managed`.",
  }),
  propertyRule({
    code: "MOOR470",
    types: [DEPLOYMENT],
    property: "properties.egressPublicNetworkAccess",
    // The managed network rules outbound traffic, and the SDK would set `Enabled`.
    allowed: ["Disabled", undefined],
    consequence: "the deployment can bypass the workspace's managed network",
    remedy: "Remove `egressPublicNetworkAccess`.",
  }),
  propertyRule({
    code: "MOOR472",
    types: [DEPLOYMENT],
    property: "identity",
    allowed: [undefined],
    consequence: "the deployment doesn't use its endpoint's identity",
    remedy: "Remove `identity`.",
  }),
];
