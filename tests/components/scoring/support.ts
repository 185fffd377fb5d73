import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** A request that a stub received. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export interface ScoringStub {
  readonly url: string;
  /** All requests, in order. */
  readonly received: Received[];
  /** Answers the next requests. */
  answer: (request: Received, response: http.ServerResponse) => unknown;
  close(): Promise<void>;
}

/** A server in place of Azure's front end. By default, it serves the model `chat`, and `score.py` at `/score`. */
export async function startScoringStub(answer: ScoringStub["answer"] = serve): Promise<ScoringStub> {
  const received: Received[] = [];
  const server = http.createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    // Like the local Azure, it receives the name of the endpoint as the first segment.
    const path = (request.url ?? "/").replace(/^\/[^/]+/, "") || "/";
    const one = { method: request.method ?? "GET", path, headers: request.headers, body };
    received.push(one);
    await stub.answer(one, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stub: ScoringStub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return stub;
}

export const event = (value: object) => `data: ${JSON.stringify(value)}\n\n`;
export const textEvent = (content: string) => event({ choices: [{ delta: { content } }] });
export const stopEvent = event({ choices: [{ delta: {}, finish_reason: "stop" }] });
export const doneEvent = "data: [DONE]\n\n";
export const usageEvent = (tokens: number) => event({ choices: [], usage: { completion_tokens: tokens } });

const usage = (tokens: number) => ({ prompt_tokens: tokens, total_tokens: tokens });

const embeddings = ({ input }: { readonly input: readonly string[] }) => ({
  ...{ object: "list", model: "chat", usage: usage(10 * input.length) },
  data: input.map((text, index) => ({ object: "embedding", index, embedding: [text.length, -0.5] })),
});

const ranking = {
  ...{ id: "rerank-1", model: "chat", usage: usage(30) },
  results: [1, 0].map((index) => ({ index, document: { text: "" }, relevance_score: index })),
};

/** Answers as vLLM and as a score.py. */
export function serve({ path, headers, body }: Received, response: http.ServerResponse): void {
  response.setHeader("azureml-model-deployment", headers["azureml-model-deployment"] ?? "main-1");
  if (path === "/v1/models") return void response.end(JSON.stringify({ data: [{ id: "chat" }] }));
  if (path === "/score") return void response.end(JSON.stringify({ scores: [0.5] }));
  if (path === "/v1/embeddings") return void response.end(JSON.stringify(embeddings(JSON.parse(body) as { input: string[] })));
  if (path === "/v1/rerank") return void response.end(JSON.stringify(ranking));
  if (path !== "/v1/chat/completions") return void response.end();
  const { stream, stream_options: options } = JSON.parse(body) as { stream: boolean; stream_options?: { include_usage?: boolean } };
  if (!stream) {
    const choices = [{ message: { role: "assistant", content: "hello" } }];
    return void response.end(JSON.stringify({ model: "chat", choices, usage: { completion_tokens: 3 } }));
  }
  response.setHeader("content-type", "text/event-stream");
  response.write(textEvent("hel") + textEvent("lo"));
  response.end(stopEvent + (options?.include_usage ? usageEvent(5) : "") + doneEvent);
}
