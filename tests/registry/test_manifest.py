"""Whatever is wrong in a manifest is refused with its name, and never an accident later on."""

import json
from dataclasses import fields
from typing import Any

import pytest

from lenswright.errors import BundleRefused
from lenswright.registry.manifest import Manifest
from tests.models import tiny_bundle


def record() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(tiny_bundle().manifest.to_json()))
    return found


def test_a_manifest_survives_json() -> None:
    manifest = tiny_bundle().manifest
    assert Manifest.from_json(record()) == manifest


REQUIRED = {entry.name for entry in fields(Manifest)} - {"format_version", "network", "int8"}


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_a_missing_field_is_named(name: str) -> None:
    lacking = record()
    del lacking[name]
    with pytest.raises(BundleRefused, match=rf"lacks {name}\."):
        Manifest.from_json(lacking)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("task", 3),
        ("classes", ["cat"]),
        ("classes", ["cat", "cat"]),
        ("classes", "cat"),
        ("input_spec", {"size_px": "wide"}),
        ("input_spec", None),
        ("temperature", 0),
        ("temperature", True),
        ("accept_threshold", 1.5),
        ("unknown_distance", "far"),
        ("parity", None),
        ("run_id", "7"),
        ("golden", {}),
        ("golden", {"seed": 1, "probabilities": []}),
        ("golden", {"seed": None, "probabilities": [[0.5, 0.5]]}),
        ("golden", {"seed": 1, "probabilities": [[1.0]]}),
        ("golden", {"seed": 1, "probabilities": [[0.5, "x"]]}),
        ("training", []),
        ("files", {"../model.onnx": "00"}),
        ("files", {"model.onnx": None}),
        ("network", "model.keras"),
        ("network", None),
        ("int8", []),
    ],
)
def test_a_field_of_the_wrong_kind_is_refused(name: str, value: object) -> None:
    with pytest.raises(BundleRefused, match=name.split("_")[0]):
        Manifest.from_json(record() | {name: value})


def test_a_bundle_from_before_int8_serves_its_only_network() -> None:
    old = record()
    del old["network"], old["int8"]
    assert Manifest.from_json(old) == tiny_bundle().manifest


def test_an_int8_network_without_the_answers_of_its_fallback_is_refused() -> None:
    serving = record() | {"network": "model.int8.onnx"}
    with pytest.raises(BundleRefused, match="golden answers lack 'fallback'"):
        Manifest.from_json(serving)
    serving["golden"]["fallback"] = serving["golden"]["probabilities"]
    assert Manifest.from_json(serving).network == "model.int8.onnx"


def test_an_input_size_nobody_can_mean_is_refused() -> None:
    with pytest.raises(BundleRefused, match="Received: 100000"):
        Manifest.from_json(record() | {"input_spec": {"size_px": 100_000, "framing": "crop"}})


def test_a_newer_format_is_refused_with_both_numbers() -> None:
    with pytest.raises(BundleRefused, match=r"Expected a bundle of format 1\. Received: 2\."):
        Manifest.from_json(record() | {"format_version": 2})


def test_json_that_is_no_object_is_refused() -> None:
    with pytest.raises(BundleRefused, match="Received: list"):
        Manifest.from_json([])
