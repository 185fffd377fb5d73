/** Judges a storage account by its ARM ID or its name. */
import type { Judge } from "./flows";
import { judgeHost } from "./host";
import { isResourceId, judgeTarget } from "./target";

/** Account names are unique in Azure, so a name has the same meaning as the host name of the account. */
export const byIdOrName: Judge = (value, context) =>
  typeof value === "string" && !isResourceId(value) && !value.includes("/")
    ? judgeHost(`${value}.blob.core.windows.net`, context)
    : judgeTarget(value, context);
