import type { Rule } from "../model";

const NETWORK_NAME = /^[a-zA-Z0-9]([\w.-]*\w)?$/;
const NETWORK_ALLOWED = "letters, digits, '.', '-' and '_', starting with a letter or digit and ending with a letter, digit or '_'";

interface NameForm {
  readonly shortest: number;
  readonly longest: number;
  readonly form: RegExp;
  readonly allowed: string;
}

/**
 * Types whose names the API specification doesn't fully restrict. Separate rules check key vaults, storage accounts and Azure Machine Learning
 * resources.
 */
const NAME_FORMATS: Readonly<Record<string, NameForm>> = {
  "Microsoft.Resources/resourceGroups": {
    shortest: 1,
    longest: 90,
    form: /^[\w.()-]*[\w()-]$/,
    allowed: "letters, digits, '.', '-', '_' and parentheses, not ending with '.'",
  },
  "Microsoft.Insights/components": {
    shortest: 1,
    longest: 260,
    form: /^[^%&\\?/]*[^%&\\?/ .]$/,
    allowed: "no %&\\?/, not ending with a space or '.'",
  },
  "Microsoft.ManagedIdentity/userAssignedIdentities": {
    shortest: 3,
    longest: 128,
    form: /^[a-zA-Z0-9][\w-]*$/,
    allowed: "letters, digits, '-' and '_', starting with a letter or digit",
  },
  "Microsoft.Network/virtualNetworks": { shortest: 2, longest: 64, form: NETWORK_NAME, allowed: NETWORK_ALLOWED },
  "Microsoft.Network/virtualNetworks/subnets": { shortest: 1, longest: 80, form: NETWORK_NAME, allowed: NETWORK_ALLOWED },
  "Microsoft.Network/networkSecurityGroups": { shortest: 1, longest: 80, form: NETWORK_NAME, allowed: NETWORK_ALLOWED },
  "Microsoft.Network/natGateways": { shortest: 1, longest: 80, form: NETWORK_NAME, allowed: NETWORK_ALLOWED },
  "Microsoft.Network/publicIPAddresses": { shortest: 1, longest: 80, form: NETWORK_NAME, allowed: NETWORK_ALLOWED },
  "Microsoft.Network/privateEndpoints": { shortest: 2, longest: 64, form: NETWORK_NAME, allowed: NETWORK_ALLOWED },
  "Microsoft.Network/privateDnsZones": {
    shortest: 1,
    longest: 63,
    form: /^[\w-]+(\.[\w-]+){1,33}$/,
    allowed: "2 to 34 labels with '.' between them, each of letters, digits, '-' and '_'",
  },
};

export const nameRules: readonly Rule[] = [
  {
    code: "resource-name",
    types: Object.keys(NAME_FORMATS),
    on: ["create"],
    azureCode: "InvalidResourceName",
    status: 400,
    source: "Azure docs, azure-resource-manager/management/resource-name-rules",
    grade: "D",
    check: ({ type, name }) => {
      const { shortest, longest, form, allowed } = NAME_FORMATS[type]!;
      return name.length >= shortest && name.length <= longest && form.test(name)
        ? undefined
        : `Resource name '${name}' is invalid for ${type}: ${shortest} to ${longest} characters, ${allowed}.`;
    },
  },
];
