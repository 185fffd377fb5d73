/** The mutation corpus as resources of one program: prod's resources, and a copy of the changed resource for each case. */
import type { Properties } from "../../azure-local/providers/wire";
import type { Registered } from "../rules/corpus/apply";
import { applied, resolved } from "../rules/corpus/apply";
import type { Case, Change } from "../rules/corpus/case";
import { world } from "../rules/corpus/world";

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

/** Resources outside prod to which the cases refer. The pack knows them only if the program registers them. */
export function worldResources(): Registered[] {
  return world.map(({ path, apiVersion, body }, index) => {
    const [namespace, type, name] = path.split("/");
    const rawInputs = { ...(resolved(body, []) as object), apiVersion, resourceGroupName: "hub", resourceProviderNamespace: namespace! };
    return {
      type: "azure-native:resources:Resource",
      name: `world-${index}`,
      rawInputs: { ...rawInputs, parentResourcePath: "", resourceType: type!, resourceName: name! },
    };
  });
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
  if (kind === "add") return {};
  if (resourceGroupName !== undefined) return { resourceGroupName: `case${index}` };
  return type === "azure-native:authorization:RoleDefinition" ? { roleDefinitionId: guidOf(index) } : {};
}

function guidOf(index: number): string {
  return `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
}

function changedResources(prod: readonly Registered[], change: Change): readonly Registered[] {
  return applied(prod, change).filter((resource) => !prod.includes(resource));
}
