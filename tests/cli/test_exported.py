import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lenswright.cli.exported import save
from lenswright.errors import ApiAway, InputRefused, StorageFailure
from tests.builders import make_zip

ZIP = make_zip({"a/1.jpg": b"photo"})


def link(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member


@pytest.mark.parametrize("name", ["../out.jpg", "/out.jpg", "a/../../out.jpg", "a\\..\\out.jpg", link("a")])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str | zipfile.ZipInfo) -> None:
    with pytest.raises(InputRefused, match="Expected names within the folder"):
        save(iter([make_zip([("good.jpg", b"x"), (name, b"x")])]), tmp_path / "in" / "to")
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


@pytest.mark.parametrize("to", ["there.zip", "there", "full"])
def test_nothing_is_overwritten(tmp_path: Path, to: str) -> None:
    (tmp_path / "full").mkdir()
    for name in ("there.zip", "there", "full/a.jpg"):
        (tmp_path / name).write_text("mine")
    with pytest.raises(InputRefused, match="There is something at"):
        save(iter([ZIP]), tmp_path / to)
    assert {file.read_text() for file in tmp_path.rglob("*") if file.is_file()} == {"mine"}


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    assert save(iter([ZIP[:20], ZIP[20:]]), tmp_path).files == 1
    assert (tmp_path / "a" / "1.jpg").read_bytes() == b"photo"


@pytest.mark.parametrize("to", ["a.zip", "a"])
def test_a_zip_that_is_cut_off_leaves_nothing(tmp_path: Path, to: str) -> None:
    with pytest.raises(ApiAway, match="the zip has no end"):
        save(iter([ZIP[:-30]]), tmp_path / to)
    assert [*tmp_path.iterdir()] == []


def test_an_answer_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield ZIP[:20]
        raise ApiAway("gone")

    with pytest.raises(ApiAway, match="gone"):
        save(pieces(), tmp_path / "a.zip")
    assert [*tmp_path.iterdir()] == []


def test_a_member_that_is_damaged_is_said(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "made.zip", "w") as archive:
        archive.writestr("1.jpg", b"photo")
    damaged = (tmp_path / "made.zip").read_bytes().replace(b"photo", b"phOto")
    with pytest.raises(ApiAway, match=r"1\.jpg' came damaged"):
        save(iter([damaged]), tmp_path / "to")


def test_a_place_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailure, match=r"could not be written: (Not a directory|File exists)"):
        save(iter([ZIP]), tmp_path / "file" / "a.zip")
