/** Registries of Azure Machine Learning whose models have no weights in Azure. */

/** A registry without weights. */
export interface RegistryWithoutWeights {
  readonly name: string;
  /** Completes "The registry has no weights in Azure: ". */
  readonly because: string;
}

/**
 * Source: Azure docs, machine-learning/how-to-deploy-models-from-huggingface and how-to-network-isolation-model-catalog; as of 2026-11.
 * Registry names are case-insensitive.
 */
export const registriesWithoutWeights: readonly RegistryWithoutWeights[] = [
  { name: "HuggingFace", because: "its deployments download them from Hugging Face at each start, which the managed network blocks" },
];
