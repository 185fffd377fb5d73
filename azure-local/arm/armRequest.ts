/** A request to the resource manager, independent of the transport. */
export interface ArmRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Scheme, host and port that the caller used. Absolute URLs in responses begin with it. */
  readonly origin: string;
  /** The parsed JSON body; undefined if there is none. */
  readonly body: unknown;
  /** Set if an internal service of Azure sends the request. Faults do not apply to it. */
  readonly isInternal?: boolean;
}

/** The response of the resource manager. */
export interface ArmResponse {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
