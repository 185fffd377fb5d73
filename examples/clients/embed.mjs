// Embeds texts and prints how similar each one is to the first: node embed.mjs "a text" "another text"
// First run `npm install openai @azure/identity` and `pulumi stack output endpoints --json > endpoints.json`.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { DefaultAzureCredential, getBearerTokenProvider } from "@azure/identity";
import OpenAI from "openai";

const { openaiBaseUrl, client: terms } = JSON.parse(readFileSync("endpoints.json", "utf8")).embed;
const { statuses, modelStatuses, attempts, firstPauseSeconds, pauseFactor } = terms.retry;

// Texts in one request. More texts take longer, and each request must end within the endpoint's timeout.
const batch = 32;

// With auth: key, set ENDPOINT_KEY. With auth: entra, the client calls this function before each request; it caches the token and refreshes
// it before it expires.
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

async function embedBatch(input) {
  for (let attempt = 1, pause = firstPauseSeconds; ; attempt++, pause *= pauseFactor) {
    try {
      const answer = await client.embeddings.create({ model: terms.model, input });
      return answer.data.map(({ embedding }) => embedding);
    } catch (error) {
      if (attempt === attempts || !canRetry(error)) throw error;
    }
    await sleep(pause * 1000);
  }
}

async function embed(texts) {
  const vectors = [];
  for (let start = 0; start < texts.length; start += batch) vectors.push(...(await embedBatch(texts.slice(start, start + batch))));
  return vectors;
}

// The vectors have length 1, so that their scalar product is the cosine of their angle.
const similarity = (one, other) => one.reduce((sum, value, index) => sum + value * other[index], 0);

const texts = process.argv.slice(2);
const vectors = await embed(texts);
for (const [index, vector] of vectors.entries()) console.log(similarity(vectors[0], vector).toFixed(3), texts[index]);
