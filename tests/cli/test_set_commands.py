import argparse
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from lenswright.cli.set_commands import mappings, sources
from tests.builders import make_zip
from tests.cli.conftest import Called
from tests.cli.data_api import DataApi

Ask = Callable[..., Called]
SNAPSHOT = {"id": 2, "data_hash": "0123456789abcdef", "created_at": "2026-11-21T16:30:05Z", "photos": 1200}
SNAPSHOT |= {"runs": [4, 5], "versions": []}
ZIP = make_zip({"dataset/train/cat/1.jpg": b"photo", "labels.csv": b"file,label\n"})


def test_frozen_data_sets_are_listed(ask: Ask, api: DataApi) -> None:
    api.answers["/dataset/snapshots"] = {"page": 1, "page_size": 20, "total": 1, "snapshots": [SNAPSHOT]}
    row = ask("snapshots").out.splitlines()[1]
    assert row.split() == ["2", "1,200", "2026-11-21", "16:30", "0123456789ab", "4,", "5", "-"]


def test_the_photos_of_one_are_listed_as_they_were(ask: Ask, api: DataApi) -> None:
    photo = {"photo_id": 3, "label": "cat", "split": "train", "label_now": "dog", "gone": False}
    photos = [photo, photo | {"photo_id": 4, "gone": True}]
    api.answers["/dataset/snapshots/2"] = SNAPSHOT | {
        "page": 1,
        "page_size": 2,
        "total": 1200,
        "photos": photos,
    }
    lines = ask("snapshots", "2", "--limit", "2").out.splitlines()
    assert lines[1].split()[:2] == ["2", "1,200"]
    assert [line.split() for line in lines[4:6]] == [
        ["3", "cat", "train", "dog"],
        ["4", "cat", "train", "gone"],
    ]
    assert lines[-1] == "Page 1 of 600, 1,200 photos. Next: --page 2"


def test_a_task_is_fused_of_others(ask: Ask, api: DataApi) -> None:
    api.answers["/dataset/fuse"] = {
        **{"edit": 9, "task": "pets", "stored": 80, "restored": 0, "labelled": 0, "duplicates": 2},
        **{"conflicts": 1, "classes": {"dog": 40, "cat": 40}, "splits": {"train": 60, "test": 20}},
        "held_out": {"dog": ["poodle", "pug"], "cat": []},
    }
    named = ["--from", "dog-breeds:*=dog", "--from", "dog-breeds:wolf=", "--from", "cats-vs-dogs:cat=cat"]
    called = ask("fuse", "pets", *named, "--hold-out", "0.2", "--task", "ignored")
    assert api.asked[0].body == {
        "task": "pets",
        "sources": [
            {"task": "dog-breeds", "map": {"*": "dog", "wolf": None}},
            {"task": "cats-vs-dogs", "map": {"cat": "cat"}},
        ],
        "hold_out": 0.2,
    }
    assert called.out.splitlines() == [
        "pets: stored 80, duplicates 2. Undo it: lenswright undo 9",
        "Classes: cat 40, dog 40. Splits: test 20, train 60.",
        "Held out of dog for the test: poodle, pug.",
        "1 have another label there, which they keep: lenswright conflicts",
    ]


@pytest.mark.parametrize("text", ["dog-breeds", "dog-breeds:*", ":a=b", "t:=b", "a=b", "t:a=b,c,d=e"])
def test_a_mapping_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="Expected TASK:LABEL=NEW"):
        mappings(text)


def test_one_source_may_name_several_labels_at_once() -> None:
    assert mappings("a:*=dog, beagle=cat,wolf=") == [
        ("a", "*", "dog"),
        ("a", "beagle", "cat"),
        ("a", "wolf", None),
    ]


@pytest.mark.parametrize(("text", "label", "new"), [("t:a, b=c", "a, b", "c"), ("t:a=b, c", "a", "b, c")])
def test_a_mapping_alone_may_have_commas_in_its_labels(text: str, label: str, new: str) -> None:
    assert mappings(text) == [("t", label, new)]


def test_sources_named_again_are_one(ask: Ask, api: DataApi) -> None:
    api.answers["/dataset/fuse"] = {"edit": 9, "task": "pets", "stored": 0, "duplicates": 2}
    called = ask("fuse", "pets", "--from", "a:*=dog,beagle=cat", "--from", "a:big, cat=cat")
    expected = {"*": "dog", "beagle": "cat", "big, cat": "cat"}
    assert api.asked[0].body["sources"] == [{"task": "a", "map": expected}]
    assert "Undo it" not in called.out  # nothing changed


def test_a_label_may_have_colons_and_equals() -> None:
    assert mappings("t:a:b=c=d") == [("t", "a:b", "c=d")]
    assert sources([("t", "a", "b"), ("u", "*", None), ("t", "c", "d")]) == [
        {"task": "t", "map": {"a": "b", "c": "d"}},
        {"task": "u", "map": {"*": None}},
    ]


def test_the_data_set_is_exported_as_a_zip(ask: Ask, api: DataApi, tmp_path: Path) -> None:
    api.answers["/dataset/export"] = ZIP
    called = ask("export-data", "--to", str(tmp_path / "deep" / "pets.zip"), "--task", "pets", "--json")
    assert json.loads(called.out)["files"] == 2
    assert (tmp_path / "deep" / "pets.zip").read_bytes() == ZIP
    assert api.asked[0].query == {"task": "pets"}


def test_the_data_set_is_exported_into_a_folder(ask: Ask, api: DataApi, tmp_path: Path) -> None:
    api.answers["/dataset/export"] = ZIP
    called = ask("export-data", "--to", str(tmp_path / "pets"))
    assert called.out == f"2 files (0.0 MB) written to {tmp_path / 'pets'}.\n"
    assert (tmp_path / "pets" / "dataset" / "train" / "cat" / "1.jpg").read_bytes() == b"photo"


def test_an_export_of_nothing_leaves_nothing(ask: Ask, tmp_path: Path) -> None:
    called = ask("export-data", "--to", str(tmp_path / "pets.zip"))
    assert called == Called(1, "", "There is no dataset/export.\n")
    assert [*tmp_path.iterdir()] == []


def test_the_zip_can_be_read_again(ask: Ask, api: DataApi, tmp_path: Path) -> None:
    big = io.BytesIO()
    with zipfile.ZipFile(big, "w") as archive:
        archive.writestr("a.bin", bytes(3_000_000))
    api.answers["/dataset/export"] = big.getvalue()
    assert ask("export-data", "--to", str(tmp_path / "a.ZIP")).status == 0
    assert zipfile.ZipFile(tmp_path / "a.ZIP").testzip() is None
