"""Prints documents in the order of their relevance for a query: python rerank.py "a query" "a document" "another document"

First run `pip install requests azure-identity` and `pulumi stack output endpoints --json > endpoints.json`. OpenAI's client has no method for
this.
"""

import json
import os
import sys
import time
from urllib.parse import urljoin

import requests
from azure.identity import DefaultAzureCredential, get_bearer_token_provider

with open("endpoints.json") as file:
    endpoint = json.load(file)["rerank"]
terms = endpoint["client"]
retry = terms["retry"]

# Documents in one request. Scores of different requests can be compared.
BATCH = 32

# With auth: key, set ENDPOINT_KEY. With auth: entra, this function caches the token and refreshes it before it expires.
token = get_bearer_token_provider(DefaultAzureCredential(), "https://ml.azure.com/.default")
session = requests.Session()
url = urljoin(endpoint["scoringUri"], "rerank")


def can_retry(response):
    if response.status_code == 424:  # A header contains the model's own status.
        return int(response.headers.get("ms-azureml-model-error-statuscode", 0)) in retry["modelStatuses"]
    return response.status_code in retry["statuses"] or response.status_code >= 500


def rerank_batch(query, documents):
    pause = retry["firstPauseSeconds"]
    for attempt in range(1, retry["attempts"] + 1):
        is_last = attempt == retry["attempts"]
        headers = {"authorization": f"Bearer {os.environ.get('ENDPOINT_KEY') or token()}"}
        body = {"model": terms["model"], "query": query, "documents": documents}
        try:
            response = session.post(url, headers=headers, json=body, timeout=terms["timeoutSeconds"])
            if response.ok:
                return response.json()["results"]
            if is_last or not can_retry(response):
                raise SystemExit(f"{response.status_code} {response.text}")
        except (requests.ConnectionError, requests.Timeout):  # There is no connection, or no answer in time.
            if is_last:
                raise
        time.sleep(pause)
        pause *= retry["pauseFactor"]


def rerank(query, documents):
    results = [result for start in range(0, len(documents), BATCH) for result in rerank_batch(query, documents[start : start + BATCH])]
    return sorted(results, key=lambda result: -result["relevance_score"])


query, *documents = sys.argv[1:]
for result in rerank(query, documents):
    print(f"{result['relevance_score']:.3f} {result['document']['text']}")
