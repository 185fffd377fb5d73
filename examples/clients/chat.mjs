// Sends questions to an endpoint: node chat.mjs "Where do you answer from?"
// First run `npm install openai @azure/identity` and `pulumi stack output endpoints --json > endpoints.json`.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { DefaultAzureCredential, getBearerTokenProvider } from "@azure/identity";
import OpenAI from "openai";

const { openaiBaseUrl, client: terms } = JSON.parse(readFileSync("endpoints.json", "utf8")).chat;
const { statuses, modelStatuses, attempts, firstPauseSeconds, pauseFactor } = terms.retry;

// With auth: key, set ENDPOINT_KEY. With auth: entra, the client calls this function before each request; it caches the token and refreshes
// it before it expires. On Azure, the token is that of a managed identity (AZURE_CLIENT_ID selects a user-assigned one), elsewhere that of
// `az login`.
const apiKey = process.env.ENDPOINT_KEY ?? getBearerTokenProvider(new DefaultAzureCredential(), "https://ml.azure.com/.default");

const client = new OpenAI({ baseURL: openaiBaseUrl, apiKey, timeout: terms.timeoutSeconds * 1000, maxRetries: 0 });

function canRetry(error) {
  if (error instanceof OpenAI.APIConnectionError) return true;
  if (error.status === 424) {
    // A header contains the model's own status. The client library never retries 424.
    return modelStatuses.includes(Number(error.headers.get("ms-azureml-model-error-statuscode")));
  }
  return statuses.includes(error.status) || error.status >= 500;
}

async function ask(question) {
  for (let attempt = 1, pause = firstPauseSeconds; ; attempt++, pause *= pauseFactor) {
    try {
      const messages = [{ role: "user", content: question }];
      const answer = await client.chat.completions.create({ model: terms.model, max_tokens: terms.maxTokens, messages });
      return answer.choices[0].message.content;
    } catch (error) {
      if (attempt === attempts || !canRetry(error)) throw error;
    }
    await sleep(pause * 1000);
  }
}

for (const question of process.argv.slice(2)) console.log(await ask(question));
