import { fail } from "../../program/fail";

interface NameRule {
  /** Short form of the type, first in the name. */
  readonly short: string;
  readonly max: number;
  readonly separator: "-" | "";
}

/** Source: Azure docs, resource-name-rules. */
const NAME_RULES = {
  appInsights: { short: "appi", max: 255, separator: "-" },
  identity: { short: "id", max: 128, separator: "-" },
  logs: { short: "log", max: 63, separator: "-" },
  privateEndpoint: { short: "pe", max: 80, separator: "-" },
  registry: { short: "cr", max: 50, separator: "" },
  storage: { short: "st", max: 24, separator: "" },
  vault: { short: "kv", max: 24, separator: "-" },
  virtualNetwork: { short: "vnet", max: 64, separator: "-" },
  workspace: { short: "mlw", max: 33, separator: "-" },
} as const satisfies Record<string, NameRule>;

export type NamedType = keyof typeof NAME_RULES;

/**
 * `<short>-<stack>-<suffix>` within the type's own rule: the stack's part is cut where a name would be too long, the suffix never, because it
 * is what makes the name unique in Azure. `qualifier` tells several resources of one type apart.
 * @throws pulumi.RunError when nothing of the stack's name would be left.
 */
export function platformName(type: NamedType, stack: string, suffix: string, qualifier?: string): string {
  const { short, max, separator } = NAME_RULES[type];
  const plain = stack.toLowerCase().replace(separator === "" ? /[^a-z0-9]/g : /[^a-z0-9-]/g, "");
  const tail = [qualifier, suffix].filter((part) => part !== undefined).join(separator);
  const room = max - short.length - tail.length - 2 * separator.length;
  const middle = plain.slice(0, Math.max(room, 0)).replace(/-+$/, "");
  if (middle === "")
    fail(`No ${type} name of at most ${max} characters can be made of stack "${stack}" and suffix "${suffix}"; shorten them.`);
  return [short, middle, tail].join(separator);
}
