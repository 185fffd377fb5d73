/** Where requests to an endpoint are sent. */
export interface ScoringAddress {
  /** URL, without a trailing slash. */
  readonly baseUrl: string;
  /** Additional headers. @default - none */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Returns the endpoint's origin, or the URL of the endpoint at the scoring proxy of the local Azure, with the position of this machine in
 * its networks.
 * @param origin Scheme and host of the endpoint's `scoringUri`.
 * @param environment Environment variables: `MOOR_FRONTDOOR_URL` (URL of the scoring proxy) and `MOOR_LOCAL_NETWORK`.
 */
export function scoringAddress(endpointName: string, origin: string, environment: NodeJS.ProcessEnv = process.env): ScoringAddress {
  const { MOOR_FRONTDOOR_URL: proxy, MOOR_LOCAL_NETWORK: network } = environment;
  if (!proxy) return { baseUrl: origin };
  return { baseUrl: `${proxy}/${endpointName}`, headers: { "x-azure-local-network": network === "outside" ? "outside" : "inside" } };
}
