/**
 * Behaviour of Azure's front end that no document settles. The default is the stricter reading; a suite that relies on one of these runs
 * with both values, so that nothing is built on a guess.
 */
export interface FrontdoorRules {
  /** `requestTimeout` bounds the whole answer, so that a long stream is cut. Otherwise it bounds the time to the first byte. @default true */
  readonly timeoutBoundsWholeAnswer: boolean;
  /** The container receives the caller's `Authorization` header. @default false */
  readonly forwardAuthorization: boolean;
  /** With a scoring path other than `/`, only exactly that path answers. Otherwise every path is forwarded. @default true */
  readonly onlyScoringPath: boolean;
  /** Status for a valid Entra token whose owner may not score. Azure docs (how-to-troubleshoot-online-endpoints) list it under 401. @default 403 */
  readonly noScoreRoleStatus: 401 | 403;
}

export const defaultRules: FrontdoorRules = {
  timeoutBoundsWholeAnswer: true,
  forwardAuthorization: false,
  onlyScoringPath: true,
  noScoreRoleStatus: 403,
};
