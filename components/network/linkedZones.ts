/** Private DNS zones that are already linked to a network: checked before the stack links zones with the same names. */
import * as pulumi from "@pulumi/pulumi";
import type { ArmClient } from "../../azure/arm";
import { isWithinArmId, resourceGroupId, sameArmId } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import { stop } from "../../program/fail";
import { armIdOf } from "../base/azure";

interface Zone {
  readonly id: string;
  readonly name: string;
}

interface Link {
  readonly id: string;
  readonly properties: { readonly virtualNetwork?: { readonly id?: string } };
}

export interface NetworkToLink {
  readonly networkId: string;
  /** Names of the zones that the stack links. */
  readonly zones: readonly string[];
  /** Name of the stack's resource group; its zones belong to the stack. Undefined in the preview of a stack that doesn't exist yet. */
  readonly resourceGroupName?: string;
}

/**
 * Checks that no zone of another team is already linked to the network. It reads only the zones in the network's subscription and logs that
 * zones in other subscriptions are not checked. If it can't list the zones, it logs a warning.
 * @param name Logical name of the component that links the zones.
 * @throws pulumi.RunError if such a zone exists
 * @see Azure docs, dns/private-dns-virtual-network-links: a network can be linked to only one zone with a given name
 */
export async function checkLinkedZones(name: string, azure: ArmClient, network: NetworkToLink): Promise<void> {
  const { networkId, zones } = network;
  const { subscriptionId } = armIdOf(networkId);
  let linked: readonly Linked[];
  try {
    linked = await linkedZones(azure, network);
  } catch (error) {
    return pulumi.log.warn(
      `${name}: can't list the private DNS zones of subscription ${subscriptionId} (${(error as Error).message}), so Moor can't check whether ` +
        `zones with the same names are already linked to ${networkId}.`,
    );
  }
  if (linked.length > 0) return stop(report(name, networkId, linked));
  return pulumi.log.info(
    `${name}: no zone ${zones.join(" or ")} in subscription ${subscriptionId} is linked to ${networkId}. Zones in other subscriptions were not ` +
      "checked, because Azure can't list the zones that are linked to a network. If a hub subscription contains such zones, set dns: policy.",
  );
}

type Linked = readonly [zone: Zone, link: string];

async function linkedZones(azure: ArmClient, { networkId, zones, resourceGroupName }: NetworkToLink): Promise<Linked[]> {
  const { subscriptionId } = armIdOf(networkId);
  const own = resourceGroupName === undefined ? undefined : resourceGroupId(subscriptionId, resourceGroupName);
  const all = await azure.list<Zone>(`/subscriptions/${subscriptionId}/providers/${armTypeOf("privatedns:PrivateZone")}`);
  const foreign = all.filter(({ id, name }) => zones.includes(name.toLowerCase()) && (own === undefined || !isWithinArmId(id, own)));
  const found = foreign.map(async (zone): Promise<Linked[]> => {
    const links = await azure.list<Link>(`${zone.id}/virtualNetworkLinks`);
    const link = links.find(({ properties }) => sameArmId(properties.virtualNetwork?.id, networkId));
    return link === undefined ? [] : [[zone, armIdOf(link.id).name]];
  });
  return (await Promise.all(found)).flat();
}

function report(name: string, networkId: string, linked: readonly Linked[]): string {
  const blocks = linked.map(([zone, link]) => {
    const { resourceGroupName } = armIdOf(zone.id);
    return (
      `${zone.id}\n  It is already linked to the network (link ${link}).\n` +
      "  Fix: Set dns: policy and have the zone's owner add a zone group with this zone to the stack's private endpoints. Or have the owner " +
      `delete the link: az network private-dns link vnet delete -g ${resourceGroupName} -z ${zone.name} -n ${link}`
    );
  });
  const why = "because a network can be linked to only one zone with a given name";
  return [`${name}: private DNS zones of the stack can't be linked to ${networkId}, ${why}.`, ...blocks].join("\n\n");
}
