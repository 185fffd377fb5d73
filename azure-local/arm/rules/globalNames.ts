import type { Rule } from "../model";

/** Names of a type that are unique in all of Azure, whatever the resource group. */
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
      return taken && `The ${what} named '${name}' is already taken, by '${taken.id}': these names are unique in all of Azure.`;
    },
  };
}
