/** A call of the resource manager, without its transport. */
export interface ArmRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Scheme, host and port that the caller reached the simulator at: absolute URLs in answers begin with it. */
  readonly origin: string;
  /** The parsed JSON body; undefined when there is none. */
  readonly body: unknown;
  /** One of Azure's own services asks: no fault is for it. */
  readonly own?: boolean;
}

/** The answer to a call of the resource manager. */
export interface ArmResponse {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
