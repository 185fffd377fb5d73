import { isClosed } from "../closedRegistry";
import { invalidTarget, targetsOf } from "../imports/request";
import { at } from "../json";
import type { Inventory, Resource, Rule } from "../model";
import { sameId } from "../path";

const DOCS = "Azure docs, container-registry/container-registry-import-images";

const REGISTRY = "Microsoft.ContainerRegistry/registries";

/** The simulated registry that an import reads from. */
function sourceOf(body: unknown, inventory: Inventory): Resource | undefined {
  const [id, uri] = ["resourceId", "registryUri"].map((name) => at(body, `source.${name}`));
  if (typeof id === "string") return inventory.get(id);
  const host = String(uri).toLowerCase();
  return inventory.all(REGISTRY).find(({ outputs }) => at(outputs, "properties.loginServer") === host);
}

const common = { types: [REGISTRY], on: ["action"], action: "importImage", status: 400 } as const;

/** Rules of `importImage`. Azure's codes and messages are not documented. */
export const importImageRules: readonly Rule[] = [
  {
    ...common,
    code: "import-source",
    azureCode: "InvalidParameters",
    source: "Azure REST specification, containerregistry: ImportSource, the address or the resource ID of the source registry",
    grade: "S",
    check: ({ body }) => {
      const given = ["registryUri", "resourceId"].filter((name) => at(body, `source.${name}`) !== undefined);
      return given.length === 1 || at(body, "source") === undefined
        ? undefined
        : `The source must have either 'registryUri' or 'resourceId': it has ${given.length === 0 ? "neither" : "both"}.`;
    },
  },
  {
    ...common,
    code: "import-target",
    azureCode: "InvalidParameters",
    source: "Azure/azure-powershell issue 24546: Missing property parameters.TargetTags",
    grade: "E",
    check: ({ body, name }) =>
      targetsOf(body)?.length === 0
        ? `Missing property parameters.TargetTags for the operation against the resource with name ${name}.`
        : undefined,
  },
  {
    ...common,
    code: "import-target-name",
    azureCode: "InvalidParameters",
    source: "OCI distribution specification: names of repositories and tags",
    grade: "K",
    check: ({ body }) => {
      const invalid = invalidTarget(targetsOf(body) ?? []);
      return invalid && `The target '${invalid}' is not the name of a repository in lower case with an optional tag.`;
    },
  },
  {
    ...common,
    code: "import-existing-tag",
    azureCode: "Conflict",
    status: 409,
    source:
      "Azure REST specification, containerregistry: ImportMode, with NoForce an existing target tag is a conflict; the code is inferred",
    grade: "S",
    check: ({ body, id, name, inventory }) => {
      if (at(body, "mode") === "Force") return undefined;
      for (const { repository, tags } of targetsOf(body) ?? []) {
        const tag = tags.find((one) => inventory.contents.hasImage(id, repository, one));
        if (tag) return `The tag '${repository}:${tag}' already exists in the target registry '${name}'. Use the mode Force to replace it.`;
      }
      return undefined;
    },
  },
  {
    ...common,
    code: "import-export-disabled",
    azureCode: "Forbidden",
    status: 403,
    source:
      "Azure docs, container-registry/data-loss-prevention: a disabled export policy blocks imports of its artifacts into another registry; the status is inferred",
    grade: "D",
    check: ({ body, id, inventory }) => {
      const source = sourceOf(body, inventory);
      return source && !sameId(source.id, id) && at(source.body, "properties.policies.exportPolicy.status") === "disabled"
        ? `The export policy of the registry '${source.name}' is disabled: its images can't be imported into another registry.`
        : undefined;
    },
  },
  {
    ...common,
    code: "import-trusted-services",
    azureCode: "Forbidden",
    status: 403,
    source: `${DOCS}: a target registry with restricted access must allow trusted services; the status is inferred`,
    grade: "D",
    check: ({ previous, name }) =>
      isClosed(previous!.body) && at(previous!.body, "properties.networkRuleBypassOptions") === "None"
        ? `The registry '${name}' denies access from public networks and does not allow trusted services: set 'networkRuleBypassOptions' to AzureServices to import images.`
        : undefined,
  },
];
