"""Creates a LoRA adapter of rank 8 with random weights for a Llama model, in the format of PEFT. Its weights are large, so that the answers change.

Usage: adapter.py <folder of the model> <folder of the adapter>.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

RANK = 8
MODULES = ["q_proj", "o_proj"]


def main(model, folder):
    config = json.loads((Path(model) / "config.json").read_text())
    size = config["hidden_size"]
    assert config["num_attention_heads"] * config["head_dim"] == size, "The projections aren't square."
    generator = torch.Generator().manual_seed(1)
    weights = {}
    for layer in range(config["num_hidden_layers"]):
        for module in MODULES:
            name = f"base_model.model.model.layers.{layer}.self_attn.{module}"
            weights[f"{name}.lora_A.weight"] = torch.randn(RANK, size, generator=generator) / size**0.5
            weights[f"{name}.lora_B.weight"] = 10 * torch.randn(size, RANK, generator=generator) / RANK**0.5
    save_file(weights, f"{folder}/adapter_model.safetensors", {"format": "pt"})
    adapter = {"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": RANK, "lora_alpha": RANK, "target_modules": MODULES, "bias": "none"}
    (Path(folder) / "adapter_config.json").write_text(json.dumps(adapter))


if __name__ == "__main__":
    main(*sys.argv[1:])
