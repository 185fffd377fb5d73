/** Requests of an observation: in parallel, each refusal recorded instead of thrown. */
import { type ArmClient, ArmError } from "../../../azure/arm";
import { subscriptionOf } from "../../../azure/armId";
import { apiVersionOfType } from "../../../azure/resourceTypes";
import { Slots } from "../../../azure/slots";
import type { LiveResource } from "./resource";

/** Requests in parallel. Azure Resource Manager allows far more per second; see Azure docs, request-limits-and-throttling. */
const parallelRequests = 8;

/** Reads for one observation. */
export class Reader {
  readonly unread: { readonly id: string; readonly reason: string }[] = [];
  private readonly slots = new Slots(parallelRequests);
  /** API versions by resource provider and type, newest first. */
  private readonly registered = new Map<string, Promise<ReadonlyMap<string, string> | undefined>>();

  constructor(private readonly azure: ArmClient) {}

  /** A resource. Undefined if it can't be read. */
  get(id: string, apiVersion: string): Promise<LiveResource | undefined> {
    return this.attempt(id, () => this.azure.get<LiveResource>(id, apiVersion));
  }

  /**
   * The items of a collection. Empty if it can't be read, or if its parent doesn't exist.
   * @param none Codes of errors that mean that there are no items.
   */
  async list(collectionId: string, apiVersion: string, none: ReadonlySet<string> = new Set()): Promise<readonly LiveResource[]> {
    return (await this.attempt(collectionId, () => this.azure.list<LiveResource>(collectionId, { apiVersion }), none)) ?? [];
  }

  /**
   * The API version for a resource: the given one, or the newest one that the resource provider supports, without previews if possible.
   * Undefined if the provider doesn't tell.
   */
  async apiVersionOf(id: string, type: string, known = apiVersionOfType(type)): Promise<string | undefined> {
    if (known !== undefined) return known;
    const provider = `/subscriptions/${subscriptionOf(id)}/providers/${type.split("/")[0]}`;
    const versions = this.registered.get(provider.toLowerCase()) ?? this.versionsOf(provider);
    this.registered.set(provider.toLowerCase(), versions);
    const found = (await versions)?.get(type.toLowerCase());
    if (found === undefined) this.unread.push({ id, reason: `The API version of ${type} could not be determined.` });
    return found;
  }

  private async versionsOf(provider: string): Promise<ReadonlyMap<string, string> | undefined> {
    interface Registration {
      readonly resourceTypes?: readonly { readonly resourceType: string; readonly apiVersions: readonly string[] }[];
    }
    const namespace = provider.split("/").at(-1)!;
    const answer = await this.attempt(provider, () => this.azure.get<Registration>(provider, "2021-04-01"));
    const rows = (answer?.resourceTypes ?? []).flatMap(({ resourceType, apiVersions }) => {
      const newest = apiVersions.toSorted().reverse();
      const version = newest.find((one) => !one.includes("preview")) ?? newest[0];
      return version === undefined ? [] : [[`${namespace}/${resourceType}`.toLowerCase(), version] as const];
    });
    return new Map(rows);
  }

  private async attempt<T>(id: string, request: () => Promise<T>, none: ReadonlySet<string> = new Set()): Promise<T | undefined> {
    try {
      return await this.slots.run(request);
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
      if (!none.has(error.code ?? "")) this.unread.push({ id, reason: reasonOf(error) });
      return undefined;
    }
  }
}

/** Azure's message is omitted, because it can contain the name of the caller. */
function reasonOf(error: ArmError): string {
  const answer = [error.status, error.code].filter((part) => part !== undefined).join(" ");
  if (error.isAbsence) return `It doesn't exist (Azure returned ${answer}).`;
  if (error.isAccessDenied)
    return `No permission (Azure returned ${answer}). Assign the role Reader at this scope to the identity of this run.`;
  return `Azure returned ${answer}.`;
}
