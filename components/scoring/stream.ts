/** Server-sent events of a chat answer, read as they arrive. */

/** What a stream contained. */
export interface StreamSummary {
  /** What is wrong with the stream; undefined if nothing is. */
  readonly problem?: string;
  /** Number of events with text. vLLM sends about one per token. */
  readonly contentEvents: number;
  /** `usage.completion_tokens`, if the request asked for it (`stream_options.include_usage`). */
  readonly completionTokens?: number;
  /** Seconds until the first event with text. */
  readonly firstContentSeconds?: number;
  /** Seconds until the event with text number `shortAnswerTokens`. Undefined if there are fewer. */
  readonly shortAnswerSeconds?: number;
}

/** Length of the answers that the gate asks for, in tokens. `check.latency` applies to them. */
export const shortAnswerTokens = 16;

/**
 * Checks server-sent events as OpenAI clients do: text must come before `finish_reason`, and `[DONE]` must be the last event. It keeps only
 * figures, so that the memory for a stream doesn't depend on its length.
 */
export class EventReader {
  /** The text since the last complete event. */
  private rest = "";
  /** The last event. It is read when the next one arrives, because only the last one may be `[DONE]`. */
  private last: Event | undefined;
  private broken: string | undefined;
  private ended = false;
  private hasText = false;
  private contentEvents = 0;
  private completionTokens: number | undefined;
  private firstContentSeconds: number | undefined;
  private shortAnswerSeconds: number | undefined;

  /** @param seconds Time since the request. */
  add(text: string, seconds: number): void {
    const events = (this.rest + text).split(/\r?\n\r?\n/);
    this.rest = events.pop()!;
    for (const event of events) this.take(event, seconds);
  }

  /** Ends the stream. @param seconds Time since the request. */
  end(seconds: number): StreamSummary {
    this.take(this.rest, seconds);
    this.rest = "";
    const { contentEvents, completionTokens, firstContentSeconds, shortAnswerSeconds } = this;
    return { problem: this.problem(), contentEvents, completionTokens, firstContentSeconds, shortAnswerSeconds };
  }

  private problem(): string | undefined {
    if (this.last?.data !== "[DONE]") return "the stream doesn't end with [DONE]; it was interrupted";
    if (this.broken !== undefined) return this.broken;
    if (!this.hasText) return "the stream contains no text";
    return this.ended ? undefined : "no event contains finish_reason";
  }

  private take(event: string, seconds: number): void {
    if (event.trim() === "") return;
    const { last } = this;
    if (last !== undefined && last.chunk === undefined) this.broken ??= "an event of the stream isn't JSON";
    const data = event.replace(/^data: ?/, "");
    const chunk = chunkOf(data);
    this.last = { data, chunk };
    if (chunk === undefined) return;
    const choice = chunk.choices?.[0];
    const content = choice?.delta?.content;
    if (typeof content === "string" && content !== "") this.takeText(content, seconds);
    if (choice?.finish_reason) this.ended = true;
    const tokens = chunk.usage?.completion_tokens;
    if (typeof tokens === "number") this.completionTokens = tokens;
  }

  private takeText(content: string, seconds: number): void {
    if (this.ended) this.broken ??= "the stream contains text after finish_reason";
    this.hasText ||= content.trim() !== "";
    this.contentEvents += 1;
    this.firstContentSeconds ??= seconds;
    if (this.contentEvents === shortAnswerTokens) this.shortAnswerSeconds = seconds;
  }
}

/** Reads a stream that has been received completely. */
export function readEvents(body: string): StreamSummary {
  const reader = new EventReader();
  reader.add(body, 0);
  return reader.end(0);
}

interface Event {
  readonly data: string;
  /** Undefined if the data isn't a JSON object. */
  readonly chunk: Chunk | undefined;
}

interface Chunk {
  readonly choices?: readonly { readonly delta?: { readonly content?: unknown }; readonly finish_reason?: unknown }[];
  readonly usage?: { readonly completion_tokens?: unknown } | null;
}

function chunkOf(data: string): Chunk | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
