import { AzureError } from "../azureError";
import type { JsonObject } from "../json";
import type { Assignment, DenyPolicy, Expression, PolicyRequest } from "./policy";

/** Management group of the assignments, and its parent, which contains the custom definitions of the landing zone. */
const SCOPE = "/providers/Microsoft.Management/managementGroups/landingzones";
const ROOT = "/providers/Microsoft.Management/managementGroups/alz";
const AUTHORIZATION = "/providers/Microsoft.Authorization";

/** A policy and the conditions because of which it denies a request. */
export interface Violation {
  readonly policy: DenyPolicy;
  readonly expressions: readonly Expression[];
}

/** Source: Azure docs, azure-resource-manager/troubleshooting/error-policy-requestdisallowedbypolicy; automation/enforce-job-execution-hybrid-worker (additionalInfo). */
export function disallowedByPolicy(request: PolicyRequest, violations: readonly Violation[]): AzureError {
  return new AzureError(403, "RequestDisallowedByPolicy", message(request.name, violations), {
    target: request.name,
    additionalInfo: violations.map((violation) => ({ type: "PolicyViolation", info: violationInfo(request, violation) })),
  });
}

/** Azure returns the assignments' reasons, and the policy identifiers only if no assignment has a reason. */
function message(name: string, violations: readonly Violation[]): string {
  const disallowed = `Resource '${name}' was disallowed by policy.`;
  const reasons = [...new Set(violations.flatMap(({ policy }) => policy.assignment.message ?? []))];
  if (reasons.length > 0) {
    return `${disallowed} Reasons: ${reasons.map((reason) => `'${reason}'`).join(", ")}. See error details for policy resource IDs.`;
  }
  return `${disallowed} Policy identifiers: '${JSON.stringify(violations.map(({ policy }) => identifiers(policy)))}'.`;
}

function identifiers({ assignment, definition }: DenyPolicy): JsonObject {
  const { initiative } = assignment;
  return {
    policyAssignment: { name: assignment.displayName, id: assignmentId(assignment) },
    policyDefinition: { name: definition.displayName, id: definitionId(definition) },
    ...(initiative ? { policySetDefinition: { name: initiative.displayName, id: initiativeId(initiative) } } : {}),
  };
}

function violationInfo({ type }: PolicyRequest, { policy, expressions }: Violation): JsonObject {
  const { assignment, definition } = policy;
  const { initiative } = assignment;
  const isType: Expression = { expression: "type", path: "type", expressionValue: type, operator: "Equals", targetValue: type };
  return {
    policyDefinitionDisplayName: definition.displayName,
    ...(initiative
      ? {
          policySetDefinitionDisplayName: initiative.displayName,
          policySetDefinitionId: initiativeId(initiative),
          policySetDefinitionName: initiative.name,
          policyDefinitionReferenceId: definition.referenceId,
        }
      : {}),
    evaluationDetails: {
      evaluatedExpressions: [isType, ...expressions].map((expression) => ({ result: "True", expressionKind: "Field", ...expression })),
      ...(assignment.message ? { reason: assignment.message } : {}),
    },
    policyDefinitionId: definitionId(definition),
    policyDefinitionName: definition.name,
    policyDefinitionEffect: "Deny",
    policyAssignmentId: assignmentId(assignment),
    policyAssignmentName: assignment.name,
    policyAssignmentDisplayName: assignment.displayName,
    policyAssignmentScope: SCOPE,
    policyAssignmentParameters: {},
  };
}

function assignmentId({ name }: Assignment): string {
  return `${SCOPE}${AUTHORIZATION}/policyAssignments/${name}`;
}

function definitionId({ name }: DenyPolicy["definition"]): string {
  const builtIn = /^[0-9a-f]{8}-/.test(name);
  return `${builtIn ? "" : ROOT}${AUTHORIZATION}/policyDefinitions/${name}`;
}

function initiativeId({ name }: { readonly name: string }): string {
  return `${ROOT}${AUTHORIZATION}/policySetDefinitions/${name}`;
}
