/** Hosts of the Hugging Face Hub. */

/**
 * Hosts from which the Hub serves files, by the name of the outbound rule that allows it. Source: Azure docs, how-to-managed-network and
 * how-to-network-isolation-model-catalog. The `xethub` and regional hosts are newer than Azure's list; they were observed in downloads.
 */
export const HUB_HOSTS = {
  "hf-hub": "huggingface.co",
  "hf-lfs": "cdn-lfs.huggingface.co",
  "hf-lfs-us": "cdn-lfs-us-1.huggingface.co",
  "hf-xet": "*.xethub.hf.co",
} as const;

/** Whether a host name, or a pattern such as `*.hf.co`, belongs to the Hub. */
export function isHubHost(host: string): boolean {
  return /(^|\.)(huggingface\.co|hf\.co)$/i.test(host);
}
