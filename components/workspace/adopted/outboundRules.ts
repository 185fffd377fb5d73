/** Requirements for the outbound rules of an adopted workspace: they determine where deployments can send data. */
import { armIdOf } from "../../base/azure";
import { type AdoptionRequirements, isResident, type Problem, problemsOf, type Shown, warningsOf } from "./rules";

export interface ShownRule {
  readonly name: string;
  readonly properties: {
    readonly type: string;
    readonly category?: string;
    readonly destination?: string | { readonly serviceResourceId?: string; readonly serviceTag?: string };
  };
}

/** Returns the rules that the workspace's owners have added: not Azure's own rules, and not the rules of this stack. */
export function addedRules(rules: readonly ShownRule[], stack: string): ShownRule[] {
  // The names of a stack's rules end with the stack's name.
  return rules.filter(({ name, properties }) => properties.category === "UserDefined" && !name.endsWith(`-${stack}`));
}

/** Returns the ARM ID of the target of a private-endpoint rule. */
export function targetOf({ properties: { destination } }: ShownRule): string | undefined {
  return typeof destination === "object" ? destination.serviceResourceId : undefined;
}

/** Source: Azure docs, how-to-managed-network. */
export function ruleProblems(workspaceId: string, rule: ShownRule, target: Shown | undefined, place: AdoptionRequirements): Problem[] {
  const { name, resourceGroupName } = armIdOf(workspaceId);
  const { type, destination } = rule.properties;
  const remove = `az ml workspace outbound-rule remove -g ${resourceGroupName} -w ${name} --rule ${rule.name}`;
  const tag = typeof destination === "object" ? destination.serviceTag : undefined;
  const host = typeof destination === "string" ? destination : undefined;
  const isOutside = target !== undefined && target.location !== "global" && !isResident(target.location, place);
  return [
    ...problemsOf(workspaceId, [
      [
        isOutside,
        `Its outbound rule ${rule.name} allows deployments to send data to ${targetOf(rule)} in ${target?.location}, outside the stack's residency.`,
        remove,
      ],
    ]),
    ...warningsOf(workspaceId, [
      [type === "FQDN", `Its outbound rule ${rule.name} allows deployments to send data to ${host} on the internet.`, remove],
      [
        type === "ServiceTag" && tag !== undefined && !isResidentTag(tag, place),
        `Its outbound rule ${rule.name} allows deployments to send data to the service tag ${tag}, which isn't limited to the stack's residency.`,
        remove,
      ],
    ]),
  ];
}

/** Whether a service tag is limited to the residency: `Storage.SwedenCentral` is limited to a region, `Storage` isn't. */
function isResidentTag(tag: string, place: AdoptionRequirements): boolean {
  const [, region] = tag.split(".");
  return region !== undefined && isResident(region, place);
}
