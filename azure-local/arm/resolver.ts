/**
 * Name resolution in a virtual network that uses Azure-provided DNS. Source: Azure docs, private-link/private-endpoint-dns and
 * storage/common/storage-private-endpoints, "DNS changes"; machine-learning/how-to-custom-dns; dns/private-dns-fallback.
 */
import type { Resource } from "./model";
import { parentIdOf, sameId } from "./path";
import { regionName } from "./region";
import { GROUPS, REPLICATION } from "./types/privateLink";

/** The part of a GET response that affects name resolution. */
interface Shown {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly location?: string;
  // biome-ignore lint/suspicious/noExplicitAny: the properties depend on the type.
  readonly properties?: any;
}

/** The source of an answer: the ID of a private zone, or public DNS, whose addresses are not simulated. */
export type NameAnswer =
  | { readonly from: "zone"; readonly zoneId: string; readonly addresses: readonly string[] }
  | { readonly from: "public"; readonly name: string }
  /** The name does not exist (NXDOMAIN): its private zone has no record, or no resource has the name. */
  | { readonly from: "nowhere" };

const LINK = "Microsoft.Network/privateDnsZones/virtualNetworkLinks";
const WORKSPACE = "Microsoft.MachineLearningServices/workspaces";
const OUTBOUND_RULE = `${WORKSPACE}/outboundRules`;

/**
 * Resolves a name as a machine in the network does. A resource with a private endpoint in any network has a public alias in its
 * `privatelink` domain. If a zone of that domain is linked to the network, only this zone answers, so without a record the name does not
 * exist. With the link policy `NxDomainRedirect`, public DNS is used then.
 * @param resources All resources, as GET returns them
 */
export function resolveName(resources: readonly Shown[], networkId: string, host: string): NameAnswer {
  const name = host.toLowerCase();
  const owner = ownerOf(resources, name);
  const alias = owner?.alias ?? name;
  const link = resources
    .filter(({ type, properties }) => sameId(type, LINK) && sameId(properties?.virtualNetwork?.id, networkId))
    .filter((one) => `.${alias}`.endsWith(`.${zoneNameOf(one)}`))
    // The most specific zone applies.
    .sort((a, b) => zoneNameOf(b).length - zoneNameOf(a).length)[0];
  const publicly: NameAnswer = owner === undefined ? { from: "nowhere" } : { from: "public", name: alias };
  if (link === undefined) return publicly;
  const zoneId = parentIdOf(link.id);
  const record = recordOf(resources, zoneId, alias.slice(0, -zoneNameOf(link).length - 1));
  const addresses = (record?.properties?.aRecords ?? []).map(({ ipv4Address }: { ipv4Address: string }) => ipv4Address);
  if (addresses.length > 0) return { from: "zone", zoneId, addresses };
  return link.properties?.resolutionPolicy === "NxDomainRedirect" ? publicly : { from: "nowhere" };
}

function zoneNameOf({ id }: Shown): string {
  return parentIdOf(id).split("/").at(-1)!.toLowerCase();
}

/** Finds the resource with a public name, and returns the name's alias. */
function ownerOf(resources: readonly Shown[], host: string): { readonly alias: string } | undefined {
  for (const resource of resources) {
    const groups = GROUPS[resource.type.toLowerCase()] ?? {};
    const target = { name: resource.name, outputs: resource } as unknown as Resource;
    const replicas = resources
      .filter(({ id, type }) => sameId(type, REPLICATION) && sameId(parentIdOf(id), resource.id))
      .map(({ location }) => regionName(location));
    const records = Object.values(groups).flatMap((records) => records(target, regionName(resource.location), replicas));
    for (const { record, zone, fqdn } of records) {
      if (!matches(fqdn.toLowerCase(), host)) continue;
      const label = host.slice(0, host.length - (fqdn.length - record.length));
      return { alias: hasPrivateEndpoint(resource, resources) ? `${label}.${zone}`.toLowerCase() : host };
    }
  }
  return undefined;
}

function matches(pattern: string, host: string): boolean {
  return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1 : pattern === host;
}

/** Checks private endpoints in networks, and in managed networks: to the workspace's resources and to the targets of outbound rules. */
function hasPrivateEndpoint(target: Shown, resources: readonly Shown[]): boolean {
  if ((target.properties?.privateEndpointConnections ?? []).length > 0) return true;
  return resources.some(({ id, type, properties }) => {
    if (sameId(type, OUTBOUND_RULE)) return sameId(properties?.destination?.serviceResourceId, target.id);
    if (!sameId(type, WORKSPACE) || properties?.managedNetwork?.isolationMode !== "AllowOnlyApprovedOutbound") return false;
    return [id, properties.storageAccount, properties.keyVault, properties.containerRegistry].some((one) => sameId(one, target.id));
  });
}

/** Returns the record of a name in a zone, or the matching wildcard record. */
function recordOf(resources: readonly Shown[], zoneId: string, label: string): Shown | undefined {
  const records = resources.filter(({ id, type }) => sameId(type, "Microsoft.Network/privateDnsZones/A") && sameId(parentIdOf(id), zoneId));
  return (
    records.find(({ name }) => sameId(name, label)) ??
    records.find(({ name }) => name.startsWith("*.") && label.endsWith(name.slice(1).toLowerCase()))
  );
}
