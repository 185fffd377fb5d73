/** The mutation corpus as resources of one program: prod's resources, and a copy of the changed resource for each case. */
import { isSecret, type Properties } from "../../azure-local/providers/wire";
import type { Registered } from "../rules/corpus/apply";
import { applied } from "../rules/corpus/apply";
import type { Case, Change } from "../rules/corpus/case";

/** A line of a finding in Pulumi's output. */
export interface Line {
  readonly code: string;
  readonly name: string;
  readonly property: string;
}

/** Findings in the output of a run: the first line of each contains code, resource and property. */
export function findingLines(output: string): Line[] {
  return [...output.matchAll(/^\s*(MOOR\d{3}) (\S+) (\S+)$/gm)].map(([, code, name, property]) => ({
    code: code!,
    name: name!,
    property: property!,
  }));
}

/** What the policy `not-proved` lists: name and property of a check, below the line with its code. */
export function notProvableLines(output: string): Line[] {
  return [...output.matchAll(/^\s*(MOOR\d{3}) .*, not proved for:\n((?:\s+\S+ \S+\n)+)/gm)].flatMap(([, code, list]) =>
    list!
      .trim()
      .split("\n")
      .map((line) => {
        const [name, property] = line.trim().split(" ");
        return { code: code!, name: name!, property: property! };
      }),
  );
}

/** Whether a case refers to a resource outside the stack, whose region only Azure knows. */
export function needsAzure({ change }: Case): boolean {
  return /\{hub\}\/|"stireland"/.test(JSON.stringify(change));
}

/**
 * Copies of what a case changes or adds, under names that start with the number of the case. A copy has an ID of its own, so that references to the
 * original don't find it.
 */
export function copies(prod: readonly Registered[], cases: readonly Case[], which: "change" | "twin"): Registered[] {
  return cases.flatMap((one, index) =>
    changedResources(prod, one[which]).map(({ type, name, rawInputs }) => ({
      type,
      name: `case${index}-${name}`,
      rawInputs: { ...rawInputs, ...ownId(type, rawInputs, one[which], index) },
    })),
  );
}

/** Inputs that change the ID of a copy: those of its group, or of a role definition, which has none. */
function ownId(type: string, { resourceGroupName }: Properties, { kind }: Change, index: number): Properties {
  // An endpoint keeps its ID, because its deployments tell what it serves.
  if (kind === "add" || type === "azure-native:machinelearningservices:OnlineEndpoint") return {};
  if (resourceGroupName !== undefined) return { resourceGroupName: `case${index}` };
  return type === "azure-native:authorization:RoleDefinition" ? { roleDefinitionId: guidOf(index) } : {};
}

function guidOf(index: number): string {
  return `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
}

function changedResources(prod: readonly Registered[], change: Change): readonly Registered[] {
  return applied(prod, change).filter((resource) => !prod.includes(resource));
}

/** A state with these resources, as `pulumi stack import` reads it. Object IDs of identities are in outputs. */
export function stateOf(project: string, stack: string, resources: readonly Registered[], principalId: string): object {
  const urn = (type: string, name: string) => `urn:pulumi:${stack}::${project}::${type}::${name}`;
  const root = urn("pulumi:pulumi:Stack", `${project}-${stack}`);
  const provider = urn("pulumi:providers:azure-native", "default");
  const entries = resources.map(({ type, name, rawInputs }) => {
    const inputs = withoutEnvelopes(rawInputs);
    const outputs = type.endsWith(":UserAssignedIdentity") ? { ...inputs, principalId } : inputs;
    return { urn: urn(type, name), custom: true, id: name, type, inputs, outputs, parent: root, provider: `${provider}::provider-id` };
  });
  return {
    version: 3,
    deployment: {
      manifest: { time: "2026-11-30T00:00:00Z", magic: "", version: "" },
      resources: [
        { urn: root, custom: false, type: "pulumi:pulumi:Stack" },
        { urn: provider, custom: true, id: "provider-id", type: "pulumi:providers:azure-native", inputs: {}, outputs: {} },
        ...entries,
      ],
    },
  };
}

/** Inputs without the envelopes of secrets, which a state encrypts. */
function withoutEnvelopes(inputs: Properties): Properties {
  return JSON.parse(JSON.stringify(inputs), (_, value) => (isSecret(value) ? value.value : value)) as Properties;
}
