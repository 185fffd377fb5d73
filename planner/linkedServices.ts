/** The services for which a stack creates private endpoints. */
import { LINKED_SERVICES } from "../facts/privateLink";

export type LinkedServiceName = keyof typeof LINKED_SERVICES;
export type DnsZoneName = (typeof LINKED_SERVICES)[LinkedServiceName]["zones"][number];

/** The resources that a stack creates. The owner of an adopted resource creates the private endpoints to it. */
export interface Created {
  /** The workspace, with its storage account and key vault. */
  readonly workspace: boolean;
  readonly imageRegistry: boolean;
}

/** Services of the resources that the stack creates, in the order in which their private endpoints are created. */
export function linkedServices({ workspace, imageRegistry }: Created): LinkedServiceName[] {
  const ofWorkspace: LinkedServiceName[] = ["blob", "file", "vault", "workspace"];
  return [...(workspace ? ofWorkspace : []), ...(imageRegistry ? (["registry"] as const) : [])];
}

/** Private DNS zones that contain the addresses of the services' private endpoints. */
export function dnsZonesOf(services: readonly LinkedServiceName[]): DnsZoneName[] {
  return services.flatMap((service) => [...LINKED_SERVICES[service].zones]);
}
