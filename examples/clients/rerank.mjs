// Prints documents in the order of their relevance for a query: node rerank.mjs "a query" "a document" "another document"
// First run `npm install @azure/identity` and `pulumi stack output endpoints --json > endpoints.json`. OpenAI's client has no method for this.
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { DefaultAzureCredential, getBearerTokenProvider } from "@azure/identity";

const { scoringUri, client: terms } = JSON.parse(readFileSync("endpoints.json", "utf8")).rerank;
const { statuses, modelStatuses, attempts, firstPauseSeconds, pauseFactor } = terms.retry;

// Documents in one request. Scores of different requests can be compared.
const batch = 32;

// With auth: key, set ENDPOINT_KEY. With auth: entra, this function caches the token and refreshes it before it expires.
const token = getBearerTokenProvider(new DefaultAzureCredential(), "https://ml.azure.com/.default");
const credential = async () => process.env.ENDPOINT_KEY ?? (await token());

async function post(body) {
  const response = await fetch(new URL("rerank", scoringUri), {
    method: "POST",
    headers: { authorization: `Bearer ${await credential()}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(terms.timeoutSeconds * 1000),
  });
  if (response.ok) return { results: (await response.json()).results };
  const error = new Error(`${response.status} ${await response.text()}`);
  // With 424, a header contains the model's own status.
  const modelStatus = Number(response.headers.get("ms-azureml-model-error-statuscode"));
  const canRetry = response.status === 424 ? modelStatuses.includes(modelStatus) : statuses.includes(response.status) || response.status >= 500;
  return { error, canRetry };
}

async function rerankBatch(query, documents) {
  for (let attempt = 1, pause = firstPauseSeconds; ; attempt++, pause *= pauseFactor) {
    // fetch throws if there is no connection, or no answer in time.
    const answer = await post({ model: terms.model, query, documents }).catch((error) => ({ error, canRetry: true }));
    if (answer.results) return answer.results;
    if (attempt === attempts || !answer.canRetry) throw answer.error;
    await sleep(pause * 1000);
  }
}

async function rerank(query, documents) {
  const results = [];
  for (let start = 0; start < documents.length; start += batch) {
    results.push(...(await rerankBatch(query, documents.slice(start, start + batch))));
  }
  return results.sort((one, other) => other.relevance_score - one.relevance_score);
}

const [query, ...documents] = process.argv.slice(2);
for (const { relevance_score, document } of await rerank(query, documents)) console.log(relevance_score.toFixed(3), document.text);
