#!/usr/bin/env bash
# Scores two documents for a query. Set SCORING_URI to `scoringUri` of the stack output `endpoints`, and replace model and --max-time
# with the values in its `client`. With auth: key, set ENDPOINT_KEY. With auth: entra, the Azure CLI gets a token, which is valid for about an
# hour.
set -euo pipefail

credential=${ENDPOINT_KEY:-$(az account get-access-token --resource https://ml.azure.com --query accessToken --output tsv)}

# curl retries after 408, 429 and 5xx, with exponential backoff. It doesn't retry after 424.
curl --silent --show-error --fail-with-body --max-time 190 --retry 4 "${SCORING_URI}rerank" \
  --header @<(echo "Authorization: Bearer $credential") \
  --header "Content-Type: application/json" \
  --data '{"model": "rerank", "query": "What is the capital of France?", "documents": ["Bananas are yellow.", "Paris is the capital of France."]}'
