/** Runs the policies of the pack as Pulumi's policy SDK does, without an engine. */
import { type PolicyResource, type PolicyResourceOptions, type ResourceValidationArgs, unknownCheckingProxy } from "@pulumi/policy";
import { type PackPolicy, packPolicies } from "../../policy/policies";
import type { PackSettings } from "../../policy/settings";

/** A value that is known only during the update, as the engine sends it. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export const subscriptionId = "aaaaaaaa-0000-0000-0000-000000000001";
export const settings: PackSettings = { home: "swedencentral", residency: { geography: "Sweden" } };

export interface Given {
  /** Without `azure-native:`. */
  readonly type: string;
  readonly name: string;
  readonly props: Record<string, unknown>;
}

export interface Reported {
  readonly policy: string;
  readonly message: string;
  readonly urn?: string;
}

export const urnOf = (name: string) => `urn:pulumi:dev::foreign::azure-native::${name}`;

/** Calls all policies for each resource, then for the stack, and returns the violations. */
export async function runPack(given: readonly Given[], config: PackSettings = settings, policies = pack()): Promise<Reported[]> {
  return [...(await checkResources(given, config, policies)), ...(await checkStack(given, config, policies))];
}

export function pack(today = "2026-11-30"): readonly PackPolicy[] {
  return packPolicies(() => today);
}

export async function checkResources(given: readonly Given[], config: PackSettings, policies: readonly PackPolicy[]): Promise<Reported[]> {
  const reported: Reported[] = [];
  for (const one of given) {
    for (const policy of policies) {
      if (!("validateResource" in policy) || typeof policy.validateResource !== "function") continue;
      const args: ResourceValidationArgs = {
        ...resource(one),
        stackTags: new Map(),
        getConfig: configOf(policy.name, config),
        notApplicable,
      };
      await policy.validateResource(args, (message) => reported.push({ policy: policy.name, message, urn: args.urn }));
    }
  }
  return reported;
}

export async function checkStack(given: readonly Given[], config: PackSettings, policies: readonly PackPolicy[]): Promise<Reported[]> {
  const reported: Reported[] = [];
  const resources = given.map((one) => ({ ...resource(one), dependencies: [], propertyDependencies: {} }) as PolicyResource);
  for (const policy of policies) {
    const args = { resources, stackTags: new Map<string, string>(), getConfig: configOf(policy.name, config), notApplicable };
    await policy.validateStack(args, (message, urn) => reported.push({ policy: policy.name, message, ...(urn && { urn }) }));
  }
  return reported;
}

function resource({ type, name, props }: Given) {
  return {
    type: `azure-native:${type}`,
    name,
    urn: urnOf(name),
    props: unknownCheckingProxy(props) as Record<string, unknown>,
    opts: {} as PolicyResourceOptions,
    provider: { type: "pulumi:providers:azure-native", name: "default", urn: urnOf("default"), props: { subscriptionId } },
    isType: () => false,
    asType: () => undefined,
  };
}

/** Only the policy `contract` has configuration. The SDK's method returns the type that the caller expects. */
function configOf(policy: string, config: PackSettings) {
  return <Expected extends object>() => (policy === "contract" ? config : {}) as Expected;
}

function notApplicable(): never {
  throw new Error("no policy of the pack uses it");
}
