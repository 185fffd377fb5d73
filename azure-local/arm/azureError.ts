/** An error in Azure's format, `{"error":{"code","message","target","details","additionalInfo"}}`. */
export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly target?: string;
  readonly details?: readonly ErrorBody[];
  /** Additional information by type: `{ type: "PolicyViolation", info }`. */
  readonly additionalInfo?: readonly { readonly type: string; readonly info: object }[];
}

/** Thrown when a request is rejected. The HTTP layer converts it to Azure's error response. */
export class AzureError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    private readonly more: Omit<ErrorBody, "code" | "message"> = {},
  ) {
    super(message);
    this.name = "AzureError";
  }

  get body(): ErrorBody {
    return { code: this.code, message: this.message, ...this.more };
  }
}
