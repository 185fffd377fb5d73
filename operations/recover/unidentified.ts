/** What is said of resources that could not be looked up. */
import type { StateResource } from "../checkpoint";
import type { StackPulumi } from "../stackPulumi";
import type { Unidentified } from "./missing";

/** The resources, whether each was begun, and how to go on. */
export function unidentifiedReport({ stack, local }: Pick<StackPulumi, "stack" | "local">, found: readonly Unidentified[]): string {
  const [pulumi, recover] = local
    ? ["npm run local --", `npm run recover -- -s ${stack} --local`]
    : ["pulumi", `npm run recover -- -s ${stack}`];
  return [
    "These resources could not be looked up, because their ids are not known:",
    ...found.map(({ resource, begun }) => `  ${nameOf(resource)} (${resource.type}): ${begun ? wasBegun : onlyPlanned}`),
    "Look for each of them in Azure, or where its provider keeps it. If it exists, import it:",
    ...found.map(({ resource }) => `  ${pulumi} ${importOf(resource)} -s ${stack}`),
    `After an import, run \`${recover}\` again: it looks up what depends on the resource.`,
    "If it does not exist, nothing has to be done: `pulumi up` creates it where the program has it.",
  ].join("\n");
}

const wasBegun = "the killed run had begun to create it";
const onlyPlanned = "only planned; the killed run left no note of it";

/** The import that gives a resource the place in the state that the program gives it. */
function importOf(resource: StateResource): string {
  const { type, parent, provider, protect } = resource;
  const id = type.startsWith("azure-native:") ? "<ARM id>" : "<id>";
  return [
    `import ${type} ${nameOf(resource)} ${id}`,
    // An import protects from deletion by default.
    ...(protect ? [] : ["--protect=false"]),
    ...(parent === undefined || parent.includes("::pulumi:pulumi:Stack::") ? [] : [`--parent 'parent=${parent}'`]),
    ...(provider === undefined || isDefault(provider) ? [] : [`--provider 'provider=${provider.slice(0, provider.lastIndexOf("::"))}'`]),
  ].join(" ");
}

/** Whether a provider is one that the engine makes itself. */
function isDefault(provider: string): boolean {
  return /::default(_[^:]*)?::[^:]*$/.test(provider);
}

/** The logical name, which is the last part of a URN. */
function nameOf({ urn }: StateResource): string {
  return urn.split("::").slice(3).join("::");
}
