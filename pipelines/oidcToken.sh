#!/usr/bin/env bash
# Runs a command of a GitHub Actions job whose access to the Pulumi state doesn't expire: oidcToken.sh <command> [arguments]
#
# GitHub's OIDC tokens are valid for some minutes, and the access tokens that Microsoft Entra ID issues for them for about an hour. A rollout
# can take longer. While the command runs, this script writes a new OIDC token to a file every two minutes. Pulumi reads the file when it
# needs an access token for the state or the key (WorkloadIdentityCredential). The azure-native provider requests OIDC tokens itself.
set -euo pipefail
umask 077

AZURE_FEDERATED_TOKEN_FILE=$(mktemp)
export AZURE_FEDERATED_TOKEN_FILE
export AZURE_CLIENT_ID=$ARM_CLIENT_ID AZURE_TENANT_ID=$ARM_TENANT_ID AZURE_TOKEN_CREDENTIALS=WorkloadIdentityCredential

renewal=
trap '[ -z "$renewal" ] || kill "$renewal"; rm -f "$AZURE_FEDERATED_TOKEN_FILE" "$AZURE_FEDERATED_TOKEN_FILE.new"' EXIT

write_token() {
  # The header is not an argument, because other processes can see arguments.
  curl --silent --show-error --fail --retry 3 \
    --header @<(printf 'Authorization: Bearer %s' "$ACTIONS_ID_TOKEN_REQUEST_TOKEN") \
    "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=api://AzureADTokenExchange" |
    node -p 'JSON.parse(fs.readFileSync(0, "utf8")).value' | tr -d '\n' >"$AZURE_FEDERATED_TOKEN_FILE.new"
  mv "$AZURE_FEDERATED_TOKEN_FILE.new" "$AZURE_FEDERATED_TOKEN_FILE"
}

write_token
# A failed request is repeated after the next pause.
(while sleep 120; do write_token || true; done) </dev/null >/dev/null 2>&1 &
renewal=$!
"$@"
