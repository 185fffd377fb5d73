"""Example scorer: a logistic regression whose weights are a JSON file.

Azure's inference server calls init() once and run() for each POST /score. Request: {"rows": [{"amount": 120, "foreign": 0, "attempts": 1}]};
each row has exactly the features of the weights. Answer: {"model": "example-fraud", "scores": [0.042]}; probabilities in the order of the rows.
"""

import json
import math
import os
from pathlib import Path

weights = None


class BadRequest(ValueError):
    """An error in the request, in one sentence."""


def init():
    """Loads weights.json from the deployment's model, or from this folder if the deployment has no model."""
    global weights
    weights = json.loads(find_weights().read_text("utf-8"))
    print(f"score.py: model {weights['name']}, features {', '.join(weights['coefficients'])}")


def find_weights():
    mounted = os.environ.get("AZUREML_MODEL_DIR")
    if not mounted:
        return Path(__file__).with_name("weights.json")
    # Azure's docs and samples differ on whether the path includes the model's folder.
    found = [*Path(mounted).glob("weights.json"), *Path(mounted).glob("*/weights.json")]
    if len(found) != 1:
        raise FileNotFoundError(f"AZUREML_MODEL_DIR is {mounted}; it must contain one weights.json, directly or one level below, but contains {len(found)}.")
    return found[0]


def run(raw_data):
    """Scores a request body. An error in the request returns 400, which callers of an endpoint receive as 424."""
    try:
        return {"model": weights["name"], "scores": [score(row) for row in read_rows(raw_data)]}
    except BadRequest as error:
        # Imported here so that init() and run() also work without the server.
        from azureml_inference_server_http.api.aml_response import AMLResponse

        return AMLResponse({"error": str(error)}, 400, json_str=True)


def read_rows(raw_data):
    try:
        body = json.loads(raw_data)
    except ValueError as error:
        raise BadRequest(f"The body is not JSON: {error}.") from None
    rows = body.get("rows") if isinstance(body, dict) else None
    if not isinstance(rows, list) or not rows:
        raise BadRequest('The body must be {"rows": [...]} with at least one row.')
    for index, row in enumerate(rows):
        check_row(index, row)
    return rows


def check_row(index, row):
    expected = weights["coefficients"]
    if not isinstance(row, dict) or set(row) != set(expected):
        raise BadRequest(f"rows[{index}] must have exactly these features: {', '.join(expected)}.")
    for name, value in row.items():
        if not is_finite_number(value):
            raise BadRequest(f"rows[{index}].{name} must be a finite number.")


def is_finite_number(value):
    # In Python, True is a number, and parsed JSON can contain NaN, Infinity and integers that are too large for a float.
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def score(row):
    logit = weights["intercept"] + sum(weight * row[name] for name, weight in weights["coefficients"].items())
    # Two forms, because exp() overflows for large arguments.
    return 1 / (1 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1 + math.exp(logit))
