/** Address ranges that Azure takes for itself. */

/** Docker's own range inside each instance of a deployment. Source: Azure docs, how-to-secure-workspace-vnet. */
export const dockerRange = "172.17.0.0/16";

/** Azure DNS within a virtual network, which alone answers from private DNS zones. Source: Azure docs, what-is-ip-address-168-63-129-16. */
export const azureDnsAddress = "168.63.129.16";
