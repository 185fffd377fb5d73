/** Address ranges that Azure reserves. */

/** Address range of the Docker network in each instance of a deployment. Source: Azure docs, how-to-secure-workspace-vnet. */
export const dockerRange = "172.17.0.0/16";

/** Azure DNS in a virtual network. Only this address resolves names in private DNS zones. Source: Azure docs, what-is-ip-address-168-63-129-16. */
export const azureDnsAddress = "168.63.129.16";
