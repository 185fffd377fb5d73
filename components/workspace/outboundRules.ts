import * as machinelearningservices from "@pulumi/azure-native/machinelearningservices";
import * as pulumi from "@pulumi/pulumi";
import { outboundRuleNameLength } from "../../azure/limits";
import { digest } from "../../planner/names";
import { fail } from "../../program/fail";
import type { WorkspaceReference } from "./reference";

/** A destination that deployments in the managed network can reach, in addition to those that Azure adds itself. */
export type OutboundRule =
  | {
      /**
       * Host name, or `*.` and a domain, for ports 80 and 443. With the first such rule, Azure runs a firewall, which is billed by the
       * hour.
       */
      readonly fqdn: string;
    }
  | {
      readonly privateEndpoint: {
        /** ARM ID of the target resource. */ readonly targetId: pulumi.Input<string>;
        /** Group ID of its private link resource, such as `registry`. */ readonly subresource: string;
      };
    };

/**
 * Rules by name. A name has letters, digits, `-` and `_`, starts with a letter or digit, and its length is within `outboundRuleNameLength`.
 */
export type OutboundRules = Readonly<Record<string, OutboundRule>>;

const { min, max } = outboundRuleNameLength;
const namePattern = new RegExp(`^[a-zA-Z0-9][a-zA-Z0-9_-]{${min - 1},${max - 1}}$`);

/**
 * Creates outbound rules as separate resources, one after another. A list in the workspace would conflict with the rules that Azure adds,
 * and the managed network accepts only one change at a time.
 * @throws pulumi.RunError if the name of a rule doesn't match Azure's pattern
 * @see Azure docs, how-to-managed-network
 */
export function createOutboundRules(
  parentName: string,
  workspace: WorkspaceReference,
  rules: OutboundRules,
  opts: pulumi.CustomResourceOptions & { readonly after?: readonly pulumi.Input<pulumi.Resource>[] },
): pulumi.Resource[] {
  const { after = [], ...common } = opts;
  const created: pulumi.Resource[] = [];
  for (const [ruleName, rule] of Object.entries(rules)) {
    if (!namePattern.test(ruleName)) {
      fail(
        `${parentName}: the outbound rule name "${ruleName}" is not valid. Allowed: ${min} to ${max} letters, digits, "-" or "_", starting with a letter or digit.`,
      );
    }
    const previous = created.at(-1);
    created.push(
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
  return created;
}

/**
 * Returns the name of a rule in Azure. It contains the stack's name, because stacks that share a workspace can have rules with the same
 * name.
 */
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
