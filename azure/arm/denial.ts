/** The policies that denied a request, as listed in Azure's error. */

/** A policy assignment that denied a request. */
export interface PolicyDenial {
  /** Name of the definition, and its display name if it has one. */
  readonly policy: string;
  readonly policyDisplayName?: string;
  /** Name of the assignment, and its display name if it has one. */
  readonly assignment: string;
  readonly assignmentDisplayName?: string;
  readonly assignmentId?: string;
  /** The assignment's own message. */
  readonly reason?: string;
}

/**
 * The denials in an error and in its nested errors. The error message contains the names only if no assignment has its own message.
 * Source: Azure docs, azure-resource-manager/troubleshooting/error-policy-requestdisallowedbypolicy; governance/policy, `PolicyViolation`.
 */
export function denialsOf(error: unknown): PolicyDenial[] {
  if (!isObject(error)) return [];
  return [...itemsOf(error.additionalInfo).flatMap(denialOf), ...itemsOf(error.details).flatMap(denialsOf)];
}

/** For example `Denied by the policy "Subnets should have a network security group" (Deny-Subnet-Without-Nsg), assignment …, reason: …`. */
export function describeDenial(denial: PolicyDenial): string {
  const { policy, policyDisplayName, assignment, assignmentDisplayName, assignmentId, reason } = denial;
  const definition = policyDisplayName === undefined ? policy : `"${policyDisplayName}" (${policy})`;
  const name = assignmentDisplayName === undefined ? assignment : `"${assignmentDisplayName}"`;
  const where = `Denied by the policy ${definition}, assignment ${name} (${assignmentId ?? assignment})`;
  return reason === undefined ? `${where}.` : `${where}, reason: ${reason}`;
}

function denialOf(entry: unknown): PolicyDenial[] {
  if (!isObject(entry) || entry.type !== "PolicyViolation" || !isObject(entry.info)) return [];
  const { info } = entry;
  const [policy, assignment] = [textOf(info.policyDefinitionName), textOf(info.policyAssignmentName)];
  if (policy === undefined || assignment === undefined) return [];
  return [
    {
      policy,
      assignment,
      policyDisplayName: textOf(info.policyDefinitionDisplayName),
      assignmentDisplayName: textOf(info.policyAssignmentDisplayName),
      assignmentId: textOf(info.policyAssignmentId),
      reason: isObject(info.evaluationDetails) ? textOf(info.evaluationDetails.reason) : undefined,
    },
  ];
}

function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
