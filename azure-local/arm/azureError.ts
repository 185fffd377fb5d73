/** A refusal in Azure's shape: `{"error":{"code","message","target","details","additionalInfo"}}` with an HTTP status. */
export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly target?: string;
  readonly details?: readonly ErrorBody[];
  /** What else is known of the error, by its kind: `{ type: "PolicyViolation", info }`. */
  readonly additionalInfo?: readonly { readonly type: string; readonly info: object }[];
}

/** Thrown wherever a request is refused; the HTTP layer turns it into Azure's error answer. */
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
