import * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import * as pulumi from "@pulumi/pulumi";
import { outboundRuleNameLength } from "../../azure/limits";
import { digest } from "../../planner/names";
import { fail } from "../../program/fail";
import type { WorkspaceReference } from "./reference";

/** What computes in the managed network may reach beyond the services that Azure adds itself. */
export type OutboundRule =
  | {
      /** Host name, or `*.` and a domain; ports 80 and 443 only. The first such rule makes Azure run a firewall, which costs by the hour. */
      readonly fqdn: string;
    }
  | {
      readonly privateEndpoint: {
        /** ARM id of the resource to reach. */ readonly targetId: pulumi.Input<string>;
        readonly subresource: string;
      };
    };

/** Rules by name; a name has letters, digits, `-` and `_`, and a length within `outboundRuleNameLength`. */
export type OutboundRules = Readonly<Record<string, OutboundRule>>;

const { min, max } = outboundRuleNameLength;
const namePattern = new RegExp(`^[a-zA-Z0-9][a-zA-Z0-9_-]{${min - 1},${max - 1}}$`);

/**
 * Outbound rules as resources of their own, one made after the other: a list inside the workspace would fight with the rules that Azure adds,
 * and the managed network takes one change at a time.
 * @throws pulumi.RunError when a rule's name breaks Azure's pattern.
 * @see Azure docs, how-to-managed-network
 */
export function createOutboundRules(
  parentName: string,
  workspace: WorkspaceReference,
  rules: OutboundRules,
  opts: pulumi.CustomResourceOptions & { readonly after?: readonly pulumi.Input<pulumi.Resource>[] },
): pulumi.Resource[] {
  const { after = [], ...common } = opts;
  const made: pulumi.Resource[] = [];
  for (const [ruleName, rule] of Object.entries(rules)) {
    if (!namePattern.test(ruleName)) {
      fail(
        `Outbound rule "${ruleName}" of ${parentName} must have a name of ${min} to ${max} letters, digits, "-" or "_", beginning with a letter or digit.`,
      );
    }
    const previous = made.at(-1);
    made.push(
      new machinelearningservices.ManagedNetworkSettingsRule(
        `${parentName}-${ruleName}`,
        {
          ruleName: ruleNameOf(ruleName),
          workspaceName: workspace.name,
          resourceGroupName: workspace.resourceGroupName,
          properties: ruleProperties(rule),
        },
        {
          ...common,
          dependsOn: previous === undefined ? [...after] : [...after, previous],
          customTimeouts: { create: "45m", update: "45m", delete: "45m" },
        },
      ),
    );
  }
  return made;
}

/** A rule's name in Azure: with the stack's, because stacks that share a workspace may each need the same rule. */
function ruleNameOf(ruleName: string): string {
  const name = `${ruleName}-${pulumi.getStack()}`;
  const ending = `-${digest(name)}`;
  return name.length <= max ? name : `${ruleName.slice(0, max - ending.length)}${ending}`;
}

function ruleProperties(rule: OutboundRule): machinelearningservices.ManagedNetworkSettingsRuleArgs["properties"] {
  if ("fqdn" in rule) return { type: "FQDN", category: "UserDefined", destination: rule.fqdn };
  const { targetId, subresource } = rule.privateEndpoint;
  return {
    type: "PrivateEndpoint",
    category: "UserDefined",
    destination: { serviceResourceId: targetId, subresourceTarget: subresource, sparkEnabled: false },
  };
}
