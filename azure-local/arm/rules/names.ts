import type { Rule } from "../model";

const NETWORK_NAME = /^[a-zA-Z0-9]([\w.-]*\w)?$/;
const NETWORK_SAYS = "letters, digits, '.', '-' and '_', beginning with a letter or digit and ending with a letter, digit or '_'";

interface NameForm {
  readonly shortest: number;
  readonly longest: number;
  readonly form: RegExp;
  readonly says: string;
}

/** Types whose names no specification bounds, or not whole. Vaults, storage accounts and what is Machine Learning's have rules of their own. */
const FORMS: Readonly<Record<string, NameForm>> = {
  "Microsoft.Resources/resourceGroups": {
    shortest: 1,
    longest: 90,
    form: /^[\w.()-]*[\w()-]$/,
    says: "letters, digits, '.', '-', '_' and parentheses, not ending with '.'",
  },
  "Microsoft.Insights/components": {
    shortest: 1,
    longest: 260,
    form: /^[^%&\\?/]*[^%&\\?/ .]$/,
    says: "none of %&\\?/, not ending with a space or '.'",
  },
  "Microsoft.ManagedIdentity/userAssignedIdentities": {
    shortest: 3,
    longest: 128,
    form: /^[a-zA-Z0-9][\w-]*$/,
    says: "letters, digits, '-' and '_', beginning with a letter or digit",
  },
  "Microsoft.Network/virtualNetworks": { shortest: 2, longest: 64, form: NETWORK_NAME, says: NETWORK_SAYS },
  "Microsoft.Network/virtualNetworks/subnets": { shortest: 1, longest: 80, form: NETWORK_NAME, says: NETWORK_SAYS },
  "Microsoft.Network/networkSecurityGroups": { shortest: 1, longest: 80, form: NETWORK_NAME, says: NETWORK_SAYS },
  "Microsoft.Network/privateEndpoints": { shortest: 2, longest: 64, form: NETWORK_NAME, says: NETWORK_SAYS },
  "Microsoft.Network/privateDnsZones": {
    shortest: 1,
    longest: 63,
    form: /^[\w-]+(\.[\w-]+){1,33}$/,
    says: "2 to 34 labels with '.' between them, each of letters, digits, '-' and '_'",
  },
};

export const nameRules: readonly Rule[] = [
  {
    code: "resource-name",
    types: Object.keys(FORMS),
    on: ["create"],
    azureCode: "InvalidResourceName",
    status: 400,
    source: "Azure docs, azure-resource-manager/management/resource-name-rules",
    grade: "D",
    check: ({ type, name }) => {
      const { shortest, longest, form, says } = FORMS[type]!;
      return name.length >= shortest && name.length <= longest && form.test(name)
        ? undefined
        : `Resource name '${name}' is invalid for ${type}: ${shortest} to ${longest} characters, ${says}.`;
    },
  },
];
