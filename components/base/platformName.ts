import { nameRules, type RuledResourceName } from "../../azure/nameRules";
import { fail } from "../../program/fail";

interface Named {
  /** Short form of the type, first in the name. Source: Azure docs, Cloud Adoption Framework, resource-abbreviations. */
  readonly short: string;
  readonly type: RuledResourceName;
}

const NAMED = {
  appInsights: { short: "appi", type: "applicationinsights:Component" },
  identity: { short: "id", type: "managedidentity:UserAssignedIdentity" },
  logs: { short: "log", type: "operationalinsights:Workspace" },
  networkSecurityGroup: { short: "nsg", type: "network:NetworkSecurityGroup" },
  privateEndpoint: { short: "pe", type: "network:PrivateEndpoint" },
  registry: { short: "cr", type: "containerregistry:Registry" },
  storage: { short: "st", type: "storage:StorageAccount" },
  vault: { short: "kv", type: "keyvault:Vault" },
  virtualNetwork: { short: "vnet", type: "network:VirtualNetwork" },
  workspace: { short: "mlw", type: "machinelearningservices:Workspace" },
} as const satisfies Record<string, Named>;

export type NamedType = keyof typeof NAMED;

/**
 * `<short>-<stack>-<suffix>` within the type's own rule: the stack's part is cut where a name would be too long, the suffix never, because it
 * is what makes the name unique in Azure. `qualifier` tells several resources of one type apart.
 * @throws pulumi.RunError when nothing of the stack's name would be left.
 */
export function platformName(type: NamedType, stack: string, suffix: string, qualifier?: string): string {
  const { short, type: resourceType } = NAMED[type];
  const { longest, hyphens } = nameRules[resourceType];
  const separator = hyphens ? "-" : "";
  const plain = stack.toLowerCase().replace(hyphens ? /[^a-z0-9-]/g : /[^a-z0-9]/g, "");
  const tail = [qualifier, suffix].filter((part) => part !== undefined).join(separator);
  const room = longest - short.length - tail.length - 2 * separator.length;
  const middle = plain.slice(0, Math.max(room, 0)).replace(/-+$/, "");
  if (middle === "")
    fail(`No ${type} name of at most ${longest} characters can be made of stack "${stack}" and suffix "${suffix}"; shorten them.`);
  return [short, middle, tail].join(separator);
}
