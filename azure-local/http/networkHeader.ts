/** Header with the network position of a caller of the data planes and of the scoring proxy: `inside` or `outside`. */
export const NETWORK_HEADER = "x-azure-local-network";
