import { ROLE_ASSIGNMENT } from "../grants";
import type { ResourceType } from "../model";
import { parentIdOf } from "../path";
import { stamp } from "../timestamp";

export const authorizationTypes: readonly ResourceType[] = [
  {
    type: ROLE_ASSIGNMENT,
    defaults: () => ({ properties: { principalType: "User" } }),
    created: (id, _body, { inventory }) => {
      const now = stamp(inventory.now());
      return { outputs: { properties: { scope: parentIdOf(id), createdOn: now, updatedOn: now } } };
    },
  },
  {
    type: "Microsoft.Authorization/roleDefinitions",
    created: (_id, _body, { inventory }) => {
      const now = stamp(inventory.now());
      return { outputs: { properties: { createdOn: now, updatedOn: now } } };
    },
  },
];
