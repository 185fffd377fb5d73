/** Where deployments in an adopted workspace may send data already, by the rules that its owners have added. */
import { armIdOf } from "../../base/azure";
import { type Adopted, isResident, type Problem, problemsOf, type Shown, warningsOf } from "./rules";

export interface ShownRule {
  readonly name: string;
  readonly properties: {
    readonly type: string;
    readonly category?: string;
    readonly destination?: string | { readonly serviceResourceId?: string; readonly serviceTag?: string };
  };
}

/** The rules that people have added; Azure's own lead to approved services. */
export function addedRules(rules: readonly ShownRule[], stack: string): ShownRule[] {
  // A stack's own rules carry its name.
  return rules.filter(({ name, properties }) => properties.category === "UserDefined" && !name.endsWith(`-${stack}`));
}

/** Target of a private-endpoint rule. */
export function targetOf({ properties: { destination } }: ShownRule): string | undefined {
  return typeof destination === "object" ? destination.serviceResourceId : undefined;
}

/** Source: Azure docs, how-to-managed-network. */
export function ruleProblems(workspaceId: string, rule: ShownRule, target: Shown | undefined, place: Adopted): Problem[] {
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
        `Its outbound rule ${rule.name} leads to ${targetOf(rule)} in ${target?.location}, outside the stack's residency: deployments could send ` +
          "data there.",
        remove,
      ],
    ]),
    ...warningsOf(workspaceId, [
      [type === "FQDN", `Its outbound rule ${rule.name} lets deployments send data to ${host}, on the internet.`, remove],
      [
        type === "ServiceTag" && tag !== undefined && !isResidentTag(tag, place),
        `Its outbound rule ${rule.name} lets deployments send data to the service tag ${tag}, which isn't limited to the stack's residency.`,
        remove,
      ],
    ]),
  ];
}

/** `Storage.SwedenCentral` is limited to a region, `Storage` isn't. */
function isResidentTag(tag: string, place: Adopted): boolean {
  const [, region] = tag.split(".");
  return region !== undefined && isResident(region, place);
}
