import { styleText } from "node:util";
import OpenAI from "openai";
import type { Azure } from "../../azure-local";

/** What a stack's output says of an endpoint. */
export interface Endpoint {
  /** The endpoint's ARM id. */
  readonly id: string;
  /** Base URL for OpenAI clients, as it would be in Azure. */
  readonly openaiBaseUrl: string;
}

/** Puts a question to an endpoint through its front door, with its key, and prints the answer as it streams in. */
export async function ask(azure: Azure, endpoint: Endpoint, question: string): Promise<void> {
  const { hostname, pathname } = new URL(endpoint.openaiBaseUrl);
  const name = hostname.split(".")[0];
  const client = new OpenAI({ baseURL: `${azure.frontdoorUrl}/${name}${pathname}`, apiKey: await primaryKey(azure, endpoint) });
  const [model] = (await client.models.list()).data;
  console.log(`  ${styleText("dim", `${model!.id} >`)} ${question}`);
  process.stdout.write("  ");
  const stream = await client.chat.completions.create({ model: model!.id, stream: true, messages: [{ role: "user", content: question }] });
  for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? "");
  process.stdout.write("\n");
}

/** The key, fetched as `az ml online-endpoint get-credentials` fetches it: from the resource manager. */
async function primaryKey(azure: Azure, endpoint: Endpoint): Promise<string> {
  const response = await fetch(`${azure.armUrl}${endpoint.id}/listKeys?api-version=2025-12-01`, { method: "POST" });
  if (!response.ok) throw new Error(`The endpoint's key can't be fetched: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { primaryKey: string }).primaryKey;
}
