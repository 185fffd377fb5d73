/** Sources of rules in more than one file. */
const AZURE_ML = "Azure docs, machine-learning";
export const LIMITS = `${AZURE_ML}/how-to-manage-quotas`;
export const TROUBLESHOOT = `${AZURE_ML}/how-to-troubleshoot-online-endpoints`;
export const MANAGED_NETWORK = `${AZURE_ML}/how-to-managed-network`;
export const ROLLOUT = `${AZURE_ML}/how-to-safely-rollout-online-endpoints`;
