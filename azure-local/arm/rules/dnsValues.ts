/** Checks of values of private DNS records, links and zone groups. `privateDns.ts` checks references and duplicates. */
import { at } from "../json";
import type { Rule } from "../model";
import { parentIdOf, sameId } from "../path";
import { readPrefix } from "../types/addresses";
import { PRIVATE_ENDPOINT, zoneNameOf } from "../types/privateLink";

const ZONE = "Microsoft.Network/privateDnsZones";
const LINK = `${ZONE}/virtualNetworkLinks`;
const DOCS = "Azure docs, dns";
const MOST_RECORDS = 20;
const LONGEST_TTL = 2 ** 31 - 1;

function networkOf(body: object): string | undefined {
  return at(body, "properties.virtualNetwork.id") as string | undefined;
}

const links = { types: [LINK], on: ["create", "update"], azureCode: "BadRequest", status: 400 } as const;

export const dnsValueRules: readonly Rule[] = [
  {
    ...links,
    code: "record-values",
    types: [`${ZONE}/A`],
    source: `${DOCS}/dns-zones-records and azure-resource-manager/management/azure-subscription-service-limits: 20 records, a TTL of 1 to 2,147,483,647, * only as the first label`,
    grade: "D",
    check: ({ name, body }) => {
      if (!/^(@|\*|(\*\.)?[\w-]{1,63}(\.[\w-]{1,63})*)$/.test(name)) return `The record name '${name}' is not valid.`;
      const ttl = (at(body, "properties.ttl") ?? 3600) as number;
      if (ttl < 1 || ttl > LONGEST_TTL) return `'properties.ttl' is ${ttl}: it must be between 1 and ${LONGEST_TTL}.`;
      const records = (at(body, "properties.aRecords") ?? []) as readonly { readonly ipv4Address?: string }[];
      if (records.length > MOST_RECORDS) return `'properties.aRecords' has ${records.length} entries: the limit is ${MOST_RECORDS}.`;
      const invalid = records.find(({ ipv4Address }) => !readPrefix(`${ipv4Address}/32`));
      return invalid && `'${invalid.ipv4Address}' is not an IPv4 address.`;
    },
  },
  {
    ...links,
    code: "link-registration-once",
    azureCode: "Conflict",
    status: 409,
    source: `${DOCS}/private-dns-autoregistration: a virtual network has autoregistration in one private DNS zone`,
    grade: "D",
    check: ({ id, body, inventory }) => {
      const registers = (one: object) => at(one, "properties.registrationEnabled") === true;
      if (!registers(body)) return undefined;
      const other = inventory
        .all(LINK)
        .find((one) => !sameId(one.id, id) && registers(one.body) && sameId(networkOf(one.body), networkOf(body)));
      return (
        other && `The virtual network '${networkOf(body)}' already has autoregistration in '${parentIdOf(other.id)}': the limit is 1 zone.`
      );
    },
  },
  {
    ...links,
    code: "link-resolution-policy",
    source: `${DOCS}/private-dns-fallback: only for private link zones`,
    grade: "D",
    check: ({ parentId, body }) =>
      at(body, "properties.resolutionPolicy") === "NxDomainRedirect" && !zoneNameOf(parentId).includes("privatelink.")
        ? `'properties.resolutionPolicy' can be NxDomainRedirect only in private link zones: this zone is '${zoneNameOf(parentId)}'.`
        : undefined,
  },
  {
    ...links,
    code: "link-network-fixed",
    on: ["update"],
    source: "azurerm provider, private_dns_zone_virtual_network_link: changing the network replaces the link",
    grade: "K",
    check: ({ body, previous }) => {
      const [now, before] = [networkOf(body), networkOf(previous!.body)];
      return sameId(now, before)
        ? undefined
        : `The virtual network of a link can't be changed from ${before} to ${now}: create another link.`;
    },
  },
  {
    ...links,
    code: "zone-group-configs",
    types: [`${PRIVATE_ENDPOINT}/privateDnsZoneGroups`],
    azureCode: "InvalidRequestFormat",
    source: "Azure REST specification, network: the name of a zone configuration is part of its ID",
    grade: "K",
    check: ({ body }) => {
      const configs = (at(body, "properties.privateDnsZoneConfigs") ?? []) as readonly { readonly name?: string }[];
      return configs.some(({ name }) => !name) ? "Each entry of 'properties.privateDnsZoneConfigs' requires a name." : undefined;
    },
  },
];
