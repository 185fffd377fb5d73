/** Rules of private DNS zones, their links, and the zone groups of private endpoints. */
import type { Rule } from "../model";
import { parentIdOf, sameId } from "../path";
import { PRIVATE_ENDPOINT, zoneNameOf } from "../types/privateLink";
import { referenceError } from "./common";

const VNET = "Microsoft.Network/virtualNetworks";
const ZONE = "Microsoft.Network/privateDnsZones";
const LINK = `${ZONE}/virtualNetworkLinks`;
const ZONE_GROUP = `${PRIVATE_ENDPOINT}/privateDnsZoneGroups`;

interface LinkProperties {
  readonly virtualNetwork?: { readonly id?: string };
  readonly registrationEnabled?: boolean;
}

interface ZoneGroupProperties {
  readonly privateDnsZoneConfigs?: readonly { readonly name?: string; readonly properties?: { readonly privateDnsZoneId?: string } }[];
}

function zoneIds(body: { properties?: unknown }): string[] {
  const configs = (body.properties as ZoneGroupProperties | undefined)?.privateDnsZoneConfigs ?? [];
  return configs.map(({ properties }) => properties?.privateDnsZoneId).filter((id) => id !== undefined);
}

export const privateDnsRules: readonly Rule[] = [
  {
    code: "zone-group-zones",
    types: [ZONE_GROUP],
    on: ["create", "update"],
    azureCode: "InvalidResourceReference",
    status: 400,
    source: "Azure docs, private-link/private-endpoint-dns",
    grade: "D",
    check: (context) => {
      for (const id of zoneIds(context.body)) {
        const error = referenceError(id, ZONE, context);
        if (error) return `The private DNS zone '${id}' ${error}.`;
      }
      return undefined;
    },
  },
  {
    code: "zone-group-once",
    types: [ZONE_GROUP],
    on: ["create"],
    azureCode: "MultiplePrivateDnsZoneGroupsNotAllowed",
    status: 400,
    source: "Azure docs, private-link/private-endpoint-dns: one zone group per private endpoint",
    grade: "D",
    check: ({ parentId, inventory }) => {
      const other = inventory.children(parentId, ZONE_GROUP)[0];
      return other && `The private endpoint already has the DNS zone group '${other.name}': only one is allowed.`;
    },
  },
  {
    code: "zone-group-distinct",
    types: [ZONE_GROUP],
    on: ["create", "update"],
    azureCode: "DuplicatePrivateDnsZones",
    status: 400,
    source: "Azure docs, private-link/private-endpoint-dns: at most five zones with different names",
    grade: "D",
    check: ({ body }) => {
      const names = zoneIds(body).map(zoneNameOf);
      if (names.length > 5) return `The DNS zone group has ${names.length} zones: the limit is 5.`;
      const duplicate = names.find((name, index) => names.indexOf(name) !== index);
      return duplicate && `The DNS zone group contains the zone '${duplicate}' twice.`;
    },
  },
  {
    code: "zone-tags",
    types: [ZONE],
    on: ["create", "update"],
    azureCode: "InvalidTagNameOrValue",
    status: 400,
    source:
      "Azure docs, azure-resource-manager/management/tag-resources: DNS zones can have 15 tags, whose names have no spaces and no leading digit",
    grade: "D",
    check: ({ body: { tags = {} } }) => {
      const names = Object.keys(tags);
      if (names.length > 15) return `The DNS zone has ${names.length} tags: the limit is 15.`;
      const unsupported = names.find((name) => /^\d|\s|[^\x20-\x7e]/.test(name));
      return unsupported && `The tag name '${unsupported}' is not allowed on a DNS zone.`;
    },
  },
  {
    code: "zone-in-use",
    types: [ZONE],
    on: ["delete"],
    azureCode: "CannotDeleteResource",
    status: 409,
    source: "Azure docs, dns/private-dns-virtual-network-links: nested links must be deleted first",
    grade: "D",
    check: ({ id, inventory }) => {
      const link = inventory.children(id, LINK)[0];
      return link && `Can not delete resource before nested resources are deleted: '${link.id}'.`;
    },
  },
  {
    code: "link-network-exists",
    types: [LINK],
    on: ["create", "update"],
    azureCode: "BadRequest",
    status: 400,
    source: "Azure docs, dns/private-dns-virtual-network-links",
    grade: "D",
    check: (context) => {
      const id = (context.body.properties as LinkProperties | undefined)?.virtualNetwork?.id;
      if (!id) return "A virtual network link requires 'properties.virtualNetwork.id'.";
      const error = referenceError(id, VNET, context);
      return error && `The virtual network '${id}' ${error}.`;
    },
  },
  {
    code: "link-unique-name",
    types: [LINK],
    on: ["create"],
    azureCode: "Conflict",
    status: 409,
    source:
      "Azure docs, dns/private-dns-virtual-network-links: a network can have only one link to a zone, and links to only one zone with a given name",
    grade: "D",
    check: ({ body, parentId, id, inventory }) => {
      const network = (body.properties as LinkProperties).virtualNetwork?.id;
      const duplicate = inventory.all(LINK).find((other) => {
        const sameNetwork = sameId((other.body.properties as LinkProperties).virtualNetwork?.id, network);
        return sameNetwork && !sameId(other.id, id) && zoneNameOf(parentIdOf(other.id)) === zoneNameOf(parentId);
      });
      return (
        duplicate &&
        `A virtual network cannot be linked to multiple zones with overlapping namespaces: '${network}' is linked by '${duplicate.id}'.`
      );
    },
  },
];
