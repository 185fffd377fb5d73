import type { Rule } from "../model";

/** Rule for a type whose names must be unique in all of Azure. */
export function globallyUnique(type: string, azureCode: string, what: string, source: string): Rule {
  return {
    code: `${what.replaceAll(" ", "-")}-name-unique`,
    types: [type],
    on: ["create"],
    azureCode,
    status: 409,
    source,
    grade: "D",
    check: ({ name, inventory }) => {
      const taken = inventory.all(type).find((other) => other.name.toLowerCase() === name.toLowerCase());
      return taken && `The ${what} named '${name}' is already used by '${taken.id}': the name must be unique in all of Azure.`;
    },
  };
}
