"""Writes what a wheel of vLLM registers, as JSON, read from its source without installing it: its parsers and its model architectures.

Usage: python3 vllmWheel.py <wheel>
The flags can't be read in this way, because vLLM computes them from its configuration classes when it starts.
"""

import ast
import json
import sys
import zipfile


def tables(wheel, file):
    """The dictionaries at the top level of a module, by name: the keys, and the names of the dictionaries that they contain."""
    found = {}
    for statement in ast.parse(wheel.read(file)).body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        value = getattr(statement, "value", None)
        if isinstance(target, ast.Name) and isinstance(value, ast.Dict):
            keys = [key.value for key in value.keys if isinstance(key, ast.Constant)]
            merged = [item.id for key, item in zip(value.keys, value.values) if key is None and isinstance(item, ast.Name)]
            found[target.id] = (keys, merged)
    return found


def keys_of(found, name):
    keys, merged = found[name]
    return {*keys, *(key for other in merged for key in keys_of(found, other))}


def main(path):
    with zipfile.ZipFile(path) as wheel:
        [metadata] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
        lines = wheel.read(metadata).decode("utf-8").split("\n")
        sources = {
            "toolCallParsers": ("vllm/tool_parsers/__init__.py", "_TOOL_PARSERS_TO_REGISTER"),
            "reasoningParsers": ("vllm/reasoning/__init__.py", "_REASONING_PARSERS_TO_REGISTER"),
            "architectures": ("vllm/model_executor/models/registry.py", "_VLLM_MODELS"),
        }
        result = {"vllm": next(line.split(": ", 1)[1].strip() for line in lines if line.startswith("Version: "))}
        for key, (file, name) in sources.items():
            result[key] = sorted(keys_of(tables(wheel, file), name))
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
