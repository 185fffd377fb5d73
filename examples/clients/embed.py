"""Embeds texts and prints how similar each one is to the first: python embed.py "a text" "another text"

First run `pip install openai azure-identity` and `pulumi stack output endpoints --json > endpoints.json`.
"""

import json
import os
import sys
import time

import openai
from azure.identity import DefaultAzureCredential, get_bearer_token_provider

with open("endpoints.json") as file:
    endpoint = json.load(file)["embed"]
terms = endpoint["client"]
retry = terms["retry"]

# Texts in one request. More texts take longer, and each request must end within the endpoint's timeout.
BATCH = 32

# With auth: key, set ENDPOINT_KEY. With auth: entra, the client calls this function before each request; it caches the token and refreshes
# it before it expires.
api_key = os.environ.get("ENDPOINT_KEY") or get_bearer_token_provider(DefaultAzureCredential(), "https://ml.azure.com/.default")

client = openai.OpenAI(base_url=endpoint["openaiBaseUrl"], api_key=api_key, timeout=terms["timeoutSeconds"], max_retries=0)


def can_retry(error):
    if isinstance(error, openai.APIConnectionError):
        return True
    if not isinstance(error, openai.APIStatusError):
        return False
    if error.status_code == 424:  # A header contains the model's own status. The client library never retries 424.
        return int(error.response.headers.get("ms-azureml-model-error-statuscode", 0)) in retry["modelStatuses"]
    return error.status_code in retry["statuses"] or error.status_code >= 500


def embed_batch(texts):
    pause = retry["firstPauseSeconds"]
    for attempt in range(1, retry["attempts"] + 1):
        try:
            return [item.embedding for item in client.embeddings.create(model=terms["model"], input=texts).data]
        except openai.APIError as error:
            if attempt == retry["attempts"] or not can_retry(error):
                raise
        time.sleep(pause)
        pause *= retry["pauseFactor"]


def embed(texts):
    return [vector for start in range(0, len(texts), BATCH) for vector in embed_batch(texts[start : start + BATCH])]


# The vectors have length 1, so that their scalar product is the cosine of their angle.
def similarity(one, other):
    return sum(a * b for a, b in zip(one, other))


texts = sys.argv[1:]
vectors = embed(texts)
for text, vector in zip(texts, vectors):
    print(f"{similarity(vectors[0], vector):.3f} {text}")
