"""Asks an endpoint questions: python chat.py "Where do you answer from?"

Needs `pip install openai azure-identity` and the file that `pulumi stack output endpoints --json > endpoints.json` writes.
"""

import json
import os
import sys
import time

import openai
from azure.identity import DefaultAzureCredential, get_bearer_token_provider

with open("endpoints.json") as file:
    endpoint = json.load(file)["chat"]
terms = endpoint["client"]
retry = terms["retry"]

# auth: key takes the key. auth: entra takes a function that the client calls before each request: it keeps a token and gets a new one
# before the old one expires. On Azure the token is a managed identity's (AZURE_CLIENT_ID selects a user-assigned one), elsewhere that of
# `az login`.
api_key = os.environ.get("ENDPOINT_KEY") or get_bearer_token_provider(DefaultAzureCredential(), "https://ml.azure.com/.default")

client = openai.OpenAI(base_url=endpoint["openaiBaseUrl"], api_key=api_key, timeout=terms["timeoutSeconds"], max_retries=0)


def can_retry(error):
    if isinstance(error, openai.APIConnectionError):
        return True
    if not isinstance(error, openai.APIStatusError):
        return False
    if error.status_code == 424:  # The model's own status is in a header; the client itself never retries 424.
        return int(error.response.headers.get("ms-azureml-model-error-statuscode", 0)) in retry["modelStatuses"]
    return error.status_code in retry["statuses"] or error.status_code >= 500


def ask(question):
    pause = retry["firstPauseSeconds"]
    for attempt in range(1, retry["attempts"] + 1):
        try:
            messages = [{"role": "user", "content": question}]
            answer = client.chat.completions.create(model=terms["model"], max_tokens=terms["maxTokens"], messages=messages)
            return answer.choices[0].message.content
        except openai.APIError as error:
            if attempt == retry["attempts"] or not can_retry(error):
                raise
        time.sleep(pause)
        pause *= retry["pauseFactor"]


for question in sys.argv[1:]:
    print(ask(question))
