"""Paths in an export: safe on every system, never twice, and not what an upload would pass over."""

from typing import Any

import pytest

from lenswright.dataset.export_names import ExportNames
from lenswright.dataset.zip_safety import member_parts
from tests.builders import stored_photo


def path(**changes: Any) -> str:
    return ExportNames().path(stored_photo(**changes))


@pytest.mark.parametrize(
    ("filename", "format", "expected"),
    [
        ("tom.jpg", "JPEG", "tom.jpg"),
        ("tom.JPEG", "JPEG", "tom.JPEG"),
        ("tom.png", "JPEG", "tom.png.jpg"),
        ("tom", "PNG", "tom.png"),
        ("cats/old\\tom.tiff", "TIFF", "tom.tiff"),
        ("", "JPEG", "photo.jpg"),
        ("...", "JPEG", "photo.jpg"),
        (".hidden.jpg", "JPEG", "hidden.jpg"),
        ("../../etc/passwd", "JPEG", "passwd.jpg"),
        ('a<b>c:d"e|f?g*.jpg', "JPEG", "a_b_c_d_e_f_g_.jpg"),
        ("a\tb\u202e.jpg", "JPEG", "a_b_.jpg"),
        ("con.jpg", "JPEG", "con_.jpg"),
        ("labels.csv", "JPEG", "labels.csv.jpg"),
        ("Thumbs.db", "JPEG", "Thumbs.db_.jpg"),
        ("Kätzchen 😀.jpg", "JPEG", "Kätzchen 😀.jpg"),
    ],
)
def test_a_file_keeps_its_name_as_far_as_every_system_takes_it(
    filename: str, format: str, expected: str
) -> None:
    assert path(filename=filename, format=format) == f"dataset/train/a/{expected}"


@pytest.mark.parametrize(
    ("label", "split", "folder"),
    [
        ("cat", "test", "test/cat"),
        ("cat", "unused", "unused/cat"),
        (None, None, "unlabelled"),
        (None, "train", "unlabelled"),
        ("a: b?", "train", "train/a_ b_"),
        ("nul", "train", "train/nul_"),
        ("__MACOSX", "train", "train/__MACOSX_"),
        ("ends with a dot.", "train", "train/ends with a dot"),
    ],
)
def test_folders_are_split_and_class(label: str | None, split: str | None, folder: str) -> None:
    assert path(label=label, split=split, filename="x.jpg") == f"dataset/{folder}/x.jpg"


def test_a_name_that_is_taken_gets_the_id_whatever_its_case() -> None:
    names = ExportNames()
    filenames = ["tom.jpg", "TOM.jpg", "tom-3.jpg", "tom.jpg"]
    ids = [1, 2, 4, 3]
    given = [
        names.path(stored_photo(id=number, filename=name))
        for number, name in zip(ids, filenames, strict=True)
    ]
    assert [name.rsplit("/", 1)[1] for name in given] == ["tom.jpg", "TOM-2.jpg", "tom-3.jpg", "tom-3-3.jpg"]


def test_long_names_are_cut_to_what_a_disk_takes_and_stay_apart() -> None:
    names = ExportNames()
    long = ["😀" * 90 + "one.jpg", "😀" * 90 + "two.jpg"]
    given = [names.path(stored_photo(filename=name, label="ä" * 100)) for name in long]
    assert len(set(given)) == 2
    assert all(len(part.encode()) <= 255 for name in given for part in member_parts(name))
