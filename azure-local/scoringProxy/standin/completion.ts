import { badRequest, isError, type OpenaiError, unknownModel } from "./error";
import type { StandInIdentity } from "./identity";

/** A validated request to `/v1/chat/completions` or `/v1/completions`. */
export interface Completion {
  readonly kind: "chat" | "text";
  readonly model: string;
  readonly prompt: string;
  /** The text of the last user message, or the prompt. */
  readonly lastWords: string;
  readonly maxTokens: number;
  readonly stream: boolean;
  readonly includeUsage: boolean;
}

type Body = Readonly<Record<string, unknown>>;

/** Reads a request body. The stand-in supports only one choice and no tools. */
export function readCompletion(kind: "chat" | "text", body: unknown, models: readonly string[]): Completion | OpenaiError {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return badRequest("The body must be a JSON object.", null);
  const request = body as Body;
  const prompt = kind === "chat" ? readMessages(request.messages) : readPrompt(request.prompt);
  if (isError(prompt)) return prompt;
  const model = request.model ?? models[0];
  if (typeof model !== "string" || !models.includes(model)) return unknownModel(model, "model");
  const wrong = unsupported(request);
  if (wrong) return wrong;
  const options = request.stream_options as { include_usage?: unknown } | undefined;
  return {
    kind,
    model,
    ...prompt,
    maxTokens: (request.max_completion_tokens ?? request.max_tokens ?? (kind === "chat" ? Number.POSITIVE_INFINITY : 16)) as number,
    stream: request.stream === true,
    includeUsage: options?.include_usage === true,
  };
}

function unsupported(request: Body): OpenaiError | undefined {
  for (const name of ["max_tokens", "max_completion_tokens"] as const) {
    const value = request[name] ?? undefined;
    if (value !== undefined && !(Number.isInteger(value) && (value as number) >= 1)) {
      return badRequest(`${name} must be a whole number of at least 1, got ${JSON.stringify(value)}.`, name);
    }
  }
  if ((request.n ?? 1) !== 1) return badRequest("The stand-in returns one choice. Set n to 1.", "n");
  if (Array.isArray(request.tools) && request.tools.length > 0 && request.tool_choice !== "none") {
    return badRequest('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set', "tools");
  }
  if (request.stream_options && request.stream !== true) {
    return badRequest("Stream options can only be defined when `stream=True`.", "stream_options");
  }
  return undefined;
}

function readMessages(messages: unknown): { prompt: string; lastWords: string } | OpenaiError {
  if (!Array.isArray(messages) || messages.length === 0)
    return badRequest("messages must be a list with at least one message.", "messages");
  const texts: { role: string; text: string }[] = [];
  for (const [index, message] of messages.entries()) {
    const text = textOf((message as Body | null)?.content);
    const role = (message as Body | null)?.role;
    if (typeof role !== "string" || text === undefined) {
      return badRequest(`messages[${index}] must have a role and text content.`, `messages[${index}]`);
    }
    texts.push({ role, text });
  }
  const lastWords = texts.findLast(({ role }) => role === "user")?.text ?? "";
  return { prompt: texts.map(({ text }) => text).join("\n"), lastWords };
}

/** The text of a message: a string, or OpenAI's list of parts, of which only text is supported. */
function textOf(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return undefined;
  const parts = content.map((part: { type?: unknown; text?: unknown } | null) => (part?.type === "text" ? part.text : undefined));
  return parts.every((part) => typeof part === "string") ? parts.join("") : undefined;
}

function readPrompt(prompt: unknown): { prompt: string; lastWords: string } | OpenaiError {
  return typeof prompt === "string" ? { prompt, lastWords: prompt } : badRequest("prompt must be a string.", "prompt");
}

/** The stand-in's answer: deterministic, and clearly not from a model. */
export function answerTokens(request: Completion, identity: StandInIdentity): { tokens: string[]; finishReason: "stop" | "length" } {
  const { deployment, region } = identity;
  const text = `Stand-in answer, no model ran. Deployment ${deployment}, model ${request.model}, region ${region}. You said: ${request.lastWords}`;
  const tokens = tokenize(text);
  return tokens.length > request.maxTokens
    ? { tokens: tokens.slice(0, request.maxTokens), finishReason: "length" }
    : { tokens, finishReason: "stop" };
}

/** A token is a word with the white space after it, so that the joined tokens are the text. */
export function tokenize(text: string): string[] {
  return text.match(/\S+\s*|^\s+/g) ?? [];
}
