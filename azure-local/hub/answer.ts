import type { Readable } from "node:stream";

/** The response of the Hub or of its content delivery network. */
export interface HubAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
}

/** An error of the Hub. Source of the codes: huggingface_hub, src/huggingface_hub/utils/_http.py (hf_raise_for_status). */
export class HubError extends Error {
  override readonly name = "HubError";

  constructor(
    readonly status: number,
    readonly code: HubErrorCode | undefined,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }

  get answer(): HubAnswer {
    const code: Record<string, string> = this.code === undefined ? {} : { "x-error-code": this.code };
    return json(this.status, { error: this.message }, { "x-error-message": this.message, ...code, ...this.headers });
  }
}

export type HubErrorCode = "RepoNotFound" | "GatedRepo" | "RevisionNotFound" | "EntryNotFound";

export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HubAnswer {
  return { status, headers: { "content-type": "application/json; charset=utf-8", ...headers }, body: JSON.stringify(body) };
}
