/** What costs money in a stack, regardless of whether it was read from a stack file or from resources. */
import type { FixedService, UsageService } from "../../facts/servicePrices";

/** The instances of a deployment. */
export interface InstancesThing {
  readonly kind: "instances";
  /** `<endpoint>/<deployment>`. */
  readonly name: string;
  readonly instanceType: string;
  readonly region: string;
  /** Bounds of the number of instances. */
  readonly min: number;
  readonly max: number;
  /** List price of one instance, if a lock file contains it. @default - the price in facts/prices.ts */
  readonly usdPerHour?: number;
}

/** Things with a charge that doesn't depend on use. */
export interface FixedThing {
  readonly kind: FixedThingKind;
  readonly count: number;
}

export type FixedThingKind = FixedService | "managedPrivateEndpoint" | "managedFirewallBasic" | "managedFirewallStandard";

/** A charge that depends on use. */
export interface UsageThing {
  readonly kind: "usage";
  readonly service: UsageService;
  readonly region: string;
}

/** Log Analytics ingestion with a daily cap, which gives an upper bound. */
export interface CappedLogsThing {
  readonly kind: "cappedLogs";
  readonly region: string;
  readonly gbPerDay: number;
}

/** A thing that costs money without a price in facts/. */
export interface UnpricedThing {
  readonly kind: "unpriced";
  /** In the plural or with an article, for example `disks (Microsoft.Compute/disks)`. */
  readonly name: string;
}

export type Thing = InstancesThing | FixedThing | UsageThing | CappedLogsThing | UnpricedThing;

/** Number of instances: the bounds of autoscale, or the same number twice. */
export function instancesThing(
  name: string,
  { instanceType, region, usdPerHour }: Pick<InstancesThing, "instanceType" | "region" | "usdPerHour">,
  { min, max }: { readonly min: number; readonly max: number },
): InstancesThing {
  return { kind: "instances", name, instanceType, region, min, max, ...(usdPerHour === undefined ? {} : { usdPerHour }) };
}

/** Unpriced: only the owner of the workspace knows the SKU, and others can have created the firewall before. */
export const adoptedFirewall = "the firewall of an adopted workspace, which Azure creates with its first FQDN rule";
