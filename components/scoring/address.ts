/**
 * Returns the URL for requests to an endpoint, without a trailing slash: its origin, or its URL at the scoring proxy of the local Azure.
 * @param origin Scheme and host of the endpoint's `scoringUri`.
 * @param environment Environment variables. `MOOR_FRONTDOOR_URL` is the URL of the scoring proxy.
 */
export function scoringBase(endpointName: string, origin: string, environment: NodeJS.ProcessEnv = process.env): string {
  const proxy = environment.MOOR_FRONTDOOR_URL;
  return proxy ? `${proxy}/${endpointName}` : origin;
}
