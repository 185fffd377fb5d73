"""Sends questions to an endpoint: python chat.py "Where do you answer from?"

First run `pip install openai azure-identity` and `pulumi stack output endpoints --json > endpoints.json`.
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

# With auth: key, set ENDPOINT_KEY. With auth: entra, the client calls this function before each request; it caches the token and refreshes
# it before it expires. On Azure, it is the token of a managed identity (AZURE_CLIENT_ID selects a user-assigned one); elsewhere, it is the token of
# the `az login` session.
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
