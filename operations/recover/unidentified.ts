/** The report on resources that could not be looked up. */
import type { StateResource } from "../checkpoint";
import type { StackPulumi } from "../stackPulumi";
import type { Unidentified } from "./missing";

/** Lists the resources, whether their creation had started, and the commands to import them. */
export function unidentifiedReport({ stack, local }: Pick<StackPulumi, "stack" | "local">, found: readonly Unidentified[]): string {
  const [pulumi, recover] = local
    ? ["npm run local --", `npm run recover -- -s ${stack} --local`]
    : ["pulumi", `npm run recover -- -s ${stack}`];
  return [
    "These resources could not be looked up, because their IDs are unknown:",
    ...found.map(({ resource, begun }) => `  ${nameOf(resource)} (${resource.type}): ${begun ? wasBegun : onlyPlanned}`),
    "Check whether each resource exists in Azure or in the service of its provider. If it exists, import it:",
    ...found.map(({ resource }) => `  ${pulumi} ${importOf(resource)} -s ${stack}`),
    `After an import, run \`${recover}\` again to look up the resources that depend on it.`,
    "If a resource does not exist, no action is required: `pulumi up` creates it if it is part of the program.",
  ].join("\n");
}

const wasBegun = "the killed run had started to create it";
const onlyPlanned = "planned; the state doesn't show that its creation has started";

/** The import command for a resource, with the parent and the provider that it has in the program. */
function importOf(resource: StateResource): string {
  const { type, parent, provider, protect } = resource;
  const id = type.startsWith("azure-native:") ? "<ARM ID>" : "<ID>";
  return [
    `import ${type} ${nameOf(resource)} ${id}`,
    // By default, `pulumi import` protects the resource from deletion.
    ...(protect ? [] : ["--protect=false"]),
    ...(parent === undefined || parent.includes("::pulumi:pulumi:Stack::") ? [] : [`--parent 'parent=${parent}'`]),
    ...(provider === undefined || isDefault(provider) ? [] : [`--provider 'provider=${provider.slice(0, provider.lastIndexOf("::"))}'`]),
  ].join(" ");
}

/** Whether a provider is a default provider of the engine. */
function isDefault(provider: string): boolean {
  return /::default(_[^:]*)?::[^:]*$/.test(provider);
}

/** The logical name, which is the last part of a URN. */
function nameOf({ urn }: StateResource): string {
  return urn.split("::").slice(3).join("::");
}
