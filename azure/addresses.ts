/** Address ranges that Azure takes for itself. */

/** Docker's own range inside each instance of a deployment. Source: Azure docs, how-to-secure-workspace-vnet. */
export const dockerRange = "172.17.0.0/16";
