/** A refusal in Azure's shape: `{"error":{"code","message","target","details"}}` with an HTTP status. */
export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly target?: string;
  readonly details?: readonly ErrorBody[];
}

/** Thrown wherever a request is refused; the HTTP layer turns it into Azure's error answer. */
export class AzureError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details?: readonly ErrorBody[],
    readonly target?: string,
  ) {
    super(message);
    this.name = "AzureError";
  }

  get body(): ErrorBody {
    return {
      code: this.code,
      message: this.message,
      ...(this.target ? { target: this.target } : {}),
      ...(this.details ? { details: this.details } : {}),
    };
  }
}
