/** Rules for resource names. Source: Azure docs, resource-name-rules. */
import type { TypedResourceName } from "./resourceTypes";

interface NameRule {
  /** Maximum length, in characters. */
  readonly longest: number;
  /** Whether the name can contain hyphens. */
  readonly hyphens: boolean;
}

export const nameRules = {
  "applicationinsights:Component": { longest: 260, hyphens: true },
  "containerregistry:Registry": { longest: 50, hyphens: false },
  "keyvault:Vault": { longest: 24, hyphens: true },
  "machinelearningservices:Workspace": { longest: 33, hyphens: true },
  "managedidentity:UserAssignedIdentity": { longest: 128, hyphens: true },
  "network:NatGateway": { longest: 80, hyphens: true },
  "network:NetworkSecurityGroup": { longest: 80, hyphens: true },
  "network:PrivateEndpoint": { longest: 64, hyphens: true },
  "network:PublicIPAddress": { longest: 80, hyphens: true },
  "network:VirtualNetwork": { longest: 64, hyphens: true },
  "operationalinsights:Workspace": { longest: 63, hyphens: true },
  "storage:StorageAccount": { longest: 24, hyphens: false },
} as const satisfies Partial<Record<TypedResourceName, NameRule>>;

export type RuledResourceName = keyof typeof nameRules;
