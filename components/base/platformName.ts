import { nameRules, type RuledResourceName } from "../../azure/nameRules";
import { fail } from "../../program/fail";

interface Named {
  /** Abbreviation of the type, the first part of the name. Source: Azure docs, Cloud Adoption Framework, resource-abbreviations. */
  readonly short: string;
  readonly type: RuledResourceName;
}

const NAMED = {
  appInsights: { short: "appi", type: "applicationinsights:Component" },
  identity: { short: "id", type: "managedidentity:UserAssignedIdentity" },
  logs: { short: "log", type: "operationalinsights:Workspace" },
  natGateway: { short: "ng", type: "network:NatGateway" },
  networkSecurityGroup: { short: "nsg", type: "network:NetworkSecurityGroup" },
  privateEndpoint: { short: "pe", type: "network:PrivateEndpoint" },
  publicIpAddress: { short: "pip", type: "network:PublicIPAddress" },
  registry: { short: "cr", type: "containerregistry:Registry" },
  storage: { short: "st", type: "storage:StorageAccount" },
  vault: { short: "kv", type: "keyvault:Vault" },
  virtualNetwork: { short: "vnet", type: "network:VirtualNetwork" },
  workspace: { short: "mlw", type: "machinelearningservices:Workspace" },
} as const satisfies Record<string, Named>;

export type NamedType = keyof typeof NAMED;

/**
 * Returns `<short>-<stack>-<suffix>` according to the naming rules of the type. If the name is too long, the stack name is truncated. The
 * suffix is never truncated, because it makes the name unique in Azure. `qualifier` distinguishes several resources of one type.
 * @throws pulumi.RunError if no character of the stack's name would remain
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
    fail(
      `Stack "${stack}" and suffix "${suffix}" can't be combined into a ${type} name of at most ${longest} characters. Shorten the suffix, and use letters or digits in the stack name.`,
    );
  return [short, middle, tail].join(separator);
}
