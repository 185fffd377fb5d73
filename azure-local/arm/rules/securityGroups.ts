/** Checks of security rules in the body of their network security group. */
import type { Rule } from "../model";

const NSG = "Microsoft.Network/networkSecurityGroups";
const OVERVIEW = "Azure docs, virtual-network/network-security-groups-overview";

interface SecurityRule {
  readonly name?: string;
  readonly properties?: {
    readonly priority: number;
    readonly direction: string;
    readonly sourcePortRange?: string;
    readonly destinationPortRange?: string;
    readonly sourcePortRanges?: readonly string[];
    readonly destinationPortRanges?: readonly string[];
  };
}

function rulesOf(body: { properties?: unknown }): readonly SecurityRule[] {
  return (body.properties as { securityRules?: readonly SecurityRule[] } | undefined)?.securityRules ?? [];
}

/** `*`, a port, or a range of ports. */
export function isPortRange(text: string): boolean {
  if (text === "*") return true;
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  const [first, last] = match ? [Number(match[1]), Number(match[2] ?? match[1])] : [1, 0];
  return first <= last && last <= 65_535;
}

const common = { types: [NSG], on: ["create", "update"], status: 400 } as const;

export const securityGroupRules: readonly Rule[] = [
  {
    ...common,
    code: "security-rule-priority",
    azureCode: "SecurityRuleInvalidPriority",
    source: `${OVERVIEW}: a number between 100 and 4096, unique for each direction`,
    grade: "D",
    check: ({ body }) => {
      const seen = new Set<string>();
      for (const { name, properties } of rulesOf(body)) {
        const { priority = 0, direction = "" } = properties ?? {};
        if (priority < 100 || priority > 4096)
          return `The priority of security rule '${name}' is ${priority}: it must be between 100 and 4096.`;
        const key = `${direction.toLowerCase()} ${priority}`;
        if (seen.has(key))
          return `The priority ${priority} of security rule '${name}' is used by another ${direction} rule: it must be unique.`;
        seen.add(key);
      }
      return undefined;
    },
  },
  {
    ...common,
    code: "security-rule-ports",
    azureCode: "SecurityRuleInvalidPortRange",
    source: `${OVERVIEW}: a port, a port range or *; multiple values in the plural properties`,
    grade: "D",
    check: ({ body }) => {
      for (const { name, properties = {} as NonNullable<SecurityRule["properties"]> } of rulesOf(body)) {
        const { sourcePortRange, destinationPortRange, sourcePortRanges = [], destinationPortRanges = [] } = properties;
        const ports = [sourcePortRange, destinationPortRange, ...sourcePortRanges, ...destinationPortRanges];
        const invalid = ports.find((port) => port !== undefined && !isPortRange(port));
        if (invalid !== undefined)
          return `The port range '${invalid}' of security rule '${name}' is not valid: it must be *, a port from 0 to 65535 or a range such as 8000-8080.`;
      }
      return undefined;
    },
  },
];
