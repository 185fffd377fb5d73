"""Writes the flags of `vllm serve`, its parsers and its model architectures as JSON, read from an installed vLLM.

Usage: python vllmFlags.py <version> <name, version and origin of the installed distribution> <date> <output file>
It writes to a file because vLLM logs to the standard output. It needs no GPU: it constructs the argument parser and parses nothing.
"""

import json
import sys


def serve_parser():
    """The parser of `vllm serve`, which vLLM's own command line uses."""
    from vllm.entrypoints.cli.serve import ServeSubcommand

    try:
        from vllm.utils.argparse_utils import FlexibleArgumentParser
    except ImportError:  # before vLLM 0.12
        from vllm.utils import FlexibleArgumentParser

    parser = FlexibleArgumentParser(description="vLLM CLI")
    return ServeSubcommand().subparser_init(parser.add_subparsers(required=False, dest="subparser"))


def plain(value):
    """A JSON value, or the text of an object."""
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError):
        return str(value)


def kind_of(action):
    """The name of the function that parses the value. A switch has none."""
    kind = getattr(action.type, "__name__", None)
    if kind is None and action.nargs == 0 and action.default in (True, False, None):
        return "bool"
    return "optional" if kind == "_optional_type" else kind


def row(action):
    found = {"flags": list(action.option_strings), "type": kind_of(action)}
    if action.choices is not None:
        found["choices"] = [str(choice) for choice in action.choices]
    found["default"] = plain(action.default)
    if action.nargs is not None:
        found["nargs"] = action.nargs
    return found


def registered():
    from vllm.model_executor.models.registry import ModelRegistry
    from vllm.reasoning import ReasoningParserManager
    from vllm.tool_parsers import ToolParserManager

    return {
        "toolCallParsers": sorted(ToolParserManager.list_registered()),
        "reasoningParsers": sorted(ReasoningParserManager.list_registered()),
        "architectures": sorted(ModelRegistry.get_supported_archs()),
    }


def main(version, origin, as_of, output):
    actions = [action for action in serve_parser()._actions if action.option_strings]
    table = {
        "vllm": version,
        "source": f"the argument parser of {origin}, read by running it; "
        "defaults marked null are decided at start from hardware and model",
        "asOf": as_of,
        "flags": [row(action) for action in actions],
        **registered(),
    }
    with open(output, "w", encoding="utf-8") as file:
        json.dump(table, file, indent=0)


if __name__ == "__main__":
    main(*sys.argv[1:])
