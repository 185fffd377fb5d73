import { styleText } from "node:util";
import OpenAI from "openai";
import type { Azure } from "../../azure-local";

/** An endpoint in the outputs of a stack. */
export interface Endpoint {
  /** ARM ID of the endpoint. */
  readonly id: string;
  /** Base URL for OpenAI clients in Azure. */
  readonly openaiBaseUrl: string;
}

/** Sends a chat request to an endpoint through the scoring proxy, with its key, and prints the streamed answer. */
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

/** Gets the key from Azure Resource Manager, as `az ml online-endpoint get-credentials` does. */
async function primaryKey(azure: Azure, endpoint: Endpoint): Promise<string> {
  const response = await fetch(`${azure.armUrl}${endpoint.id}/listKeys?api-version=2025-12-01`, { method: "POST" });
  if (!response.ok) throw new Error(`The request for the endpoint key failed: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { primaryKey: string }).primaryKey;
}
