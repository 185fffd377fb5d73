#!/usr/bin/env bash
# Asks an endpoint a question. OPENAI_BASE_URL is `openaiBaseUrl` of the stack output `endpoints`; model, max_tokens and --max-time are
# those of its `client`. With `auth: key` set ENDPOINT_KEY; with `auth: entra` the Azure CLI gets a token, which lasts about an hour.
set -euo pipefail

credential=${ENDPOINT_KEY:-$(az account get-access-token --resource https://ml.azure.com --query accessToken --output tsv)}

# curl repeats a request by itself after 408, 429 and 5xx, with pauses that double. It doesn't repeat one after 424.
curl --silent --show-error --fail-with-body --max-time 190 --retry 4 "$OPENAI_BASE_URL/chat/completions" \
  --header @<(echo "Authorization: Bearer $credential") \
  --header "Content-Type: application/json" \
  --data '{"model": "chat", "max_tokens": 1292, "messages": [{"role": "user", "content": "Where do you answer from?"}]}'
