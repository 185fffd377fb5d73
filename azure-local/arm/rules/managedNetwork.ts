import { holdsRole, principalOf } from "../grants";
import { textOf } from "../json";
import type { Inventory, Resource, Rule, RuleContext } from "../model";
import { parentIdOf, sameId, typeOf } from "../path";
import {
  hasFqdnRule,
  isActive,
  isolationOf,
  OUTBOUND_RULE,
  type OutboundRuleProperties,
  type PrivateEndpointDestination,
  propertiesOf,
  ruleProperties,
} from "../types/managedNetwork";
import { ENDPOINT } from "../types/onlineEndpointBodies";
import { GROUPS } from "../types/privateLink";
import { isMissing } from "./common";
import { WORKSPACE } from "./machineLearning";
import { MANAGED_NETWORK } from "./sources";

/** The outbound rules of a request for a single rule or for a workspace, and the isolation mode that applies to them. */
export function rulesIn({ type, name, body, parentId, inventory }: RuleContext): {
  mode: string | undefined;
  rules: [string, OutboundRuleProperties][];
} {
  if (type === OUTBOUND_RULE) {
    const workspace = inventory.get(parentId);
    return { mode: workspace && isolationOf(propertiesOf(workspace)), rules: [[name, ruleProperties({ body })]] };
  }
  const properties = propertiesOf({ body });
  const inline = Object.entries(properties.managedNetwork?.outboundRules ?? {}) as unknown as [string, OutboundRuleProperties][];
  return {
    mode: isolationOf(properties),
    rules: inline.filter(([, { category }]) => category === undefined || category === "UserDefined"),
  };
}

function destinationOf(rule: OutboundRuleProperties): PrivateEndpointDestination {
  return (rule.destination ?? {}) as PrivateEndpointDestination;
}

/** Whether the target is one for which the service approves private endpoints automatically if the workspace has a system-assigned identity. */
function isDefaultTarget(workspace: Resource, targetId: string): boolean {
  const { storageAccount, keyVault, containerRegistry } = propertiesOf(workspace);
  return [storageAccount, keyVault, containerRegistry, workspace.id].some((id) => sameId(id, targetId));
}

function canApprove(workspace: Resource, targetId: string, inventory: Inventory): boolean {
  const principal =
    principalOf(inventory, propertiesOf(workspace).primaryUserAssignedIdentity) ?? (workspace.facts.principalId as string | undefined);
  return holdsRole(inventory, principal, ["Azure AI Enterprise Network Connection Approver", "Owner", "Contributor"], targetId);
}

const STRICTNESS = ["Disabled", "AllowInternetOutbound", "AllowOnlyApprovedOutbound"];

export const managedNetworkRules: readonly Rule[] = [
  {
    code: "isolation-one-way",
    types: [WORKSPACE],
    on: ["update"],
    azureCode: "ValidationError",
    status: 400,
    source: MANAGED_NETWORK,
    grade: "D",
    check: ({ body, previous }) => {
      const before = propertiesOf(previous!).managedNetwork?.isolationMode ?? "Disabled";
      const now = propertiesOf({ body }).managedNetwork?.isolationMode ?? "Disabled";
      return STRICTNESS.indexOf(now) < STRICTNESS.indexOf(before)
        ? `The isolation mode can't be changed back from ${before} to ${now}.`
        : undefined;
    },
  },
  {
    code: "isolation-internet-to-approved",
    types: [WORKSPACE],
    on: ["update"],
    azureCode: "ValidationError",
    status: 400,
    source: `${MANAGED_NETWORK}: not documented explicitly`,
    grade: "I",
    check: ({ body, previous }) => {
      const before = propertiesOf(previous!).managedNetwork?.isolationMode;
      const now = propertiesOf({ body }).managedNetwork?.isolationMode;
      return before === "AllowInternetOutbound" && now === "AllowOnlyApprovedOutbound"
        ? `The isolation mode can't be changed from ${before} to ${now} after creation.`
        : undefined;
    },
  },
  {
    code: "isolation-needs-empty-workspace",
    types: [WORKSPACE],
    on: ["update"],
    azureCode: "ValidationError",
    status: 400,
    source: `${MANAGED_NETWORK}: computes and managed endpoints must be deleted before the managed network is enabled; inferred: the service enforces it`,
    grade: "I",
    check: ({ id, body, previous, inventory }) => {
      if (isolationOf(propertiesOf(previous!)) || !isolationOf(propertiesOf({ body }))) return undefined;
      const held = [ENDPOINT, `${WORKSPACE}/computes`].flatMap((type) => inventory.children(id, type))[0];
      return held && `The managed network can't be enabled while the workspace has '${held.id}': delete it and create it again afterwards.`;
    },
  },
  {
    code: "firewall-sku-before-fqdn",
    types: [WORKSPACE],
    on: ["update"],
    azureCode: "ValidationError",
    status: 400,
    source: `${MANAGED_NETWORK}: the firewall SKU must be set before the first FQDN rule; inferred: the service enforces it`,
    grade: "I",
    check: ({ body, previous, inventory }) => {
      const before = propertiesOf(previous!).managedNetwork?.firewallSku ?? "Standard";
      const now = propertiesOf({ body }).managedNetwork?.firewallSku ?? before;
      return now !== before && isActive(previous!) && hasFqdnRule(previous!, inventory)
        ? `The firewall SKU can't be changed from ${before} to ${now} while there are FQDN rules: delete them first.`
        : undefined;
    },
  },
  {
    code: "managed-network-kind-one-way",
    types: [WORKSPACE],
    on: ["update"],
    azureCode: "ValidationError",
    status: 400,
    source: "Azure REST specification, machinelearningservices: managedNetworkKind",
    grade: "S",
    check: ({ body, previous }) => {
      const before = propertiesOf(previous!).managedNetwork?.managedNetworkKind;
      const now = propertiesOf({ body }).managedNetwork?.managedNetworkKind;
      return before === "V2" && now !== "V2" ? `The managed network's kind can't be changed back from V2 to ${now ?? "V1"}.` : undefined;
    },
  },
  {
    code: "outbound-rule-needs-network",
    types: [WORKSPACE, OUTBOUND_RULE],
    on: ["create", "update"],
    azureCode: "ValidationError",
    status: 400,
    source: MANAGED_NETWORK,
    grade: "D",
    check: (context) => {
      const { mode, rules } = rulesIn(context);
      return rules.length > 0 && mode === undefined
        ? `The outbound rule '${rules[0]![0]}' requires a managed network: the workspace's isolation mode is Disabled.`
        : undefined;
    },
  },
  {
    code: "outbound-rule-name",
    types: [WORKSPACE],
    on: ["create", "update"],
    azureCode: "ValidationError",
    status: 400,
    source: "Azure REST specification, machinelearningservices: name of an outbound rule in the body of its workspace",
    grade: "S",
    check: (context) => {
      const [invalid] = rulesIn(context).rules.find(([name]) => !/^[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}$/.test(name)) ?? [];
      return (
        invalid &&
        `The name of the outbound rule '${invalid}' is invalid: it must have 3 to 33 letters, digits, '-' and '_' and start with a letter or digit.`
      );
    },
  },
  {
    code: "outbound-rule-category",
    types: [OUTBOUND_RULE],
    on: ["create", "update"],
    azureCode: "ValidationError",
    status: 400,
    source: "Azure REST specification, machinelearningservices: rule category",
    grade: "S",
    check: ({ name, body }) => {
      const { category } = ruleProperties({ body });
      return category === "UserDefined"
        ? undefined
        : `The outbound rule '${name}' has the category ${category}: only UserDefined rules can be created or updated.`;
    },
  },
  {
    code: "fqdn-needs-approved-only",
    types: [WORKSPACE, OUTBOUND_RULE],
    on: ["create", "update"],
    azureCode: "ValidationError",
    status: 400,
    source: MANAGED_NETWORK,
    grade: "D",
    check: (context) => {
      const { mode, rules } = rulesIn(context);
      const fqdn = rules.find(([, { type }]) => type === "FQDN");
      return fqdn && mode !== "AllowOnlyApprovedOutbound"
        ? `The FQDN rule '${fqdn[0]}' is allowed only in the mode AllowOnlyApprovedOutbound: the mode is ${mode}.`
        : undefined;
    },
  },
  {
    code: "fqdn-destination",
    types: [WORKSPACE, OUTBOUND_RULE],
    on: ["create", "update"],
    azureCode: "ValidationError",
    status: 400,
    source: `${MANAGED_NETWORK}: a host, with an optional leading '*.'`,
    grade: "D",
    check: (context) => {
      const invalid = rulesIn(context).rules.find(
        ([, { type, destination }]) => type === "FQDN" && !/^(\*\.)?([a-z0-9-]+\.)+[a-z]{2,}$/i.test(textOf(destination)),
      );
      return invalid && `The destination '${textOf(invalid[1].destination)}' of the FQDN rule '${invalid[0]}' is not a host name.`;
    },
  },
  {
    code: "fqdn-not-storage",
    types: [WORKSPACE, OUTBOUND_RULE],
    on: ["create", "update"],
    azureCode: "ValidationError",
    status: 400,
    source: `${MANAGED_NETWORK}: storage accounts require private endpoints`,
    grade: "D",
    check: (context) => {
      const invalid = rulesIn(context).rules.find(
        ([, { type, destination }]) => type === "FQDN" && /\.(blob|file|dfs|queue|table)\.core\.windows\.net$/i.test(textOf(destination)),
      );
      return (
        invalid &&
        `The FQDN rule '${invalid[0]}' has a storage account as its destination, ${textOf(invalid[1].destination)}: use a PrivateEndpoint rule.`
      );
    },
  },
  {
    code: "outbound-private-endpoint-target",
    types: [WORKSPACE, OUTBOUND_RULE],
    on: ["create", "update"],
    azureCode: "ValidationError",
    status: 400,
    source: MANAGED_NETWORK,
    grade: "D",
    check: (context) => {
      const targets = rulesIn(context).rules.filter(([, { type }]) => type === "PrivateEndpoint");
      const invalid = targets.find(
        ([, rule]) => !destinationOf(rule).serviceResourceId || isMissing(destinationOf(rule).serviceResourceId, context),
      );
      return invalid && `The target '${destinationOf(invalid[1]).serviceResourceId}' of the outbound rule '${invalid[0]}' was not found.`;
    },
  },
  {
    code: "outbound-private-endpoint-subresource",
    types: [WORKSPACE, OUTBOUND_RULE],
    on: ["create", "update"],
    azureCode: "ValidationError",
    status: 400,
    source: "Azure docs, private-link/private-endpoint-overview (sub-resources)",
    grade: "D",
    check: (context) => {
      for (const [name, rule] of rulesIn(context).rules) {
        const { serviceResourceId = "", subresourceTarget = "" } = destinationOf(rule);
        const groups = GROUPS[typeOf(serviceResourceId).toLowerCase()];
        if (groups && !groups[subresourceTarget])
          return `The subresourceTarget '${subresourceTarget}' of the outbound rule '${name}' is not valid for ${serviceResourceId}: it must be one of ${Object.keys(groups).join(", ")}.`;
      }
      return undefined;
    },
  },
  {
    code: "outbound-private-endpoint-registry-premium",
    types: [WORKSPACE, OUTBOUND_RULE],
    on: ["create", "update"],
    azureCode: "ValidationError",
    status: 400,
    source: "Azure docs, container-registry/container-registry-private-link: Premium",
    grade: "D",
    check: (context) => {
      for (const [name, rule] of rulesIn(context).rules) {
        const target = context.inventory.get(destinationOf(rule).serviceResourceId);
        const sku = (target?.body.sku as { name?: string } | undefined)?.name;
        if (target?.type === "Microsoft.ContainerRegistry/registries" && sku !== "Premium")
          return `The outbound rule '${name}' requires a Premium registry: the SKU of '${target.name}' is ${sku}.`;
      }
      return undefined;
    },
  },
  {
    code: "outbound-private-endpoint-twice",
    types: [OUTBOUND_RULE],
    on: ["create"],
    azureCode: "Conflict",
    status: 409,
    source: MANAGED_NETWORK,
    grade: "I",
    check: ({ name, body, parentId, inventory }) => {
      const { serviceResourceId, subresourceTarget } = destinationOf(ruleProperties({ body }));
      if (!serviceResourceId) return undefined;
      const duplicate = inventory.children(parentId, OUTBOUND_RULE).find((other) => {
        const destination = destinationOf(ruleProperties(other));
        return sameId(destination.serviceResourceId, serviceResourceId) && sameId(destination.subresourceTarget, subresourceTarget);
      });
      return (
        duplicate &&
        `The outbound rule '${name}' has the same target as '${duplicate.name}': '${serviceResourceId}' (${subresourceTarget}).`
      );
    },
  },
  {
    code: "outbound-rules-one-at-a-time",
    types: [OUTBOUND_RULE],
    on: ["create", "update", "delete"],
    azureCode: "Conflict",
    status: 409,
    source: "inferred from how-to-managed-network: rule changes are asynchronous operations on one network",
    grade: "I",
    check: ({ name, parentId, inventory }) => {
      const busy = inventory.runningWithin(parentId).find(({ resourceId }) => /\/outboundRules\//i.test(resourceId));
      return (
        busy && `The outbound rule '${name}' can't be changed now: another operation (${busy.kind}) is in progress on '${busy.resourceId}'.`
      );
    },
  },
  {
    code: "outbound-rule-required",
    types: [OUTBOUND_RULE],
    on: ["delete"],
    azureCode: "ValidationError",
    status: 400,
    source: "Azure REST specification, machinelearningservices: rule category",
    grade: "S",
    check: ({ name, body }) =>
      ruleProperties({ body }).category === "Required"
        ? `The outbound rule '${name}' has the category Required: the service created it, and it can't be deleted.`
        : undefined,
  },
  {
    code: "network-approver",
    types: [OUTBOUND_RULE],
    on: ["create"],
    azureCode: "BadRequest",
    status: 400,
    source: `${MANAGED_NETWORK} (since 30 April 2025 the workspace's identity needs Azure AI Enterprise Network Connection Approver on other targets)`,
    grade: "D",
    failsOperation: true,
    check: ({ id, body, inventory }) => {
      const workspace = inventory.get(parentIdOf(id))!;
      const { serviceResourceId } = destinationOf(ruleProperties({ body }));
      if (!serviceResourceId || !isActive(workspace) || canApprove(workspace, serviceResourceId, inventory)) return undefined;
      const systemAssigned =
        workspace.body.identity?.type?.includes("SystemAssigned") && !propertiesOf(workspace).primaryUserAssignedIdentity;
      if (systemAssigned && isDefaultTarget(workspace, serviceResourceId)) return undefined;
      return `The workspace's identity can't approve the private endpoint connection on '${serviceResourceId}': it needs the role Azure AI Enterprise Network Connection Approver on the target.`;
    },
  },
];
