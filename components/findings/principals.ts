/** Object IDs of managed identities: rules compare them with the principals of role assignments, and only Azure knows them. */
import { type ArmClient, ArmError } from "../../azure/arm";
import { sameArmId } from "../../azure/armId";
import { armTypeOf } from "../../azure/resourceTypes";
import { type Body, type RuleResource, UNKNOWN, valueAt } from "../../rules";
import type { Reviewed } from "./evaluate";

const IDENTITY = armTypeOf("managedidentity:UserAssignedIdentity");

/** Reads the identities of planned resources, each until it exists. */
export class Principals {
  private readonly known = new Map<string, string>();
  /** ARM IDs of resources that can't be read. */
  private readonly unreadable = new Set<string>();

  constructor(private readonly azure: ArmClient) {}

  /** Returns the resource with the object ID of its identity, if it has one. The object ID is UNKNOWN if the identity doesn't exist yet. */
  async told(reviewed: Reviewed): Promise<Reviewed> {
    const { exact, shown } = reviewed;
    if (!hasIdentity(exact) || typeof exact.principalId === "string") return reviewed;
    const principalId = exact.id === undefined ? UNKNOWN : await this.read(exact, exact.id.toLowerCase());
    if (principalId === undefined || principalId === exact.principalId) return reviewed;
    const told = withPrincipal(exact, principalId);
    return { exact: told, shown: shown === exact ? told : withPrincipal(shown, principalId) };
  }

  private async read(resource: RuleResource, id: string): Promise<RuleResource["principalId"]> {
    const known = this.known.get(id);
    if (known !== undefined || this.unreadable.has(id)) return known;
    const body = await this.azure.get<Body>(id).catch((error: Error) => error);
    if (body instanceof ArmError && body.isAbsence) return UNKNOWN;
    const value = body instanceof Error ? undefined : valueAt(body, propertyOf(resource));
    if (typeof value !== "string") {
      this.unreadable.add(id);
      return undefined;
    }
    this.known.set(id, value);
    return value;
  }
}

function withPrincipal(resource: RuleResource, principalId: RuleResource["principalId"]): RuleResource {
  return { ...resource, principalId };
}

function isIdentity({ type }: RuleResource): boolean {
  return sameArmId(type, IDENTITY);
}

function hasIdentity(resource: RuleResource): boolean {
  const type = valueAt(resource.body, "identity.type");
  return isIdentity(resource) || (typeof type === "string" && /systemassigned/i.test(type));
}

function propertyOf(resource: RuleResource): string {
  return isIdentity(resource) ? "properties.principalId" : "identity.principalId";
}
