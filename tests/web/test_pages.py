"""Pages for people, and the document for machines: complete, and without a byte from elsewhere."""

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from lenswright.runs.request import TrainingRequest
from lenswright.web.examples import GROUPS
from tests.models import VERSION
from tests.web.answers import problem
from tests.web.conftest import Begin, client_of

METHODS = ("get", "post")
BODILESS = (
    "/models/rollback",
    "/runs/{run_id}/resume",
    "/dataset/edits/{edit_id}/undo",
    "/keys/{key_id}/revoke",
)


@pytest.fixture
def document(client: FlaskClient) -> Any:
    return client.get("/openapi.json").json


def operations(document: Any) -> list[tuple[str, str, Any]]:
    return [
        (method, path, said)
        for path, methods in document["paths"].items()
        for method, said in methods.items()
        if method in METHODS
    ]


def test_the_start_page_shows_the_model_and_a_command_for_every_endpoint(
    begin: Begin, with_model: None, document: Any
) -> None:
    client = client_of(begin(allowed_hosts="example.org"))
    page = unescape(client.get("/", headers={"Host": "example.org:5001"}).text)
    assert VERSION in page
    assert "curl -F image=@photo.jpg http://example.org:5001/predict" in page
    assert "curl 'http://example.org:5001/dataset/images?label=cat&page=1'" in page
    assert f"curl -X POST http://example.org:5001/models/{VERSION}/promote" in page
    shown = {
        (example.method.lower(), example.path.partition("?")[0])
        for examples in GROUPS.values()
        for example in examples
    }
    for method, path, _ in operations(document):
        concrete = re.sub(r"\{\w+_id\}", "1", path).replace("{name}", "model.onnx")
        assert (method, concrete) in shown, f"no example for {method} {path}"


def test_the_start_page_works_without_a_model(begin: Begin) -> None:
    page = client_of(begin()).get("/").text
    assert "No model answers" in page


@pytest.mark.parametrize("path", ["/", "/docs", "/static/home.css", "/static/docs.js"])
def test_no_page_takes_anything_from_another_host(client: FlaskClient, path: str) -> None:
    loaded = re.findall(r"""(?:src|href)=["'](.*?)["']|url\((.*?)\)|@import""", client.get(path).text)
    addresses = [a or b for a, b in loaded if "8050" not in a]
    assert all(address.startswith("/") for address in addresses), addresses


def test_every_asset_of_the_pages_is_there(client: FlaskClient) -> None:
    for page in ("/", "/docs"):
        for address in re.findall(r'(?:src|href)="(/(?:static|docs)/.*?)"', client.get(page).text):
            assert client.get(address).status_code == 200, address
    problem(client.get("/docs/assets/index.html"), 404, "unknown_path")


def test_every_operation_says_what_it_does_takes_and_answers(document: Any) -> None:
    assert document["openapi"] == "3.0.3"
    ids = [said["operationId"] for _, _, said in operations(document)]
    assert len(set(ids)) == len(ids)
    found = operations(document)
    assert len(found) >= 21
    for method, path, said in found:
        assert said["summary"], path
        assert said["operationId"], path
        assert any(status.startswith("2") for status in said["responses"]), path
        problems = [code for code in said["responses"] if code >= "400"]
        assert problems, path
        for code in problems:
            assert "application/problem+json" in said["responses"][code]["content"]
        if method == "post" and path not in BODILESS:
            assert said["requestBody"]["content"], path


def test_every_reference_of_the_document_leads_somewhere(document: Any) -> None:
    for reference in set(re.findall(r"'\$ref': '#/components/schemas/(.*?)'", str(document))):
        assert reference in document["components"]["schemas"]


def test_the_document_speaks_openapi_3_0(document: Any) -> None:
    text = str(document)
    assert "'type': 'null'" not in text
    assert "'const'" not in text
    assert "'$defs'" not in text
    flags = re.findall(r"'exclusiveM(?:in|ax)imum': (\w+)", text)
    assert set(flags) <= {"True"}


def test_an_operation_that_takes_a_task_says_that_its_name_may_be_unusable(document: Any) -> None:
    for _, path, said in operations(document):
        if any(parameter["name"] == "task" for parameter in said["parameters"]):
            assert "422" in said["responses"], path


@pytest.mark.parametrize(
    ("kind", "body", "beside"),
    [
        ("train", "TrainBody", set()),
        ("retrain", "RetrainBody", {"files", "labels", "allow_new_labels"}),
        ("tune", "TuneBody", set()),
        ("compare", "CompareBody", set()),
        ("check", "CheckBody", set()),
    ],
)
def test_every_order_documents_the_fields_it_accepts(
    document: Any, kind: str, body: str, beside: set[str]
) -> None:
    documented = document["components"]["schemas"][body]
    assert set(documented["properties"]) - beside == set(TrainingRequest.names(kind)) - {"kind"}
    assert documented["additionalProperties"] is False


def test_a_field_documents_its_range_default_and_meaning(document: Any) -> None:
    properties = document["components"]["schemas"]["TrainBody"]["properties"]
    epochs = properties["epochs"]
    assert (epochs["type"], epochs["default"], epochs["minimum"], epochs["maximum"]) == (
        "integer",
        60,
        1,
        1000,
    )
    assert (properties["size_px"]["minimum"], properties["size_px"]["nullable"]) == (64, True)
    assert properties["preset"]["enum"] == ["fast", "best", "scratch"]
    assert [name for name, said in properties.items() if not said.get("description")] == []
