/** Checks of what the container of a deployment script needs: its subnet, a way out, and the storage account of its files. */
import { holdsRole, principalOf, userAssignedIds } from "../grants";
import { at } from "../json";
import type { Inventory, Resource, Rule, RuleContext } from "../model";
import { isWithin, nameOf, parentIdOf, sameId } from "../path";
import { sameRegion } from "../region";
import { changesWork, propertiesOf, SCRIPT } from "../scripts/script";
import { natGatewayOf } from "../types/natGateways";
import { connectionsOf, privateEndpointsOf } from "../types/privateLink";
import { referenceError } from "./common";
import { SUBNET } from "./subnets";

const DEVELOP = "Azure docs, azure-resource-manager/bicep/deployment-script-develop";
const PRIVATE = "Azure docs, azure-resource-manager/bicep/deployment-script-vnet-private-endpoint";
const ERRORS = "Azure docs, azure-resource-manager/bicep/deployment-script-bicep, deployment script error codes";
const ACCOUNT = "Microsoft.Storage/storageAccounts";
const DELEGATION = "Microsoft.ContainerInstance/containerGroups";
const ZONE = "privatelink.file.core.windows.net";

/** Kinds of storage accounts with file shares that the service supports. Source: DEVELOP, "Use an existing storage account". */
const FILE_KINDS = ["FileStorage", "Storage", "StorageV2"];

interface SubnetProperties {
  readonly natGateway?: { readonly id?: string };
  readonly routeTable?: { readonly id?: string };
  readonly defaultOutboundAccess?: boolean;
  readonly delegations?: readonly { readonly properties?: { readonly serviceName?: string } }[];
}

function subnetIdsOf({ body }: RuleContext): readonly string[] {
  return (propertiesOf(body).containerSettings?.subnetIds ?? []).map(({ id }) => id);
}

function subnetOf(context: RuleContext): Resource | undefined {
  const [id] = subnetIdsOf(context);
  return context.inventory.get(id);
}

function subnetPropertiesOf(context: RuleContext): SubnetProperties {
  return (subnetOf(context)?.body.properties ?? {}) as SubnetProperties;
}

function accountNameOf({ body }: RuleContext): string | undefined {
  return propertiesOf(body).storageAccountSettings?.storageAccountName;
}

function accountOf(context: RuleContext): Resource | undefined {
  const name = accountNameOf(context);
  return name === undefined ? undefined : context.inventory.all(ACCOUNT).find((one) => sameId(one.name, name));
}

/** The private endpoints of an account's file service in the network of a subnet. */
function fileEndpointsIn(subnet: Resource, account: Resource, inventory: Inventory): Resource[] {
  return privateEndpointsOf(account.id, inventory).filter((endpoint) => {
    const subnetId = at(endpoint.body, "properties.subnet.id");
    const serves = connectionsOf(endpoint).some(({ properties }) => (properties?.groupIds ?? []).includes("file"));
    return serves && typeof subnetId === "string" && isWithin(subnetId, parentIdOf(subnet.id));
  });
}

function admitsSubnet(subnet: Resource, account: Resource): boolean {
  const rules = at(account.body, "properties.networkAcls.virtualNetworkRules");
  return Array.isArray(rules) && rules.some((rule) => sameId(at(rule, "id") as string | undefined, subnet.id));
}

function isClosed(account: Resource): boolean {
  return (
    at(account.body, "properties.publicNetworkAccess") === "Disabled" || at(account.body, "properties.networkAcls.defaultAction") === "Deny"
  );
}

/** Whether a private DNS zone that is linked to the network has a record of the account's file service. Networks with other DNS servers are not checked. */
function resolvesFileService(subnet: Resource, account: Resource, inventory: Inventory): boolean {
  const network = inventory.get(parentIdOf(subnet.id));
  const servers = at(network?.body, "properties.dhcpOptions.dnsServers");
  if (Array.isArray(servers) && servers.length > 0) return true;
  const links = inventory
    .all("Microsoft.Network/privateDnsZones/virtualNetworkLinks")
    .filter(({ id, body }) => nameOf(parentIdOf(id)) === ZONE && sameId(at(body, "properties.virtualNetwork.id") as string, network?.id));
  return links.some(({ id }) => inventory.get(`${parentIdOf(id)}/A/${account.name}`) !== undefined);
}

/** A rule of the execution: it doesn't apply to a write that doesn't run the script. */
function ofRuns(rule: Omit<Rule, "types" | "on" | "status" | "failsOperation">): Rule {
  return {
    ...rule,
    types: [SCRIPT],
    on: ["create", "update"],
    status: 400,
    failsOperation: true,
    check: (context) => (changesWork(context.previous, context.body) ? rule.check(context) : undefined),
  };
}

const common = { types: [SCRIPT], on: ["create", "update"], status: 400 } as const;

export const scriptEnvironmentRules: readonly Rule[] = [
  {
    ...common,
    code: "script-subnet-needs",
    azureCode: "DeploymentScriptInvalidOperation",
    source: "Azure docs, azure-resource-manager/bicep/deployment-script-vnet: a user-assigned identity and an existing storage account",
    grade: "D",
    check: (context) => {
      if (subnetIdsOf(context).length === 0) return undefined;
      if (userAssignedIds(context.body.identity).length === 0)
        return "A deployment script in a subnet requires a user-assigned 'identity'.";
      return accountNameOf(context) === undefined
        ? "A deployment script in a subnet requires 'properties.storageAccountSettings.storageAccountName'."
        : undefined;
    },
  },
  {
    ...common,
    code: "script-subnet",
    azureCode: "InvalidResourceReference",
    source: "Azure docs, container-instances/container-instances-vnet: one subnet, in the region of the container group",
    grade: "D",
    check: (context) => {
      const [id, ...more] = subnetIdsOf(context);
      if (id === undefined) return undefined;
      if (more.length > 0) return `'properties.containerSettings.subnetIds' has ${more.length + 1} entries: the limit is 1.`;
      const error = referenceError(id, SUBNET, context);
      if (error) return `Resource ${id} referenced by resource ${context.id} ${error}.`;
      const place = context.inventory.get(parentIdOf(id))?.body.location;
      return sameRegion(place, context.body.location)
        ? undefined
        : `The subnet ${id} is in ${place}: it must be in the location of the deployment script, ${context.body.location}.`;
    },
  },
  {
    ...common,
    code: "script-storage-exists",
    azureCode: "DeploymentScriptStorageAccountNotFound",
    source: ERRORS,
    grade: "D",
    check: (context) =>
      accountNameOf(context) !== undefined && accountOf(context) === undefined
        ? `The storage account '${accountNameOf(context)}' of the deployment script was not found.`
        : undefined,
  },
  {
    ...common,
    code: "script-storage-subscription",
    azureCode: "DeploymentScriptExistingStorageNotInSameSubscriptionAsDeploymentScript",
    source: ERRORS,
    grade: "D",
    check: (context) => {
      const account = accountOf(context);
      return account && !sameId(account.id.split("/")[2], context.id.split("/")[2])
        ? `The storage account '${account.id}' must be in the subscription of the deployment script.`
        : undefined;
    },
  },
  {
    ...common,
    code: "script-storage-kind",
    azureCode: "DeploymentScriptStorageAccountInvalidKindAndSku",
    source: `${ERRORS}; ${DEVELOP}: kinds with file shares`,
    grade: "D",
    check: (context) => {
      const account = accountOf(context);
      const isPremium = String(at(account?.body, "sku.name")).startsWith("Premium");
      const kind = String(account?.body.kind);
      return account && (!FILE_KINDS.includes(kind) || isPremium !== (kind === "FileStorage"))
        ? `The storage account '${account.name}' of the kind ${kind} and the SKU ${at(account.body, "sku.name")} has no file shares that deployment scripts support.`
        : undefined;
    },
  },
  {
    ...common,
    code: "script-storage-key",
    azureCode: "DeploymentScriptStorageAccountAccessKeyNotSpecified",
    source: `${ERRORS}; deployment-script-vnet: a script in a subnet uses its identity instead`,
    grade: "D",
    check: (context) => {
      if (context.patch || !changesWork(context.previous, context.body)) return undefined;
      const { storageAccountSettings } = propertiesOf(context.body);
      return storageAccountSettings?.storageAccountName && !storageAccountSettings.storageAccountKey && subnetIdsOf(context).length === 0
        ? "A deployment script without a subnet requires 'properties.storageAccountSettings.storageAccountKey' for an existing storage account."
        : undefined;
    },
  },
  {
    ...common,
    code: "script-storage-firewall",
    azureCode: "DeploymentScriptStorageAccountWithServiceEndpointEnabled",
    source: `${ERRORS}; ${DEVELOP}: without a subnet, firewall rules of the storage account are not supported`,
    grade: "D",
    check: (context) => {
      const account = accountOf(context);
      return account && isClosed(account) && subnetIdsOf(context).length === 0
        ? `Storage account ${account.name} has firewall settings enabled which are not supported for deployment scripts without a subnet.`
        : undefined;
    },
  },
  ofRuns({
    code: "script-subnet-delegated",
    azureCode: "SubnetMissingRequiredDelegation",
    source: `${PRIVATE}: the subnet needs the delegation ${DELEGATION}; the code is inferred`,
    grade: "D",
    check: (context) => {
      const subnet = subnetOf(context);
      const services = (subnetPropertiesOf(context).delegations ?? []).map(({ properties }) => properties?.serviceName);
      return subnet && !services.some((service) => sameId(service, DELEGATION))
        ? `Subnet ${subnet.id} is missing the required delegation ${DELEGATION}.`
        : undefined;
    },
  }),
  ofRuns({
    code: "script-subnet-egress",
    azureCode: "DeploymentScriptExceededMaxAllowedTime",
    source: `${PRIVATE}: a container that can't download its image from mcr.microsoft.com waits until it times out; inferred: a subnet without default outbound access needs a NAT gateway with a public address or a route table`,
    grade: "I",
    check: (context) => {
      const subnet = subnetOf(context);
      const { natGateway, routeTable, defaultOutboundAccess } = subnetPropertiesOf(context);
      if (!subnet || routeTable?.id || (defaultOutboundAccess !== false && !natGateway?.id)) return undefined;
      const { publicIpAddresses = [], publicIpPrefixes = [] } = natGatewayOf(context.inventory.get(natGateway?.id)?.body ?? {});
      return publicIpAddresses.length + publicIpPrefixes.length > 0
        ? undefined
        : `The container could not download its image from mcr.microsoft.com: the subnet ${subnet.id} has no outbound access. Associate a NAT gateway with a public IP address.`;
    },
  }),
  ofRuns({
    code: "script-storage-shared-key",
    azureCode: "KeyBasedAuthenticationNotPermitted",
    source: `${DEVELOP}, "Use an existing storage account": allowSharedKeyAccess must be true, because a container mounts a file share by key; the code is inferred`,
    grade: "D",
    check: (context) => {
      const account = accountOf(context);
      return at(account?.body, "properties.allowSharedKeyAccess") === false
        ? `Key based authentication is not permitted on the storage account '${account?.name}'. Containers mount its file shares by key: set 'properties.allowSharedKeyAccess' to true.`
        : undefined;
    },
  }),
  ofRuns({
    code: "script-storage-reachable",
    azureCode: "DeploymentScriptOperationFailed",
    source: `${PRIVATE}: a private endpoint of the sub-resource file in the network; deployment-script-vnet: or a rule for the subnet; the code is inferred`,
    grade: "D",
    check: (context) => {
      const [subnet, account] = [subnetOf(context), accountOf(context)];
      if (!subnet || !account || !isClosed(account)) return undefined;
      return admitsSubnet(subnet, account) || fileEndpointsIn(subnet, account, context.inventory).length > 0
        ? undefined
        : `The container in ${subnet.id} can't reach the file service of the storage account '${account.name}': create a private endpoint of the sub-resource 'file' in the network.`;
    },
  }),
  ofRuns({
    code: "script-storage-dns",
    azureCode: "DeploymentScriptOperationFailed",
    source: `${PRIVATE}: the zone ${ZONE} with a record of the account, linked to the network; the code is inferred`,
    grade: "D",
    check: (context) => {
      const { inventory } = context;
      const [subnet, account] = [subnetOf(context), accountOf(context)];
      if (!subnet || !account || !isClosed(account) || fileEndpointsIn(subnet, account, inventory).length === 0) return undefined;
      return resolvesFileService(subnet, account, inventory)
        ? undefined
        : `The container in ${subnet.id} can't resolve ${account.name}.file.core.windows.net: link the private DNS zone ${ZONE}, with a record of the account, to the network.`;
    },
  }),
  ofRuns({
    code: "script-storage-role",
    azureCode: "DeploymentScriptOperationFailed",
    source: `${PRIVATE}: Storage File Data Privileged Contributor on the storage account; the code is inferred`,
    grade: "D",
    check: (context) => {
      const { body, inventory } = context;
      const account = accountOf(context);
      if (!account || subnetIdsOf(context).length === 0) return undefined;
      const [identityId] = userAssignedIds(body.identity);
      return holdsRole(inventory, principalOf(inventory, identityId), ["Storage File Data Privileged Contributor"], account.id)
        ? undefined
        : `The identity '${identityId}' is not authorized to use the file shares of the storage account '${account.name}': assign it Storage File Data Privileged Contributor. A new role assignment takes minutes to take effect.`;
    },
  }),
];
