import argparse
import json
from pathlib import Path

import pytest

from lenswright.cli import arguments
from lenswright.cli.command_line import parser


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("epochs=60", ("epochs", 60)),
        ("learning_rate=1e-3", ("learning_rate", 0.001)),
        ("int8=false", ("int8", False)),
        ("size_px=null", ("size_px", None)),
        ("backbone=vgg16", ("backbone", "vgg16")),
        ("task=a=b", ("task", "a=b")),
    ],
)
def test_a_value_is_read_as_json_or_else_as_text(text: str, pair: tuple[str, object]) -> None:
    assert arguments.assignment(text) == pair


@pytest.mark.parametrize("text", ["epochs", "=60", ""])
def test_what_is_no_assignment_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="Expected name=value"):
        arguments.assignment(text)


def test_a_configuration_is_written_in_one_argument() -> None:
    assert arguments.configuration("preset=best backbone=vgg16 epochs=3") == {
        **{"preset": "best", "backbone": "vgg16", "epochs": 3}
    }


@pytest.mark.parametrize("wrap", [lambda listed: listed, lambda listed: {"configurations": listed}])
def test_configurations_come_from_a_file_with_or_without_a_name(tmp_path: Path, wrap) -> None:
    file = tmp_path / "configurations.json"
    file.write_text(json.dumps(wrap([{"preset": "fast"}])))
    assert arguments.configurations(str(file)) == [{"preset": "fast"}]


@pytest.mark.parametrize("text", ["{", '{"a": 1}', "3"])
def test_a_file_without_configurations_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "configurations.json"
    file.write_text(text)
    with pytest.raises(argparse.ArgumentTypeError, match="Expected a"):
        arguments.configurations(str(file))


def test_a_file_is_named_by_id_or_path() -> None:
    assert arguments.labelled("12=cat") == (12, "cat")
    assert arguments.labelled("uploads/a=b.jpg=dog") == ("uploads/a=b.jpg", "dog")
    with pytest.raises(argparse.ArgumentTypeError, match="Expected FILE=LABEL"):
        arguments.labelled("cat")


def test_the_address_of_the_api_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LENSWRIGHT_API_URL", "http://127.0.0.1:7000")
    assert parser().parse_args(["runs"]).api_url == "http://127.0.0.1:7000"
    assert parser().parse_args(["runs", "--api-url", "http://b"]).api_url == "http://b"
    monkeypatch.delenv("LENSWRIGHT_API_URL")
    assert parser().parse_args(["runs"]).api_url == "http://127.0.0.1:5000"


def test_only_what_was_written_is_wished_for() -> None:
    given = parser().parse_args(["train", "--preset", "best", "--set", "epochs=3"])
    assert arguments.wishes(given) == {"preset": "best", "epochs": 3}
    assert arguments.wishes(parser().parse_args(["tune"])) == {}
