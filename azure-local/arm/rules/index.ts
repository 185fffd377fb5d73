import type { Grade, Rule } from "../model";
import { actionGroupRules } from "./actionGroups";
import { alertCriteriaRules } from "./alertCriteria";
import { assetRules } from "./assets";
import { authorizationRules } from "./authorization";
import { autoscaleRules } from "./autoscale";
import { autoscaleValueRules } from "./autoscaleValues";
import { commonRules } from "./common";
import { containerRegistryRules } from "./containerRegistry";
import { containerStartRules } from "./containerStart";
import { contentRules } from "./contents";
import { deploymentScriptRules } from "./deploymentScripts";
import { deploymentStartRules } from "./deploymentStart";
import { deploymentRules } from "./deployments";
import { deploymentValueRules } from "./deploymentValues";
import { diagnosticCategoryRules } from "./diagnosticCategories";
import { diagnosticRules } from "./diagnostics";
import { dnsValueRules } from "./dnsValues";
import { enumValueRules } from "./enumValues";
import { governanceRules } from "./governance";
import { importImageRules } from "./importImage";
import { keyVaultRules } from "./keyVault";
import { logAnalyticsRules } from "./logAnalytics";
import { logRules } from "./logs";
import { machineLearningRules } from "./machineLearning";
import { managedNetworkRules } from "./managedNetwork";
import { alertRules } from "./metricAlerts";
import { nameRules } from "./names";
import { natGatewayRules } from "./natGateways";
import { networkRules } from "./network";
import { onlineEndpointRules } from "./onlineEndpoints";
import { outboundDestinationRules } from "./outboundDestinations";
import { privateDnsRules } from "./privateDns";
import { privateEndpointRules } from "./privateEndpoints";
import { quotaRules } from "./quota";
import { registryTaskRules } from "./registryTasks";
import { registryValueRules } from "./registryValues";
import { scriptEnvironmentRules } from "./scriptEnvironment";
import { securityGroupRules } from "./securityGroups";
import { storageRules } from "./storage";
import { storageValueRules } from "./storageValues";
import { subnetRules } from "./subnets";
import { vaultValueRules } from "./vaultValues";
import { virtualNetworkRules } from "./virtualNetworks";
import { workspaceRoleRules } from "./workspaceRoles";
import { workspaceStoreRules } from "./workspaceStores";

/**
 * All rules, in the order in which they are checked. Rules for all types come first. Enum values come last, so that a more specific rule reports
 * its message first.
 */
export const RULES: readonly Rule[] = [
  ...commonRules,
  ...nameRules,
  ...authorizationRules,
  ...governanceRules,
  ...containerRegistryRules,
  ...registryValueRules,
  ...importImageRules,
  ...registryTaskRules,
  ...keyVaultRules,
  ...logAnalyticsRules,
  ...vaultValueRules,
  ...storageRules,
  ...storageValueRules,
  ...networkRules,
  ...virtualNetworkRules,
  ...subnetRules,
  ...natGatewayRules,
  ...securityGroupRules,
  ...privateEndpointRules,
  ...privateDnsRules,
  ...dnsValueRules,
  ...deploymentScriptRules,
  ...scriptEnvironmentRules,
  ...machineLearningRules,
  ...assetRules,
  ...workspaceRoleRules,
  ...workspaceStoreRules,
  ...managedNetworkRules,
  ...outboundDestinationRules,
  ...onlineEndpointRules,
  ...deploymentRules,
  ...deploymentValueRules,
  ...deploymentStartRules,
  ...contentRules,
  ...containerStartRules,
  ...quotaRules,
  ...autoscaleRules,
  ...autoscaleValueRules,
  ...diagnosticCategoryRules,
  ...diagnosticRules,
  ...logRules,
  ...alertRules,
  ...alertCriteriaRules,
  ...actionGroupRules,
  ...enumValueRules,
];

/** The enabled rules: all except the disabled grades and single rules. A rule for all types has the type `*`. */
export class Rulebook {
  private readonly byType = new Map<string, Rule[]>();
  private readonly rules: readonly Rule[];

  constructor(
    private readonly withoutGrades: readonly Grade[] = [],
    private readonly withoutRules: readonly string[] = [],
  ) {
    this.rules = RULES.filter((rule) => this.applies(rule));
  }

  /** Whether a behavior that has a code and a grade, but rejects nothing, is enabled. */
  applies({ grade, code }: Pick<Rule, "code" | "grade">): boolean {
    return !this.withoutGrades.includes(grade) && !this.withoutRules.includes(code);
  }

  for(type: string): readonly Rule[] {
    const key = type.toLowerCase();
    let rules = this.byType.get(key);
    if (!rules) {
      rules = this.rules.filter((rule) => rule.types.some((name) => name === "*" || name.toLowerCase() === key));
      this.byType.set(key, rules);
    }
    return rules;
  }
}
