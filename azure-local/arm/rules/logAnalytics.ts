import type { Rule } from "../model";
import { sameId } from "../path";
import { sameRegion } from "../region";
import { LOG_WORKSPACE } from "../types/monitor";

const DELETE =
  "Azure REST reference, loganalytics/workspaces/delete: to recover a workspace, create it again with the same name in the same subscription, resource group and location; the name is kept for 14 days and cannot be used for another workspace";

const nameConflict = (name: string) =>
  `The workspace name '${name}' is not unique: a workspace with that name was deleted less than 14 days ago. To recover it, create it again in its resource group and region. To release the name, delete it with force=true.`;

export const logAnalyticsRules: readonly Rule[] = [
  {
    code: "log-workspace-soft-deleted",
    types: [LOG_WORKSPACE],
    on: ["create"],
    azureCode: "Conflict",
    status: 409,
    target: "name",
    source: DELETE,
    grade: "D",
    check: ({ id, name, body, inventory }) => {
      const deleted = inventory.softDeleted(LOG_WORKSPACE).find((one) => sameId(one.id, id));
      return deleted && !sameRegion(deleted.location, body.location) ? nameConflict(name) : undefined;
    },
  },
  {
    code: "log-workspace-soft-deleted-elsewhere",
    types: [LOG_WORKSPACE],
    on: ["create"],
    azureCode: "Conflict",
    status: 409,
    target: "name",
    source: `${DELETE}; inferred from "another workspace": the name is also reserved in the other resource groups of the subscription`,
    grade: "I",
    check: ({ id, name, inventory }) => {
      const [, , subscription] = id.split("/");
      const deleted = inventory
        .softDeleted(LOG_WORKSPACE)
        .some((one) => !sameId(one.id, id) && sameId(one.name, name) && sameId(one.id.split("/")[2], subscription));
      return deleted ? nameConflict(name) : undefined;
    },
  },
];
