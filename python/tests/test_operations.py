from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from gordon_data.operations import OPERATIONS
from gordon_data.warehouse import Warehouse


@pytest.fixture
def document() -> dict[str, Any]:
    file = os.environ.get("GORDON_TEST_OPENAPI")
    if file is None:
        pytest.skip("GORDON_TEST_OPENAPI names no OpenAPI document")
    loaded: dict[str, Any] = json.loads(Path(file).read_text())
    return loaded


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_api_has_every_operation_and_parameter(document: dict[str, Any], name: str) -> None:
    operation = OPERATIONS[name]
    documented = document["paths"][operation.path][operation.method.lower()]
    assert documented["operationId"] == name
    parameters = documented.get("parameters", [])
    for where, names in (("query", operation.query), ("header", operation.headers)):
        assert names <= {one["name"] for one in parameters if one["in"] == where}
    required = {one["name"] for one in parameters if one["required"] and one["in"] == "query"}
    assert required <= operation.query
    if operation.body:
        body = documented["requestBody"]["content"]["application/json"]["schema"]
        assert operation.body <= set(body["properties"])


@pytest.mark.parametrize(("operation", "parameter"), [("coverage", "bucket"), ("universe", "contract")])
def test_a_parameter_takes_the_words_of_the_api(document: dict[str, Any], operation: str, parameter: str) -> None:
    hint = get_type_hints(getattr(Warehouse, operation))[parameter]
    words = {word for one in (hint, *get_args(hint)) if get_origin(one) is Literal for word in get_args(one)}
    parameters = document["paths"][OPERATIONS[operation].path]["get"]["parameters"]
    [documented] = [one["schema"]["enum"] for one in parameters if one["name"] == parameter]
    assert words == set(documented)
