"""Chats with OpenAI's Python client and prints the results as JSON.

Arguments: one JSON object with base (URL of the scoring proxy) and key, a map from endpoint to its key.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import openai

given = json.loads(sys.argv[1])
hello = [{"role": "user", "content": "hello"}]
seen = {}


def client(endpoint, key=None):
    return openai.OpenAI(base_url=f"{given['base']}/{endpoint}/v1", api_key=key or given["key"].get(endpoint, "none"), max_retries=0)


def status(endpoint, model="tiny", key=None):
    try:
        client(endpoint, key).chat.completions.create(model=model, messages=hello)
        return 200
    except openai.APIStatusError as error:
        return [type(error).__name__, error.status_code, error.response.headers.get("ms-azureml-model-error-statuscode")]


chat = client("chat")
seen["models"] = [model.id for model in chat.models.list()]
seen["answer"] = chat.chat.completions.create(model="tiny", messages=hello).choices[0].message.content
chunks = list(chat.chat.completions.create(model="tiny", messages=hello, stream=True))
seen["streamed"] = ["".join(chunk.choices[0].delta.content or "" for chunk in chunks), len(chunks) > 5]
seen["wrongKey"] = status("chat", key="wrong")
seen["noEndpoint"] = status("unknown")
seen["noModel"] = status("chat", model="other")
with ThreadPoolExecutor(3) as pool:
    seen["three concurrent"] = sorted(pool.map(lambda _: status("slow"), range(3)), key=str)
print(json.dumps(seen))
